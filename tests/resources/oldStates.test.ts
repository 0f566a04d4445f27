/** The states of released versions, as today's resources take them: no difference, no other links, and a whole end. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { classicLink, LINK_PROPERTIES } from "../../provider/resources/classicLink";
import { classicLinks, LINKS_PROPERTIES } from "../../provider/resources/classicLinks";
import { isPartiallyCreated } from "../../provider/resources/hidden";
import type { Properties } from "../../provider/resources/inputs";
import { simulateClock } from "../support/clock";
import { Lifecycle } from "../support/lifecycle";
import { done, ScriptedEcs } from "../support/scriptedEcs";

simulateClock();

const STATES = join(__dirname, "..", "states");

interface Kept {
  readonly type: string;
  readonly outputs?: Properties;
}

const kept = readdirSync(STATES, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".json"))
  .flatMap((path) => {
    const { deployment }: { deployment: { resources: readonly Kept[] } } = JSON.parse(
      readFileSync(join(STATES, path), "utf8"),
    );
    return deployment.resources
      .filter(({ type }) => /:ClassicLinks?$/.test(type))
      .map(({ type, outputs = {} }) => ({ path, type, outputs }));
  });

test("there are states of both resources in both hosts", () => {
  expect(new Set(kept.map(({ type }) => type)).size).toBe(4);
});

describe.each(kept)("[19] $type of $path", ({ type, outputs }) => {
  const isSingle = type.endsWith(":ClassicLink");
  const names: readonly string[] = isSingle ? LINK_PROPERTIES : LINKS_PROPERTIES;
  const inputs = Object.fromEntries(names.map((name) => [name, outputs[name]]));

  test("shows no difference, is read as it was, and is deleted", async () => {
    const ecs = new ScriptedEcs();
    const members: unknown = outputs.instanceIds;
    for (const id of Array.isArray(members) ? members : [outputs.instanceId])
      ecs.links.set(String(id), String(outputs.vpcId));
    ecs.links.set("i-others", String(outputs.vpcId));
    const lifecycle = new Lifecycle(ecs, {}, isSingle ? classicLink : classicLinks);
    expect(lifecycle.diff(outputs, inputs)).toEqual({
      replaces: [],
      updates: [],
      isDue: isPartiallyCreated(outputs),
    });
    expect((await done(lifecycle.read(outputs)))?.outputs).toMatchObject(inputs);
    expect((await done(lifecycle.update(outputs, inputs))).outputs).toMatchObject(inputs);
    const next = new Lifecycle(ecs, {}, isSingle ? classicLink : classicLinks);
    await done(next.delete(outputs));
    expect([...ecs.links.keys()]).toEqual(["i-others"]);
  });
});
