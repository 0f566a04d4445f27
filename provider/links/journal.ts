/** The files in which the provider processes of one run share what they do. */

import {
  appendFileSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  rmdirSync,
  unlinkSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

/** Called with one line that another process of the run has written, and that process. */
export type OnLine = (line: string, writer: Writer) => void;

/** A process: its id, and when it started, because ids are used again. `<pid>-<start>`. */
export type Writer = string;

/** The id of this user. 0 on Windows, which has none. */
const USER = process.getuid?.() ?? 0;

/** How often a process tries again to join a run whose folder is removed meanwhile. */
const MOST_JOINS = 10;

/** How much of a file is read at a time, in bytes. */
const CHUNK = 64 * 1024;

/**
 * The files of one run. A run is one operation of the engine, such as the update of a `pulumi up`. Each of its provider
 * processes appends to a file of its own, `<writer>.log`, and reads those of the others. The folder is named after the
 * engine's address, which the engine gives to each of them.
 *
 * Addresses are used again. So the first process of a run, which finds no file of a living process, removes the files of an
 * earlier run. All processes of a run live until its end, so a later one finds a living one.
 */
export class Journal {
  /** The folder of all runs of this user, private to the user. */
  readonly runs: string;
  readonly #folder: string;
  readonly #own: string;
  readonly #readUpTo = new Map<string, number>();

  /**
   * Joins a run. See {@link joinRun}.
   *
   * @param engineAddress `<host>:<port>`.
   * @throws an error of the file system when the folder cannot be used, or is not private to this user.
   */
  constructor(engineAddress: string, runs: string) {
    // Processes must see each other's ids to know which live. Containers may share a folder without that.
    const own = `${processNamespace()}-`;
    this.#folder = join(runs, own + engineAddress.replace(/[^\w.-]/g, "_"));
    this.#own = `${OWN_WRITER}.log`;
    this.runs = runs;
    makePrivate(runs);
    for (const run of readdirSync(runs)) if (run.startsWith(own)) removeDeserted(join(runs, run));
    this.#join();
    process.once("exit", () => removeDeserted(this.#folder, OWN_WRITER));
  }

  /** Another process may remove the folder as deserted before it has the first file. Then it is made again. */
  #join(): void {
    for (let left = MOST_JOINS; ; left -= 1) {
      try {
        makePrivate(this.#folder);
        appendFileSync(join(this.#folder, this.#own), "", { mode: 0o600 });
        return;
      } catch (error) {
        if (left === 0 || !hasCode(error, "ENOENT")) throw error;
      }
    }
  }

  /** Appends a line. Other processes see it when this returns. */
  write(line: string): void {
    explained(() => appendFileSync(join(this.#folder, this.#own), `${line}\n`, { mode: 0o600 }));
  }

  /** Reads what the others have written since the last time. */
  read(onLine: OnLine): void {
    explained(() => {
      for (const file of readdirSync(this.#folder)) if (file !== this.#own) this.#readFile(file, onLine);
    });
  }

  #readFile(file: string, onLine: OnLine): void {
    const descriptor = openSync(join(this.#folder, file), "r");
    try {
      const buffer = Buffer.alloc(CHUNK);
      let from = this.#readUpTo.get(file) ?? 0;
      for (;;) {
        const text = buffer.toString("latin1", 0, readSync(descriptor, buffer, 0, CHUNK, from));
        // A line that is being written is read when it is complete.
        const complete = text.slice(0, text.lastIndexOf("\n") + 1);
        if (complete === "") break;
        from += complete.length;
        for (const line of complete.split("\n")) if (line !== "") onLine(line, writerOf(file));
      }
      this.#readUpTo.set(file, from);
    } finally {
      closeSync(descriptor);
    }
  }
}

/**
 * Joins a run: in the folder for temporary files, or where that cannot be used, in the user's home.
 *
 * @throws the error of the folder for temporary files, if neither can be used.
 */
export function joinRun(engineAddress: string): Journal {
  try {
    return new Journal(engineAddress, join(tmpdir(), `pulumi-classiclink-${USER}`));
  } catch (error) {
    try {
      return new Journal(engineAddress, join(homedir(), ".pulumi-classiclink"));
    } catch {
      throw error;
    }
  }
}

/** Without the ledger, a delete could remove a link that the program declares. So the operation fails. */
function explained(work: () => void): void {
  try {
    work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the ledger of this run is lost, so nothing more is changed; run pulumi again (${reason})`);
  }
}

/** Whether a process of this user lives. */
export function isAlive(writer: Writer): boolean {
  const [pid, start] = writer.split("-");
  try {
    process.kill(Number(pid), 0);
    // Without a start, the process id has to do.
    return !start || start === startOf(Number(pid));
  } catch {
    return false;
  }
}

/** When a process started, in clock ticks since the boot of the machine. Linux only. Source: proc(5), `stat`, field 22. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the name of the program, in brackets. It may contain spaces.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

/** This process. */
export const OWN_WRITER: Writer = `${process.pid}-${startOf(process.pid)}`;

/** The namespace of process ids, on Linux. */
function processNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid").replace(/\D/g, "");
  } catch {
    return "0";
  }
}

function writerOf(file: string): Writer {
  return file.replace(/\.log$/, "");
}

function hasCode(error: unknown, code: string): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === code;
}

/**
 * Makes a folder that only this user can use.
 *
 * @throws an error of the file system, or an error if others may use the folder.
 */
export function makePrivate(folder: string): void {
  try {
    // Not recursive: Node would never return if the file system says that a folder neither exists nor can be made.
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
  const found = lstatSync(folder);
  const isOurs =
    found.isDirectory() && (process.getuid === undefined || (found.uid === USER && (found.mode & 0o077) === 0));
  if (!isOurs) throw new Error("the folder of the run belongs to another user, or others may use it");
}

/**
 * Removes the folder of a run of which no process lives.
 *
 * @param except a process that counts as dead.
 */
function removeDeserted(folder: string, except?: Writer): void {
  try {
    const files = readdirSync(folder);
    if (files.some((file) => writerOf(file) !== except && isAlive(writerOf(file)))) return;
    for (const file of files) unlinkSync(join(folder, file));
    // Fails where another process has just joined. Then the folder is in use.
    rmdirSync(folder);
  } catch {
    // Another process of this user removes it at the same moment.
  }
}
