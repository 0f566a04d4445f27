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
    const uses = [...text.matchAll(/uses: (\S+)@(\S+)(.*)/g)];
    expect(uses.length).toBeGreaterThan(0);
    for (const [, action, commit, comment] of uses) {
      expect([action, commit, comment]).toEqual([
        action,
        expect.stringMatching(/^[0-9a-f]{40}$/),
        expect.stringMatching(/^ # v\d+\.\d+\.\d+$/),
      ]);
      const commits = workflows.flatMap((other) =>
        [...other.text.matchAll(new RegExp(`uses: ${action}@(\\S+)`, "g"))].map(([, at]) => at),
      );
      expect(new Set(commits).size).toBe(1);
    }
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

test("a release is tested, then published with its provenance, and its plugin and SDKs are attached", () => {
  const { publish } = jobsOf("release.yml");
  expect(publish?.permissions).toEqual({ contents: "write", "id-token": "write" });
  const runs = runsOf(publish);
  const at = (words: string) => runs.findIndex((run) => run.includes(words));
  const order = [
    ".ci/run",
    "npm run package:plugin",
    "npm run package:sdks",
    "npm publish --provenance --access public",
    "gh release create",
  ].map(at);
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(Math.min(...order)).toBeGreaterThanOrEqual(0);
});

test("[23] a change is tested on each Node, and with both ends of the range of @pulumi/pulumi", () => {
  const { test: tests, sdk } = jobsOf("ci.yml");
  expect(tests?.strategy?.matrix.node).toEqual([manifest.engines.node.replace(">=", ""), "22", "24"]);
  const [oldest] = /[\d.]+/.exec(manifest.peerDependencies["@pulumi/pulumi"]) ?? [];
  expect(sdk?.strategy?.matrix.include?.map(({ pulumi }) => pulumi)).toEqual([oldest, "3"]);
});

test("a change is run in every language on the released CLI", () => {
  const runs = runsOf(jobsOf("ci.yml").languages);
  expect(runs).toContain("npm run languages");
  expect(runs).toContain("dotnet build build/sdks/dotnet");
  expect(runs.join()).toContain("get.pulumi.com");
});

test("the stories run under the released CLI for each change, and what is exhaustive runs each night", () => {
  const engine = runsOf(jobsOf("ci.yml").engine);
  expect(engine).toEqual(
    expect.arrayContaining([expect.stringContaining("get.pulumi.com"), "npx jest tests/stories tests/pages"]),
  );
  expect(runsOf(jobsOf("nightly.yml").long)).toContainEqual(expect.stringContaining("npm run test:long"));
});
