/** The operations on the stack, what befalls them, and what must be true after each. */

import { deepStrictEqual } from "node:assert/strict";
import type * as fc from "fast-check";
import type { Call, PausePoint, FaultRule } from "../../emulator";
import { expectedOf, keptBy, knownOf } from "./expectations";
import { awayIn, type Known, inWords, ownedBy, pair, pairsOf, refreshed } from "./knowledge";
import { declaredBy, type Links, type Program } from "./program";
import type { How, LostAnswer, OperationName, Run } from "./stack";
import type { System } from "./system";

/** What befalls an operation. */
export interface Mishap {
  readonly faults?: readonly FaultRule[];
  /**
   * What happens when a call to ECS comes: the provider is killed, and the call is carried out or cut off; the key is revoked; or
   * the user cancels.
   */
  readonly interruptions?: readonly { readonly at: PausePoint; readonly kind: "kill" | "cut" | "revoke" | "cancel" }[];
  readonly lostAnswer?: LostAnswer;
}

/** In ms: so long that a machine under load does not end what goes well, and so short that a fault ends soon. */
const TIMEOUT_MS = { calm: 60_000, faulty: 1_500 };

/** What the engine is ordered to do with one resource of the program, whatever has changed. */
interface Order {
  readonly kind: "replace" | "taint" | "target" | "target-replace";
  /** Which of the program's resources. */
  readonly pick: number;
}

export class Operation implements fc.AsyncCommand<Program, System> {
  /** @param order of the declarations in the program. */
  constructor(
    readonly name: OperationName,
    readonly mishap?: Mishap,
    readonly order = 0,
    readonly forced?: Order,
  ) {}

  /** One that has nothing to do, and that nothing befalls, finds nothing. */
  check({ isChanged }: Readonly<Program>): boolean {
    return isChanged || this.mishap !== undefined || this.forced !== undefined;
  }

  toString(): string {
    const forced = this.forced === undefined ? "" : ` with ${this.forced.kind} of resource ${this.forced.pick}`;
    const name = `${this.name} in order ${this.order}${forced}`;
    return this.mishap === undefined ? name : `${name} with ${JSON.stringify(this.mishap)}`;
  }

  async run(program: Program, system: System): Promise<void> {
    system.steps += 1;
    const before = { state: system.state, cloud: system.cloud };
    system.takeCalls();
    const { run, isForgiven } = await this.#operate(program, system);
    const after = { state: system.state, cloud: system.cloud };
    const isPartial = this.forced !== undefined;
    program.isChanged = this.mishap !== undefined || this.name !== "up --refresh" || isPartial;
    const calls = system.takeCalls();
    try {
      deepStrictEqual(this.#strayCalls(program, before, calls), []);
      deepStrictEqual(forgotten(before, after, isForgiven ? declaredBy(program.resources.values()) : {}), []);
      // An error that says nothing to a person.
      deepStrictEqual(/\bundefined\b|\[object|^ +at .*\d\)?$/m.exec(run.output)?.[0], undefined);
      if (this.mishap === undefined) await this.#expect(program, system, { run, calls, before, after });
    } catch (error) {
      const story = [
        error instanceof Error ? error.message : error,
        `before: ${JSON.stringify(before.cloud)} ${inWords(before.state).join(" · ")}`,
        `after: ${JSON.stringify(after.cloud)} ${inWords(after.state).join(" · ")}`,
        run.output,
      ];
      throw new Error(`${this}: ${story.join("\n")}`);
    }
    if (run.ok && this.name.startsWith("up")) system.unproven.clear();
    for (const { action, params } of run.ok ? [] : calls)
      if (action === "DetachClassicLinkVpc") system.unproven.add(params.InstanceId ?? "");
  }

  /** Runs it with what befalls it. Forgiven is what no state can know: what came of a call whose answer never came. */
  async #operate(program: Program, system: System): Promise<{ run: Run; isForgiven: boolean }> {
    const { emulator, kept } = system;
    const { faults = [], interruptions = [], lostAnswer } = this.mishap ?? {};
    for (const fault of faults) emulator.injectFault(fault);
    let isForgiven = lostAnswer !== undefined;
    const happens = async (kind: string) => {
      if (kind === "revoke") return emulator.revokeKey();
      const processes = [...kept.dynamic, ...kept.plugin];
      if (kind === "cancel") return await Promise.all(processes.map((one) => one.cancel()));
      isForgiven = true;
      for (const one of processes) one.kill();
    };
    for (const { at, kind } of interruptions) {
      const paused = emulator.pause(at);
      void paused.arrived
        .then(() => happens(kind))
        .catch(() => "killed meanwhile")
        .then(() => (kind === "cut" ? paused.cut() : paused.resume()));
    }
    const timeoutMs = this.mishap === undefined ? TIMEOUT_MS.calm : TIMEOUT_MS.faulty;
    const how = { timeoutMs, order: this.order, ...(lostAnswer && { lostAnswer }) };
    const run = await this.#start(program, system, how);
    emulator.clearFaults();
    emulator.rotateKey();
    // Calls that have resumed, and what a killed process had sent, are done when later ones are answered.
    for (const _ of [1, 2]) await fetch(`${emulator.endpoint}/-/links`);
    return { run, isForgiven };
  }

