/** What the provider processes of one run share through the file system, in real processes. */

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import fs, {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { buildSync } from "esbuild";
import { Journal } from "../../provider/links/journal";
import { makeFolder } from "../support/credentials";
import type { Question } from "../support/runProcess";

const ENGINE = "127.0.0.1:40001";
const OTHER = "127.0.0.1:40002";

/** The program of a provider process, built once: a process then starts in a tenth of a second. */
const built = makeFolder();
const program = join(built.folder, "runProcess.js");
beforeAll(() => {
  const entryPoints = [require.resolve("../support/runProcess.ts")];
  buildSync({ entryPoints, bundle: true, platform: "node", outfile: program });
});
afterAll(() => built.remove());

let temporary: ReturnType<typeof makeFolder>;
const children: ChildProcess[] = [];
beforeEach(() => {
  temporary = makeFolder();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(children.splice(0).map(killed));
  temporary.remove();
});

const USER = process.getuid?.() ?? 0;
const runs = () => join(temporary.folder, `pulumi-classiclink-${USER}`);
/** There is none, unless a test makes it. */
const home = () => join(temporary.folder, "home");
const removals = () => join(runs(), "removed");
/** The folder of the run of {@link ENGINE}. Its name may begin with what tells machines apart that share the file system. */
const folder = () =>
  join(runs(), readdirSync(runs()).find((name) => name.endsWith(ENGINE.replace(":", "_"))) ?? "none");
/** The file of a provider process. */
const fileOf = ({ pid }: ChildProcess) => readdirSync(folder()).find((name) => name.startsWith(`${pid}-`)) ?? "none";
const modeOf = (path: string) => statSync(path).mode & 0o777;

async function ended(child: ChildProcess, end: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  end();
  await exit;
}
const killed = async (child: ChildProcess) => await ended(child, () => child.kill("SIGKILL"));

/** Starts a provider process of an engine's run, and asks it some questions. */
async function start(engine = ENGINE, ...questions: Question[]) {
  const child = fork(program, [engine], { env: { ...process.env, TMPDIR: temporary.folder, HOME: home() } });
  children.push(child);
  const answer = async () => (await once(child, "message"))[0];
  const problem = await answer();
  const ask = async (...question: Question) => {
    child.send(question);
    return await answer();
  };
  for (const question of questions) await ask(...question);
  return { child, problem, ask };
}

test("[24] two processes of one run share what is declared, made and removed, even after one is killed", async () => {
  const first = await start(ENGINE, ["declare", "i-declared vpc-b"], ["made", "i-made vpc-b"]);
  await first.ask("beginRemoval", "i-removed vpc-b");
  const { ask } = await start();
  expect(await ask("isRemoved", "i-declared vpc-b")).toBe(false);
  expect(await ask("beginRemoval", "i-made vpc-b")).toBe(false);
  expect(await ask("isRemoving", "i-removed vpc-b")).toBe(true);
  await killed(first.child);
  expect(await ask("stays", "i-declared vpc-b")).toBe(true);
  expect(await ask("isRemoved", "i-removed vpc-b")).toBe(true);
  // Its removal is not waited for.
  expect(await ask("isRemoving", "i-removed vpc-b")).toBe(false);
});

describe("[27] two runs", () => {
  test("of two engines at once do not mix", async () => {
    await start(ENGINE, ["declare", "i-a vpc-b"]);
    const { ask } = await start(OTHER);
    expect(await ask("stays", "i-a vpc-b")).toBe(false);
  });

  test.each([
    ["the first was killed", undefined],
    ["another process has the id of the first", `${process.pid}-1.log`],
  ])("one after the other at the same address do not mix, though %s", async (_, file) => {
    const first = await start(ENGINE, ["declare", "i-a vpc-b"]);
    await killed(first.child);
    const left = fileOf(first.child);
    expect(readdirSync(folder())).toEqual([left]);
    if (file !== undefined) renameSync(join(folder(), left), join(folder(), file));
    const second = await start();
    expect(await second.ask("stays", "i-a vpc-b")).toBe(false);
    expect(readdirSync(folder())).toEqual([fileOf(second.child)]);
  });
});

describe("[27] the folder of a run", () => {
  test("is private to the user, and holds no id in clear", async () => {
    const { child } = await start(ENGINE, ["declare", "i-secret vpc-secret"], ["beginRemoval", "i-secret vpc-other"]);
    const file = join(folder(), fileOf(child));
    expect([runs(), folder(), removals(), file].map(modeOf)).toEqual([0o700, 0o700, 0o700, 0o600]);
    expect(`${readFileSync(file, "utf8")} ${readdirSync(removals())}`).not.toContain("secret");
  });

  test("goes when its last process ends, and if that was killed, with the next run of another engine", async () => {
    const { child } = await start();
    expect(readdirSync(folder())).toHaveLength(1);
    await ended(child, () => child.disconnect());
    expect(readdirSync(runs())).toEqual([]);
    await killed((await start()).child);
    await start(OTHER);
    expect(readdirSync(runs())).toEqual([expect.stringMatching(/127\.0\.0\.1_40002$/)]);
  });

  test.each<[what: string, spoil: () => void, why: string]>([
    [
      "that others may use is not used",
      () => {
        mkdirSync(runs());
        chmodSync(runs(), 0o777);
      },
      "others may use it",
    ],
    ["that cannot be made is no failure", () => writeFileSync(runs(), "a file stands in the way"), "others may use it"],
    ["whose parent is missing is no failure", () => rmdirSync(temporary.folder), "mkdir '.*'"],
  ])("%s: the process works alone and says why", async (_, spoil, why) => {
    spoil();
    const { problem, ask } = await start(ENGINE, ["declare", "i-a vpc-b"]);
    expect(problem).toMatch(new RegExp(`^the providers of this run do not know of each other: .*${why}$`));
    expect(await ask("stays", "i-a vpc-b")).toBe(true);
    expect(await ask("beginRemoval", "i-b vpc-b")).toBe(true);
  });

  test("[24] that cannot be made is made in the user's home, for all processes of the run", async () => {
    writeFileSync(runs(), "a file stands in the way");
    mkdirSync(home());
    const { problem } = await start(ENGINE, ["declare", "i-a vpc-b"]);
    expect(problem).toBeFalsy();
    expect(await (await start()).ask("stays", "i-a vpc-b")).toBe(true);
    expect(modeOf(join(home(), ".pulumi-classiclink"))).toBe(0o700);
  });

  test.each([
    ["others may use", 0o750, USER],
    ["belongs to another user", 0o700, USER + 1],
  ])("that %s is refused", async (_, mode, user) => {
    mkdirSync(runs());
    chmodSync(runs(), mode);
    jest.spyOn(process, "getuid").mockReturnValue(user);
    await jest.isolateModulesAsync(async () => {
      const { makePrivate } = await import("../../provider/links/journal.js");
      expect(() => makePrivate(runs())).toThrow("belongs to another user, or others may use it");
    });
  });

  // Containers may share the disk, but not the ids.
  const onLinux = process.platform === "linux" ? test : test.skip;
  onLinux("has the namespace of process ids in its name", () => {
    new Journal(ENGINE, runs());
    expect(readdirSync(runs())).toEqual([expect.stringMatching(/^\d+-127\.0\.0\.1_40001$/)]);
  });

  test("is made again if another process removes it before it has a file", () => {
    const { appendFileSync } = fs;
    jest.spyOn(fs, "appendFileSync").mockImplementationOnce((file, ...others) => {
      rmdirSync(dirname(String(file)));
      appendFileSync(file, ...others);
    });
    new Journal(ENGINE, runs());
    expect(readdirSync(folder())).toHaveLength(1);
  });

  test("is not made again without end", () => {
    let tries = 0;
    jest.spyOn(fs, "appendFileSync").mockImplementation(() => {
      tries += 1;
      throw Object.assign(new Error("it is gone"), { code: tries < 1_000 ? "ENOENT" : "ENOSPC" });
    });
    expect(() => new Journal(ENGINE, runs())).toThrow("it is gone");
    expect(tries).toBeLessThan(100);
  });

  test("[15] that is lost meanwhile fails each read and write, and the error says what to do", () => {
    const journal = new Journal(ENGINE, runs());
    rmSync(folder(), { recursive: true });
    const lost = /^the ledger of this run is lost, so nothing more is changed; run pulumi again \(.*ENOENT/;
    expect(() => journal.write("declared x y")).toThrow(lost);
    expect(() => journal.read(() => {})).toThrow(lost);
  });
});

describe("the file of another process", () => {
  /** The lines that a journal reads, one list for each part that is written. */
  function readAfter(...parts: readonly string[]) {
    const journal = new Journal(ENGINE, runs());
    return parts.map((part) => {
      const lines: string[] = [];
      writeFileSync(join(folder(), "1.log"), part, { flag: "a" });
      journal.read((line) => void lines.push(line));
      return lines;
    });
  }

  test("has a line once it is complete, and once only", () => {
    expect(readAfter("first\nsec", "ond\n", "")).toEqual([["first"], ["second"], []]);
  });

  test("is read whole though it is longer than one read", () => {
    const all = Array.from({ length: 5_000 }, (_, n) => `declared ${n} abcdefghijklmnopqrstuv`);
    expect(readAfter(`${all.join("\n")}\n`)).toEqual([all]);
  });
});
