/** What runs for a change and for a release is pinned, and may do no more than it must. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import * as manifest from "../../package.json";
import { REPOSITORY } from "../support/project";

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly "timeout-minutes"?: number;
  readonly strategy?: {
    readonly matrix: { readonly node?: readonly string[]; readonly include?: readonly { readonly pulumi: string }[] };
  };
  readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
}

const FOLDER = join(REPOSITORY, ".github", "workflows");
const workflows = readdirSync(FOLDER).map((name) => {
  const text = readFileSync(join(FOLDER, name), "utf8");
  const { jobs, permissions }: { jobs: Readonly<Record<string, Job>>; permissions: object } = parse(text);
  return { name, text, jobs, permissions };
});
const jobsOf = (name: string) => workflows.find((workflow) => workflow.name === name)?.jobs ?? {};
const runsOf = (job: Job | undefined) => (job?.steps ?? []).flatMap(({ run }) => run ?? []);

describe.each(workflows)("$name", ({ text, jobs, permissions }) => {
  test("uses actions at one commit each, and says of which version", () => {
    const uses = text.match(/uses: .*/g) ?? [];
    expect(uses.length).toBeGreaterThan(0);
    expect(uses.filter((use) => !/^uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(use))).toEqual([]);
  });

  test("may read and no more where nothing else is said, and ends", () => {
    expect(permissions).toEqual({ contents: "read" });
    for (const job of Object.values(jobs)) expect(job["timeout-minutes"]).toBeLessThanOrEqual(60);
  });

  test("gives no script what comes from outside", () => {
    // An expression is put into the script before the shell sees it. Matrices are our own.
    for (const run of Object.values(jobs).flatMap(runsOf))
      expect(run.replace(/\$\{\{ matrix\.\w+ \}\}/g, "")).not.toContain("${{");
  });
});

test("an action is at the same commit in every workflow", () => {
  const uses = new Set(workflows.flatMap(({ text }) => text.match(/(?<=uses: )\S+/g) ?? []));
  expect(new Set([...uses].map((use) => use.split("@")[0])).size).toBe(uses.size);
});

test("a release is tested, then published with its provenance, and its plugin and SDKs are attached", () => {
  const { publish } = jobsOf("release.yml");
  expect(publish?.permissions).toEqual({ contents: "write", "id-token": "write" });
  const steps = [
    ".ci/run",
    "npm run package:plugin",
    "npm run package:sdks",
    "npm publish --provenance --access public",
    "gh release create",
  ];
  const found = runsOf(publish).flatMap((run) => steps.filter((words) => run.includes(words)));
  expect(found).toEqual(steps);
});

test("[23] a change is tested on each Node, and with both ends of the range of @pulumi/pulumi", () => {
  const { test: tests, sdk } = jobsOf("ci.yml");
  expect(tests?.strategy?.matrix.node).toEqual([manifest.engines.node.replace(">=", ""), "22", "24"]);
  const [oldest] = /[\d.]+/.exec(manifest.peerDependencies["@pulumi/pulumi"]) ?? [];
  expect(sdk?.strategy?.matrix.include?.map(({ pulumi }) => pulumi)).toEqual([oldest, "3"]);
});

test.each([
  ["the stories run on the released CLI for each change", "ci.yml", "engine", "get.pulumi.com"],
  ["so do the pages", "ci.yml", "engine", "npx jest tests/stories tests/pages"],
  ["every language runs on the released CLI for each change", "ci.yml", "languages", "get.pulumi.com"],
  ["every language runs", "ci.yml", "languages", "npm run languages"],
  [".NET is compiled", "ci.yml", "languages", "dotnet build build/sdks/dotnet"],
  ["what is exhaustive runs each night", "nightly.yml", "long", "npm run test:long"],
])("%s", (_, workflow, job, words) => {
  expect(runsOf(jobsOf(workflow)[job])).toContainEqual(expect.stringContaining(words));
});
