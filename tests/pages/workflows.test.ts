/** What runs for a change and for a release is pinned, and may do no more than it must. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { parse } from "yaml";
import * as manifest from "../../package.json";
import { REPOSITORY } from "../support/project";

interface Job {
  readonly permissions?: object;
  readonly "timeout-minutes"?: number;
  readonly strategy?: {
    readonly matrix: { readonly node?: readonly string[]; readonly include?: readonly { readonly pulumi: string }[] };
  };
  readonly steps: readonly { readonly run?: string }[];
}

const FOLDER = join(REPOSITORY, ".github", "workflows");
const workflows = readdirSync(FOLDER).map((name) => {
  const text = readFileSync(join(FOLDER, name), "utf8");
  const { jobs, permissions }: { jobs: Readonly<Record<string, Job>>; permissions: object } = parse(text);
  return { name, text, jobs, permissions };
});

test.each(workflows)(
  "$name may only read, uses actions at one commit each, and gives no script what comes from outside",
  ({ name, text, jobs, permissions }) => {
    const uses = text.match(/uses: .*/g) ?? [];
    expect(uses.length).toBeGreaterThan(0);
    expect(uses.filter((use) => !/^uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(use))).toEqual([]);
    expect(permissions).toEqual({ contents: "read" });
    const more = Object.values(jobs).flatMap((job) => job.permissions ?? []);
    // The release on GitHub, and npm's provenance.
    expect(more).toEqual(name === "release.yml" ? [{ contents: "write", "id-token": "write" }] : []);
    // An expression is put into the script before the shell sees it. Matrices are our own.
    const scripts = Object.values(jobs).flatMap(({ steps }) => steps.map(({ run = "" }) => run));
    expect(scripts.filter((run) => run.replace(/\$\{\{ matrix\.\w+ \}\}/g, "").includes("${{"))).toEqual([]);
  },
);

test("an action has the same commit in all workflows", () => {
  const uses = workflows.flatMap(({ text }) => text.match(/uses: \S+/g) ?? []);
  const actions = uses.map((use) => use.replace(/@.*/, ""));
  expect(new Set(uses).size).toBe(new Set(actions).size);
});

test("each job ends before the six hours after which GitHub would end it", () => {
  const endless = workflows.flatMap(({ jobs }) =>
    Object.entries(jobs).flatMap(([job, { "timeout-minutes": minutes = 360 }]) => (minutes < 360 ? [] : job)),
  );
  expect(endless).toEqual([]);
});

test("a release is tested, then published with its provenance, then its plugin is attached", () => {
  const { steps = [] } = workflows.find(({ name }) => name === "release.yml")?.jobs.publish ?? {};
  const places = [
    "bash .ci/run",
    "npm run test:long",
    "npm run package:plugin",
    "npm publish --provenance --access public",
    "gh release create",
  ].map((words) => steps.findIndex(({ run = "" }) => run.includes(words)));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

test("[23] a change is tested on each Node, and with both ends of the range of @pulumi/pulumi", () => {
  const { test: tests, sdk } = workflows.find(({ name }) => name === "ci.yml")?.jobs ?? {};
  expect(tests?.strategy?.matrix.node).toEqual([manifest.engines.node.replace(">=", ""), "22", "24"]);
  const [oldest] = /[\d.]+/.exec(manifest.peerDependencies["@pulumi/pulumi"]) ?? [];
  expect(sdk?.strategy?.matrix.include?.map(({ pulumi }) => pulumi)).toEqual([oldest, "3"]);
});
