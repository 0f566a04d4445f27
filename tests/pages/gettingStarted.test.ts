/** docs/getting-started.md, word by word: its commands in its order, in an empty folder. Those of Pulumi need the CLI on PATH. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { blocksOf, PAGES } from "./markdown";
import { installPacked, packPackage } from "../support/installed";
import { versionOfPulumi } from "../support/pulumiCli";

const page = PAGES.find(({ path }) => path === "docs/getting-started.md") ?? { path: "", text: "" };
const practice = { ...page, text: page.text.slice(0, page.text.indexOf("## Your own account")) };
const blocks = blocksOf(practice);

/** The one block that has these words in it. */
function block(words: string, language = "sh"): string {
  const found = blocks.filter((one) => one.language === language && one.code.includes(words));
  if (found.length !== 1) throw new Error(`${found.length} blocks have "${words}"`);
  return found[0]?.code ?? "";
}

let folder: string;
let tarball: string;
let emulator: ChildProcess;
/** What the second terminal has exported, on top of a home of its own. */
const exported: Record<string, string> = {};
let port = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "classiclink-start-"));
  mkdirSync(join(folder, "home"));
  mkdirSync(join(folder, "empty"));
  tarball = packPackage(folder);
});
afterAll(async () => {
  if (emulator?.pid !== undefined && emulator.exitCode === null) {
    const ended = once(emulator, "close");
    // npx does not pass a signal on, so all of its group gets it.
    process.kill(-emulator.pid, "SIGTERM");
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  /** Both streams, as a terminal shows them. */
  readonly output: string;
}

/** Types a block into a terminal. */
async function type(code: string, { home = true, cwd = join(folder, "empty", "links") } = {}): Promise<Ran> {
  const env = {
    ...process.env,
    ...(home ? { HOME: join(folder, "home"), PULUMI_HOME: join(folder, "home", ".pulumi") } : {}),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...exported,
  };
  const child = spawn("bash", ["-euo", "pipefail", "-c", `${code} 2>&1`], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on("line", (line) => lines.push(line));
  const [status] = await once(child, "close");
  return { code: status, output: lines.join("\n") };
}

const here = (code: string) => code.replaceAll("127.0.0.1:4010", `127.0.0.1:${port}`);
// These commands are of the Pulumi CLI. The small engine has none.
const withCli = versionOfPulumi() === undefined ? test.skip : test;

describe("a person who gets started", () => {
  test("makes a folder and installs the packages", async () => {
    const [make = "", init = "", install = ""] = block("npm init").split("\n");
    const empty = join(folder, "empty");
    expect(await type(make, { cwd: empty })).toMatchObject({ code: 0 });
    expect(await type(init)).toMatchObject({ code: 0 });
    expect(install).toMatch(/^npm install pulumi-classiclink /);
    // The package is not in a registry before its release; this is what it will be. Without Pulumi, there may be no registry at all.
    if (versionOfPulumi() === undefined) installPacked(tarball, join(empty, "links"));
    else
      expect(
        await type(install.replace("pulumi-classiclink", `${tarball} --prefer-offline --no-audit`), { home: false }),
      ).toMatchObject({ code: 0 });
  });

  test("starts the emulator, and pastes the lines that it prints", async () => {
    const command = `exec ${block("classiclink-emulator")} --port 0`;
    emulator = spawn("bash", ["-c", command], {
      cwd: join(folder, "empty", "links"),
      stdio: ["ignore", "pipe", "inherit"],
      detached: true,
    });
    const expected = block("export ALICLOUD_ACCESS_KEY").split("\n");
    const printed: string[] = [];
    for await (const line of createInterface({ input: emulator.stdout ?? process.stdin })) {
      if (line.startsWith("export ")) printed.push(line);
      if (printed.length === expected.length) break;
    }
    port = /127\.0\.0\.1:(\d+)/.exec(printed.join())?.[1] ?? "";
    expect(printed).toEqual(expected.map(here));
    for (const line of [
      ...printed,
      ...block("pulumi login")
        .split("\n")
        .filter((one) => one.startsWith("export ")),
    ]) {
      for (const [, name = "", value = ""] of line.matchAll(/(\w+)=(\S+)/g)) exported[name] = value;
    }
  });

  test("finds the links", async () => {
    const { code, output } = await type(block("discover"));
    expect(code).toBe(0);
    expect(output.split("\n").at(-1)).toBe(block("250 links to 3 VPCs", "text"));
    expect(output.match(/^cn-hangzhou +vpc-\w+ +i-linked\d+$/gm)?.length).toBe(250);
  });

  test("writes the program, and prints the same commands as the page", async () => {
    const { code, output } = await type(block("adopt"));
    expect(code).toBe(0);
    expect(output.match(/(?<=^ {3})pulumi .*$/gm)).toEqual(block("pulumi import").split("\n"));
    expect(output).toContain("classiclinks.ts ");
  });

  withCli("brings the links under Pulumi, and nothing changes", async () => {
    expect(await type("pulumi login --local")).toMatchObject({ code: 0 });
    const { code, output } = await type(block("pulumi import"));
    expect(code).toBe(0);
    expect(output).toContain("= 3 imported");
    expect(output).toContain(block("4 unchanged", "text"));
  });

  withCli("sees a link go, and puts it back", async () => {
    expect(await type(here(block("curl")))).toMatchObject({ code: 0 });
    const checked = await type(block("check -"));
    expect(checked.code).toBe(2);
    expect(checked.output).toContain(block("missing", "text"));
    expect(await type(block("--refresh"))).toMatchObject({ code: 0 });
    expect((await type(block("check -"))).output).toContain("250 links declared: 250 as declared");
  });

  withCli("takes a link down by an edit of the list", async () => {
    expect(await type(block("sed "))).toMatchObject({ code: 0 });
    expect((await type(block("check -"))).output).toContain("249 links declared: 249 as declared");
  });

  withCli("cleans up, once nothing is protected", async () => {
    expect((await type("pulumi destroy --yes")).code).not.toBe(0);
    expect(await type(block("pulumi destroy"))).toMatchObject({ code: 0 });
    expect((await type(block("discover"))).code).toBe(2);
  });
});
