/** One run: the events that its processes share. */

import { isAlive, type Journal, joinRun, OWN_WRITER, type Writer } from "./journal";
import { Removals } from "./removals";

/** An event of a link in a run. */
export type Event =
  /** A Check of this run declares it. */
  | "declared"
  /** A later Check of the same resource no longer declares it. */
  | "undeclared"
  /** A resource that this run checks or deletes had it in its state before. */
  | "had"
  /** A refresh in this run has found it for a resource of the state, which the program may still declare. */
  | "found"
  /** An import or a `get` in this run has found it by the id of its resource. */
  | "imported"
  /** Made or adopted. */
  | "made"
  /** An attach has failed, and nobody knows whether the link exists. */
  | "failed"
  /** Its removal begins, unless this run declares it. */
  | "removing"
  /** This run does not declare it, so the removal continues. */
  | "removed"
  /** ECS has removed it, and lists it no more. */
  | "gone"
  /** The removal has ended, with or without success. */
  | "settled"
  /** A warning was given, so that no other process gives it again. */
  | "warned";

/** The events of which each counts. Others are noted once. */
const COUNTED: ReadonlySet<Event> = new Set(["declared", "undeclared", "removing", "settled"]);

/** One run, as one process sees it. */
export class Run {
  /** Why the processes of the run cannot share the ledger. Undefined if they can, or without an engine. */
  readonly problem: string | undefined;
  /** What earlier runs have removed. Undefined if nothing can be shared with other processes. */
  readonly removals: Removals | undefined;
  readonly #journal: Journal | undefined;
  readonly #seen = new Set<string>();
  /** By instance and by link, how many resources declare it. */
  readonly #declared = new Map<string, number>();
  #isUpToDate = false;
  #checkedAt = Number.NEGATIVE_INFINITY;
  /** By instance, the processes that remove a link of it, once for each removal. */
  readonly #removing = new Map<string, Writer[]>();

  /** @param engineAddress `<host>:<port>` of the engine; without it, nothing is shared with other processes. */
  constructor(engineAddress?: string) {
    try {
      this.#journal = engineAddress === undefined ? undefined : joinRun(engineAddress);
      this.removals = this.#journal && new Removals(this.#journal.runs);
    } catch (error) {
      this.problem = `the providers of this run do not know of each other: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  /** @param links the key of the instance and the key of the link, for each. */
  record(event: Event, links: readonly (readonly [instance: string, link: string])[]): void {
    const isCounted = COUNTED.has(event);
    const lines = links
      .map((keys) => `${event} ${keys.join(" ")}`)
      .filter((line) => isCounted || !this.#seen.has(line));
    for (const line of lines) this.#note(line, OWN_WRITER);
    if (lines.length > 0) this.#journal?.write(lines.join("\n"));
    this.#isUpToDate = false;
  }

  /** Whether this is the first warning of its kind in the run, for all its processes. */
  isFirst(kind: string): boolean {
    if (this.has("warned", kind)) return false;
    this.record("warned", [[kind, "-"]]);
    return true;
  }

  has(event: Event, key: string): boolean {
    this.#readOthers();
    return event === "declared" ? (this.#declared.get(key) ?? 0) > 0 : this.#seen.has(`${event} ${key}`);
  }

  /** How long ago a resource of the run was checked, in ms. */
  sinceCheckMs(): number {
    this.#readOthers();
    return performance.now() - this.#checkedAt;
  }

  isRemoving(instanceKey: string): boolean {
    this.#readOthers();
    return (this.#removing.get(instanceKey) ?? []).some(isAlive);
  }

  /** Once in a turn of the event loop, because a fleet asks for a thousand links in one. */
  #readOthers(): void {
    if (this.#journal === undefined || this.#isUpToDate) return;
    this.#journal.read((line, writer) => this.#note(line, writer));
    this.#isUpToDate = true;
    setImmediate(() => {
      this.#isUpToDate = false;
    });
  }

  #note(line: string, writer: Writer): void {
    const [event = "", instanceKey = "", linkKey = ""] = line.split(" ");
    this.#seen.add(line).add(`${event} ${instanceKey}`).add(`${event} ${linkKey}`);
    if (event === "declared") this.#checkedAt = performance.now();
    if (event === "declared" || event === "undeclared") {
      const change = event === "declared" ? 1 : -1;
      for (const key of [instanceKey, linkKey]) this.#declared.set(key, (this.#declared.get(key) ?? 0) + change);
    }
    const removing = this.#removing.get(instanceKey) ?? [];
    if (event === "removing") this.#removing.set(instanceKey, [...removing, writer]);
    if (event === "settled" && removing.includes(writer)) removing.splice(removing.indexOf(writer), 1);
  }
}