  #start(program: Program, { stack }: System, asked: How): Promise<Run> {
    const name = this.#forcedName(program);
    const kind = name === undefined ? undefined : this.forced?.kind;
    const names = name === undefined ? [] : [name];
    if (kind === "taint") names.forEach((one) => void stack.taint(one));
    const orders = {
      ...(kind?.endsWith("replace") && { replace: names }),
      ...(kind?.startsWith("target") && { target: names }),
    };
    return stack.operate(this.name, program, { ...asked, orders });
  }

  #forcedName({ resources }: Program): string | undefined {
    const names = [...resources.keys()];
    return this.forced === undefined ? undefined : names[this.forced.pick % (names.length || 1)];
  }

  /** Changes of links that are neither declared nor known to the state: of others' links. */
  #strayCalls(program: Program, { state, cloud }: Standing, calls: readonly Call[]): string[] {
    const isUp = this.name === "up" || this.name === "up --refresh";
    const declared = declaredBy(program.resources.values());
    const known = [...state, ...(this.name === "up --refresh" ? refreshed(state, cloud) : [])];
    // What others have moved is taken back only for a program that declares the instance.
    const mayTakeBack = (link: string) => isUp && declared[link.split("→")[0] ?? ""] !== undefined;
    const mayDetach =
      isUp || this.name === "destroy" ? [...ownedBy(known), ...[...awayIn(known)].filter(mayTakeBack)] : [];
    const may: Readonly<Record<string, readonly string[]>> = {
      AttachClassicLinkVpc: isUp ? pairsOf(declared) : [],
      DetachClassicLinkVpc: mayDetach,
    };
    const isStray = ({ action, params: { InstanceId = "", VpcId = "" } }: Call) =>
      may[action]?.includes(pair(InstanceId, VpcId)) === false;
    return calls.filter(isStray).map(({ action, params }) => `it called ${action} for ${JSON.stringify(params)}`);
  }

  /** What must be so where nothing has befallen it. */
  async #expect(program: Program, system: System, { run, calls, before, after }: Story): Promise<void> {
    const { state, cloud } = before;
    const now = refreshed(state, cloud);
    const found = { ok: run.ok, state: inWords(after.state) };
    if (this.name === "preview") return;
    if (this.name === "refresh") {
      deepStrictEqual(found, { ok: true, state: inWords(now) });
      return await this.#changesNothing(program, system, "refresh");
    }
    // Within two minutes of an attach, a link that is not there may still come. So its end waits longer than this does.
    const isWaitedFor = !run.ok && [...state, ...after.state].some(({ isPartiallyCreated }) => isPartiallyCreated);
    if (this.name === "destroy") {
      if (isWaitedFor) return;
      const owned = ownedBy(state);
      const others = pairsOf(cloud).filter((link) => !owned.has(link));
      deepStrictEqual({ ...found, cloud: pairsOf(after.cloud) }, { ok: true, state: [], cloud: others });
      return;
    }
    const target = this.forced?.kind.startsWith("target") === true ? this.#forcedName(program) : undefined;
    // What a plain up does not know of, it cannot set right.
    const isKnown = this.name !== "up" || inWords(state).join() === inWords(now).join();
    const missing = (links: readonly string[]) => links.filter((link) => !pairsOf(after.cloud).includes(link));
    if (target !== undefined && run.ok) deepStrictEqual(missing(targeted(program, target, isKnown, before)), []);
    if (target !== undefined || !isKnown) return;
    const isRefreshed = this.name === "up --refresh";
    const known = isRefreshed ? now : state;
    const expected = expectedOf(program, known, cloud, isRefreshed);
    // One that is removed, replaced, or loses members.
    const wanted = inWords(knownOf(program));
    const isEnding = state.some((was) => was.isPartiallyCreated && !wanted.includes(inWords([was]).join()));
    if (isWaitedFor && (isEnding || after.state.length > wanted.length)) return;
    if (expected.kind === "depends") {
      if (run.ok) deepStrictEqual(missing(pairsOf(declaredBy(program.resources.values()))), []);
      return;
    }
    // The engine does not show a provider what the resource was that it replaces by itself, so it may be in its own way.
    if (!isRefreshed && this.#isInItsOwnWay(program, known) && !run.ok) return;
    if (expected.kind === "fails") {
      deepStrictEqual({ ok: run.ok, because: expected.because }, { ok: false, because: expected.because });
      return;
    }
    // What the engine replaces by itself is made again, which finds what is there.
    const isProof = ({ action, params }: Call) =>
      action === "AttachClassicLinkVpc" && (this.forced || system.unproven.has(params.InstanceId ?? ""));
    const unfinished = after.state.filter(({ isPartiallyCreated }) => isPartiallyCreated);
    deepStrictEqual(
      { ...found, cloud: pairsOf(after.cloud), unfinished },
      { ok: true, state: wanted, cloud: pairsOf(expected.links), unfinished: [] },
    );
    const changes = calls.filter((call) => !isProof(call) && call.action !== "DescribeClassicLinkInstances");
    const kept = keptBy(program, known, cloud);
    // What stays as it is, is left alone.
    const touched = changes.map(({ params: { InstanceId = "", VpcId = "" } }) => pair(InstanceId, VpcId));
    deepStrictEqual(
      touched.filter((link) => kept.has(link)),
      [],
    );
    await this.#changesNothing(program, system, "up");
  }

  /** Whether a resource that the engine replaces by itself is changed, too. */
  #isInItsOwnWay(program: Program, state: readonly Known[]): boolean {
    const forced = this.#forcedName(program);
    return state.some((was) => {
      const is = knownOf(program).find(({ name }) => name === was.name);
      const isReplaced = was.name === forced || was.isTainted;
      return isReplaced && is !== undefined && inWords([was]).join() !== inWords([is]).join();
    });
  }

  /** The same once more. An up that has nothing to do asks nothing, either. */
  async #changesNothing(program: Program, system: System, name: "up" | "refresh"): Promise<void> {
    const before = inWords(system.state);
    system.takeCalls();
    const { changes } = await system.stack.operate(name, program, { timeoutMs: TIMEOUT_MS.calm });
    const calls = system.takeCalls().map(({ action }) => action);
    deepStrictEqual({ again: changes, state: inWords(system.state) }, { again: 0, state: before });
    if (name === "up") deepStrictEqual(calls, []);
  }
}

