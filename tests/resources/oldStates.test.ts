/** The states of released versions, as today's resources take them: no difference, no other links, and a whole end. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { LINK_PROPERTIES } from "../../provider/resources/classicLink";
import { LINKS_PROPERTIES } from "../../provider/resources/classicLinks";
import { isPartiallyCreated } from "../../provider/resources/hidden";
import type { Properties } from "../../provider/resources/inputs";
import { simulateClock } from "../support/clock";
import { world } from "../support/lifecycle";
import { done } from "../support/scriptedEcs";

simulateClock();

const STATES = join(__dirname, "..", "states");

interface Export {
  readonly deployment: { readonly resources: readonly { readonly type: string; readonly outputs?: Properties }[] };
}

const kept = readdirSync(STATES, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".json"))
  .flatMap((path) => {
    const { deployment }: Export = JSON.parse(readFileSync(join(STATES, path), "utf8"));
    const ours = deployment.resources.filter(({ type }) => /:ClassicLinks?$/.test(type));
    return ours.map(({ type, outputs = {} }) => ({ path, type, outputs }));
  });

test("there are states of both resources in both hosts", () => {
  expect(new Set(kept.map(({ type }) => type)).size).toBe(4);
});

test.each(kept)(
  "[19] $type of $path shows no difference, is read as it was, and is deleted",
  async ({ type, outputs }) => {
    const resource = type.endsWith(":ClassicLink") ? "one" : "many";
    const names: readonly string[] = resource === "one" ? LINK_PROPERTIES : LINKS_PROPERTIES;
    const inputs = Object.fromEntries(names.map((name) => [name, outputs[name]]));
    const members: unknown[] = Array.isArray(outputs.instanceIds) ? outputs.instanceIds : [outputs.instanceId];
    const links = Object.fromEntries([...members, "i-others"].map((id) => [id, String(outputs.vpcId)]));

    const { ecs, [resource]: lifecycle } = world(links);
    const isDue = isPartiallyCreated(outputs);
    expect(lifecycle.diff(outputs, inputs)).toEqual({ replaces: [], updates: [], isDue });
    expect((await done(lifecycle.read(outputs)))?.outputs).toMatchObject(inputs);
    const whole = resource === "one" ? inputs : { ...inputs, movedAway: {} };
    expect((await done(lifecycle.update(outputs, inputs))).outputs).toEqual(whole);
    expect(ecs.now).toEqual(links);
    const next = world(links);
    await done(next[resource].delete(outputs));
    expect(Object.keys(next.ecs.now)).toEqual(["i-others"]);
  },
);
