/** What the provider processes of one run share through the file system, in real processes. */

import { type ChildProcess, fork } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { buildSync } from "esbuild";
import { Journal } from "../../provider/links/journal";
import type { Question } from "../support/runProcess";

const ENGINE = "127.0.0.1:40001";

/** The program of a provider process, built once: a process then starts in a tenth of a second. */
const built = mkdtempSync(join(tmpdir(), "run-process-"));
const program = join(built, "runProcess.js");
beforeAll(() => {
  buildSync({
    entryPoints: [require.resolve("../support/runProcess.ts")],
    bundle: true,
    platform: "node",
    outfile: program,
  });
});
afterAll(() => rmSync(built, { recursive: true, force: true }));

let temporary = "";
const children: ChildProcess[] = [];
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), "journal-"));
});
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => ended(child)));
  chmodSync(temporary, 0o700);
  rmSync(temporary, { recursive: true, force: true });
});

const runs = () => join(temporary, `pulumi-classiclink-${process.getuid?.() ?? 0}`);
/** Its name may begin with what tells machines apart that share the file system. */
const folderOf = (engine: string) =>
  join(runs(), readdirSync(runs()).find((name) => name.endsWith(engine.replace(":", "_"))) ?? "none");

/** The file of a provider process. */
const fileOf = ({ pid }: ChildProcess) =>
  readdirSync(folderOf(ENGINE)).find((name) => name.startsWith(`${pid}-`)) ?? "none";

/** Ends a process, as its engine does at the end of a run. */
async function ended(child: ChildProcess, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  if (signal === "SIGKILL") child.kill(signal);
  else child.disconnect();
  await exit;
}

/** Starts a provider process of an engine's run. */
async function start(engine = ENGINE) {
  const child = fork(program, [engine], {
    env: { ...process.env, TMPDIR: temporary },
  });
  children.push(child);
  const answer = () => new Promise<unknown>((resolve) => child.once("message", resolve));
  const problem = await answer();
  const ask = (...question: Question) => {
    const answered = answer();
    child.send(question);
    return answered;
  };
  return { child, problem, ask };
}

describe("two processes of one run", () => {
  test("[24] know of each other what is declared, made and removed", async () => {
    const [one, other] = await Promise.all([start(), start()]);
    await one.ask("declare", "i-declared vpc-b");
    await one.ask("made", "i-made vpc-b");
    await one.ask("beginRemoval", "i-removed vpc-b");
    expect(await other.ask("stays", "i-declared vpc-b")).toBe(true);
    expect(await other.ask("beginRemoval", "i-made vpc-b")).toBe(false);
    expect(await other.ask("isRemoved", "i-removed vpc-b")).toBe(true);
    expect(await other.ask("isRemoving", "i-removed vpc-b")).toBe(true);
    expect(await other.ask("isRemoved", "i-declared vpc-b")).toBe(false);
  });

  test("a removal of a process that was killed is not waited for", async () => {
    const [one, other] = await Promise.all([start(), start()]);
    await one.ask("beginRemoval", "i-a vpc-b");
    expect(await other.ask("isRemoving", "i-a vpc-b")).toBe(true);
    await ended(one.child);
    expect(await other.ask("isRemoving", "i-a vpc-b")).toBe(false);
  });

  test("what a process wrote before it was killed holds for the run that goes on", async () => {
    const [one, other] = await Promise.all([start(), start()]);
    await one.ask("declare", "i-a vpc-b");
    await ended(one.child);
    expect(await other.ask("stays", "i-a vpc-b")).toBe(true);
  });
});

describe("[27] two runs", () => {
  test("of two engines at once do not mix", async () => {
    const [one, other] = await Promise.all([start(ENGINE), start("127.0.0.1:40002")]);
    await one.ask("declare", "i-a vpc-b");
    expect(await other.ask("stays", "i-a vpc-b")).toBe(false);
  });

  test("one after the other at the same address do not mix, though the first was killed", async () => {
    const first = await start();
    await first.ask("declare", "i-a vpc-b");
    await ended(first.child);
    expect(readdirSync(folderOf(ENGINE))).toHaveLength(1);
    const second = await start();
    expect(await second.ask("stays", "i-a vpc-b")).toBe(false);
    expect(readdirSync(folderOf(ENGINE))).toEqual([fileOf(second.child)]);
  });

  test("one after the other at the same address do not mix, though another process has the id of the first", async () => {
    const first = await start();
    await first.ask("declare", "i-a vpc-b");
    await ended(first.child);
    const file = join(folderOf(ENGINE), `${process.pid}-1.log`);
    renameSync(join(folderOf(ENGINE), fileOf(first.child)), file);
    const second = await start();
    expect(await second.ask("stays", "i-a vpc-b")).toBe(false);
  });
});

