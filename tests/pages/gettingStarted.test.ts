/** docs/getting-started.md, word by word. Those of its commands that are of Pulumi need the CLI on PATH: the small engine has none. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { installPacked, packPackage } from "../support/installed";
import { versionOfPulumi } from "../support/pulumiCli";
import { followPage } from "./follow";

const folder = mkdtempSync(join(tmpdir(), "classiclink-start-"));
const tarball = packPackage(folder);
// The package is not in a registry before its release; this is what it will be.
const { project, left, block, type, setExported, expectPrinted, startEmulator, close } = followPage(
  "docs/getting-started.md",
  folder,
  (code) => code.replace("install pulumi-classiclink", `install ${tarball} --prefer-offline --no-audit`),
);
afterAll(async () => {
  await close();
  rmSync(folder, { recursive: true, force: true });
});

const hasCli = versionOfPulumi() !== undefined;
const discover = block("discover");
const login = block("pulumi login");

test("a person installs the packages, starts the emulator, finds the links and writes the program", async () => {
  const [make = "", init = "", install = ""] = block("npm init").split("\n");
  await type(make, { cwd: folder });
  await type(init);
  // Without Pulumi, there may be no registry at all.
  if (hasCli) await type(install, { HOME: process.env.HOME ?? "" });
  else installPacked(tarball, project);
  await startEmulator();
  setExported(login);

  const links = await type(discover);
  expectPrinted(links, "250 links to 3 VPCs");
  expect(links.match(/^cn-hangzhou +vpc-\w+ +i-linked\d+$/gm)?.length).toBe(250);

  const adopted = await type(block("adopt"));
  expect(adopted).toContain("classiclinks.ts ");
  const commands = adopted.match(/(?<=^ {3})pulumi .*$/gm)?.join("\n") ?? "";
  expect([...left].filter((code) => code === commands)).toHaveLength(1);
});

// The page names commands of the Pulumi CLI. The small engine has none.
(hasCli ? test : test.skip)("brings them under Pulumi, heals one, takes one down, and cleans up", async () => {
  await type(login);
  const imported = await type(block("pulumi import"));
  expect(imported).toContain("= 3 imported");
  expectPrinted(imported, "4 unchanged");

  await type(block("curl"));
  const check = block("check -");
  const drifted = await type(check).catch(({ message }: Error) => message);
  expect(drifted).toContain("ended with 2");
  expectPrinted(drifted, "missing");
  await type(block("--refresh"));
  expect(await type(check)).toContain("250 links declared: 250 as declared");

  await type(block("sed "));
  expect(await type(check)).toContain("249 links declared: 249 as declared");

  await expect(type("pulumi destroy --yes")).rejects.toThrow("protected");
  await type(block("pulumi destroy"));
  await expect(type(discover)).rejects.toThrow("ended with 2");
  expect([...left]).toEqual([]);
});