/** An operation from its beginning to its end. */
interface Story {
  readonly run: Run;
  readonly calls: readonly Call[];
  readonly before: Standing;
  readonly after: Standing;
}

/** How things stand. */
interface Standing {
  readonly state: readonly Known[];
  readonly cloud: Links;
}

/** The links after an update of one resource: what it declares exists, and nothing else has changed. */
function targeted({ resources }: Program, name: string, isKnown: boolean, { state, cloud }: Standing): string[] {
  const target = resources.get(name);
  const own = declaredBy(target === undefined ? [] : [target]);
  const mine = ownedBy(state.filter((known) => known.name === name));
  const others = Object.entries(cloud).filter(([id, vpc]) => own[id] === undefined && !mine.has(pair(id, vpc)));
  return pairsOf({ ...Object.fromEntries(others), ...(isKnown && own) });
}

/**
 * Links that are there and ours, and that the state does not name.
 *
 * @param made the links that may be made and not known, because answers were lost; the next update adopts them.
 */
function forgotten(before: Standing, after: Standing, made: Links): string[] {
  const [owned, old] = [ownedBy(before.state), pairsOf(before.cloud)];
  const known = [...ownedBy(after.state), ...awayIn(after.state), ...pairsOf(made)];
  return pairsOf(after.cloud).filter((link) => (!old.includes(link) || owned.has(link)) && !known.includes(link));
}