describe("a link that an earlier run has removed", () => {
  const LATER = "127.0.0.1:40002";
  const removed = () => join(runs(), "removed");
  const age = (ms: number) => {
    const at = new Date(Date.now() - ms);
    for (const file of readdirSync(removed())) utimesSync(join(removed(), file), at, at);
  };
  /** A run that is killed after it has removed a link, and the next run. */
  async function afterKilled(...killed: Parameters<Awaited<ReturnType<typeof start>>["ask"]>[]) {
    const first = await start();
    for (const question of killed) await first.ask(...question);
    await ended(first.child);
    return await start(LATER);
  }

  test("[24] is removed for the next run too, though the state may still have it", async () => {
    const { ask } = await afterKilled(["beginRemoval", "i-a vpc-b"]);
    expect(await ask("isRemoved", "i-a vpc-b")).toBe(true);
    expect(await ask("isRemoved", "i-a vpc-other")).toBe(false);
  });

  test("is not, once a run has made it again", async () => {
    const { ask } = await afterKilled(["beginRemoval", "i-a vpc-b"], ["made", "i-a vpc-b"]);
    expect(await ask("isRemoved", "i-a vpc-b")).toBe(false);
  });

  test("is not removed if the run left it, since it declares it", async () => {
    const { ask } = await afterKilled(["declare", "i-a vpc-b"], ["beginRemoval", "i-a vpc-b"]);
    expect(await ask("isRemoved", "i-a vpc-b")).toBe(false);
  });

  test("is not, once a refresh has found it and its listing cannot be late any more", async () => {
    const { ask } = await afterKilled(["beginRemoval", "i-a vpc-b"]);
    await ask("found", "i-a vpc-b");
    expect(await ask("isRemoved", "i-a vpc-b")).toBe(true);
    age(3 * 60_000);
    await ask("found", "i-a vpc-b");
    expect(await ask("isRemoved", "i-a vpc-b")).toBe(false);
  });

  test("does not keep a later run from removing it, or count as being removed", async () => {
    const { ask } = await afterKilled(["beginRemoval", "i-a vpc-b"]);
    expect(await ask("isRemoving", "i-a vpc-b")).toBe(false);
    expect(await ask("beginRemoval", "i-a vpc-b")).toBe(true);
  });

  test("is forgotten after a week, by a run that removes another", async () => {
    const { ask } = await afterKilled(["beginRemoval", "i-a vpc-b"]);
    age(8 * 24 * 3_600_000);
    await ask("beginRemoval", "i-other vpc-b");
    expect(await ask("isRemoved", "i-a vpc-b")).toBe(false);
    expect(readdirSync(removed())).toHaveLength(1);
  });

  test("[27] is noted without its id, for this user only", async () => {
    await afterKilled(["beginRemoval", "i-secret vpc-secret"]);
    expect(readdirSync(removed()).join()).not.toContain("secret");
    expect(statSync(removed()).mode & 0o777).toBe(0o700);
  });
});

describe("[27] the folder of a run", () => {
  test("is private to the user, and holds no id in clear", async () => {
    const { child, ask } = await start();
    await ask("declare", "i-secret vpc-secret");
    const file = join(folderOf(ENGINE), fileOf(child));
    expect([runs(), folderOf(ENGINE)].map((folder) => statSync(folder).mode & 0o777)).toEqual([0o700, 0o700]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).not.toContain("secret");
  });

  test("goes when its last process ends", async () => {
    const { child } = await start();
    expect(existsSync(folderOf(ENGINE))).toBe(true);
    await ended(child, "SIGTERM");
    expect(existsSync(folderOf(ENGINE))).toBe(false);
  });

  test("of a run that was killed is removed by the next run of another engine", async () => {
    const { child } = await start();
    await ended(child);
    await start("127.0.0.1:40002");
    expect(readdirSync(runs())).toEqual([expect.stringMatching(/127\.0\.0\.1_40002$/)]);
  });

  test("that others may use is not used, and the process works alone and says why", async () => {
    mkdirSync(runs(), { mode: 0o777 });
    chmodSync(runs(), 0o777);
    const { problem, ask } = await start();
    expect(problem).toMatch(/^the providers of this run do not know of each other: .*others may use it$/);
    await ask("declare", "i-a vpc-b");
    expect(await ask("stays", "i-a vpc-b")).toBe(true);
  });

  test("that cannot be made leaves the process working alone, and it says why", async () => {
    writeFileSync(runs(), "a file stands in the way");
    const { problem, ask } = await start();
    expect(problem).toMatch(/^the providers of this run do not know of each other: /);
    expect(await ask("beginRemoval", "i-a vpc-b")).toBe(true);
  });
});

test("a line that is being written is read once it is complete, and once only", () => {
  const journal = new Journal(ENGINE, temporary);
  const file = join(folderOf(ENGINE), "1.log");
  const lines: string[] = [];
  const read = () => journal.read((line) => void lines.push(line));
  writeFileSync(file, "first\nsec");
  read();
  expect(lines).toEqual(["first"]);
  writeFileSync(file, "ond\n", { flag: "a" });
  read();
  read();
  expect(lines).toEqual(["first", "second"]);
});

test("a journal that is longer than one read is read whole", () => {
  const journal = new Journal(ENGINE, temporary);
  const all = Array.from({ length: 5_000 }, (_, n) => `declared ${n} abcdefghijklmnopqrstuv`);
  writeFileSync(join(folderOf(ENGINE), "1.log"), `${all.join("\n")}\n`);
  const lines: string[] = [];
  journal.read((line) => void lines.push(line));
  expect(lines).toEqual(all);
});
