/** Somebody who has Python only follows their page: its files and its commands, in its order, in an empty folder with an empty home. */

import { deepStrictEqual } from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { repository, version } from "../../package.json";
import { blocksOf } from "../pages/markdown";
import type { Prepared } from "./cases";
import { environmentOf } from "./life";
import { run } from "./shell";

const PAGE = "docs/getting-started-python.md";
const RELEASE = `${repository.url.replace(/^git\+|\.git$/g, "")}/releases/download/v${version}`;

/**
 * Follows the page. A server of files stands in for the release, and a tarball for the npm package.
 *
 * @throws an error that names the command that fails, what it did not print, or the part of the page that nobody followed.
 */
export async function followPythonPage(folder: string, { server, tarball }: Prepared): Promise<void> {
  const [text = ""] = readFileSync(join(__dirname, "..", "..", PAGE), "utf8").split("## Your own account");
  const left = new Set(blocksOf({ path: PAGE, text }).map(({ code }) => code));
  const block = (words: string): string => {
    const [code, ...others] = [...left].filter((one) => one.includes(words));
    if (code === undefined || others.length > 0) throw new Error(`${PAGE}: "${words}" is in ${others.length} blocks`);
    left.delete(code);
    return code.replace(RELEASE, server).replace("--package pulumi-classiclink", `--package ${tarball}`);
  };
  const home = join(folder, "home");
  const project = join(folder, "links");
  mkdirSync(home);
  const env: Record<string, string> = { ...environmentOf(join(home, ".pulumi")), HOME: home };
  const type = (code: string, cwd = project) => run({ cwd, env }, "bash", "-euc", code);

  await type(block("pulumi plugin install"), folder);
  await type(block("mkdir"), folder);
  writeFileSync(join(project, "Pulumi.yaml"), block("name: links"));
  writeFileSync(join(project, "requirements.txt"), block("pulumi>="));
  writeFileSync(join(project, "__main__.py"), block("import pulumi"));
  await type(block("pulumi package add"));

  const emulator = await startEmulator(`${block("classiclink-emulator")} --port 0`, { cwd: project, env });
  const here = (code: string) => code.replaceAll("http://127.0.0.1:4010", emulator.endpoint);
  const expectPrinted = (output: string, words: string) => {
    const missing = block(words)
      .split("\n")
      .filter((line) => !output.includes(line));
    if (missing.length > 0) throw new Error(`${PAGE} shows ${missing.join("\n")}, and this was printed:\n${output}`);
  };
  try {
    const shown = here(block("ALICLOUD_REGION"));
    deepStrictEqual(emulator.exports, shown.split("\n"));
    const login = block("pulumi login");
    for (const [, name = "", value = ""] of `${shown}\n${login}`.matchAll(/^export (\w+)=(.*)$/gm)) env[name] = value;
    await type(login);
    expectPrinted(await type(block("pulumi stack init")), "Outputs:");
    await type(here(block("curl")));
    expectPrinted(await type(block("pulumi refresh")), "drift:");
    const repair = await type(block("pulumi up"));
    if (!repair.includes("+ 1 created")) throw new Error(`the link was not repaired:\n${repair}`);
    await type(block("pulumi destroy"));
    if (left.size > 0) throw new Error(`${PAGE} has more to follow: ${[...left].join("\n")}`);
  } finally {
    await emulator.stop();
  }
}

/** Starts the emulator of a command, and reads what it prints until it is ready. */
async function startEmulator(command: string, { cwd, env }: { cwd: string; env: Record<string, string> }) {
  const child = spawn("bash", ["-c", `exec ${command}`], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  const ended = once(child, "close");
  const exports: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith("export ")) exports.push(line);
    if (line.includes("ALIBABA_CLOUD_ENDPOINT_VPC")) break;
  }
  const endpoint = /http:\S+/.exec(exports.join("\n"))?.[0] ?? "";
  const stop = async () => {
    // npx does not pass a signal on, so all of its group gets it.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGTERM");
    await ended;
  };
  return { endpoint, exports, stop };
}
