/** There is one version, that of package.json: what else has one takes it from there. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import * as manifest from "../../package.json";
import * as plugin from "../../plugin/package.json";
import { packageSchema } from "../../provider/hosts/plugin/schema";
import { releaseNotes } from "../../scripts/releaseNotes";
import { REPOSITORY } from "../support/project";

const textOf = (path: string) => readFileSync(join(REPOSITORY, path), "utf8");

test("the plugin's folder has none of its own", () => {
  expect(plugin).not.toHaveProperty("version");
  expect(textOf("plugin/PulumiPlugin.yaml")).not.toMatch(/version/);
});

test("the schema has the one that it is given", () => {
  expect(packageSchema({ ...manifest, version: "1.2.3" })).toMatchObject({ version: "1.2.3" });
});

test("no example is held to one", () => {
  for (const path of [
    "plugin-go/go.mod",
    "plugin-python/requirements.txt",
    "plugin-typescript/package.json",
    "plugin-yaml/Pulumi.yaml",
  ]) {
    expect([path, textOf(`examples/${path}`).includes(manifest.version)]).toEqual([path, false]);
  }
});

describe("the release notes", () => {
  const changelog = "# Changes\n\n## 0.2.0 (not released yet)\n\n- c\n\n## 0.1.0 (2026-01-02)\n\n- a\n- b\n";

  test("are the version's section of the changelog", () => {
    expect(releaseNotes(changelog, "0.1.0")).toBe("- a\n- b");
  });

  test("are refused for a version that is not described, or not to be released yet", () => {
    expect(() => releaseNotes(changelog, "0.3.0")).toThrow("CHANGELOG.md has no section for 0.3.0");
    expect(() => releaseNotes(changelog, "0.2.0")).toThrow("not released yet");
  });

  test("of this version have been begun", () => {
    expect(textOf("CHANGELOG.md")).toMatch(new RegExp(`^## ${manifest.version.replaceAll(".", "\\.")}( |$)`, "m"));
  });
});
