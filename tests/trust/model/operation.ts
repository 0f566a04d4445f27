/** The operations on the stack, what befalls them, and what must be true after each. */

import type * as fc from "fast-check";
import type { Call, PausePoint, FaultRule } from "../../../emulator";
import { expectedOf, keptBy, knownOf } from "./expectations";
import { DOORS } from "../../support/shop";
import { awayIn, type Known, ownedBy, pair, refreshed, told } from "./knowledge";
import { declaredBy, type Links, type Program } from "./program";
import type { How, LostAnswer, Run } from "./stack";
import type { System } from "./system";

/** What befalls an operation. */
export interface Mishap {
  readonly faults?: readonly FaultRule[];
  /** The provider is killed when this call to ECS comes, which is then carried out or not. */
  readonly kill?: { readonly at: PausePoint; readonly carriedOut: boolean };
  /** The key is revoked when this call comes. */
  readonly revoke?: PausePoint;
  /** The user cancels when this call comes. */
  readonly cancel?: PausePoint;
  readonly lostAnswer?: LostAnswer;
}

export type OperationName = "preview" | "up" | "up --refresh" | "refresh" | "destroy";

/** In ms: so long that a machine under load does not end what goes well, and so short that trouble ends soon. */
const TIMEOUT_MS = { calm: 60_000, troubled: 1_500 };

export class Operation implements fc.AsyncCommand<Program, System> {
  /** @param order of the declarations in the program. */
  constructor(
    readonly name: OperationName,
    readonly mishap?: Mishap,
    readonly order = 0,
  ) {}

  /** One that has nothing to do, and that nothing befalls, finds nothing. */
  check({ isChanged }: Readonly<Program>): boolean {
    return isChanged || this.mishap !== undefined;
  }

  toString(): string {
    const name = `${this.name} in order ${this.order}`;
    return this.mishap === undefined ? name : `${name} with ${JSON.stringify(this.mishap)}`;
  }

  async run(program: Program, system: System): Promise<void> {
    system.steps += 1;
    const before = { state: system.state, cloud: system.cloud };
    system.takeCalls();
    const { run, isForgiven } = await this.#operate(program, system);
    const after = { state: system.state, cloud: system.cloud };
    program.isChanged = this.mishap !== undefined || this.name !== "up --refresh";
    const calls = system.takeCalls();
    const problems = [
      ...this.#strayCalls(program, before, calls),
      ...forgotten(before, after, isForgiven ? declaredBy(program) : undefined),
      ...unreadable(run),
    ];
    if (this.mishap === undefined) {
      problems.push(...(await this.#unexpected(program, system, { run, calls, before, after })));
    }
    if (problems.length === 0) return;
    const story = [
      ...problems,
      `before: ${JSON.stringify(before.cloud)} ${told(before.state).join(" · ")}`,
      `after: ${JSON.stringify(after.cloud)} ${told(after.state).join(" · ")}`,
      run.output,
    ];
    throw new Error(`${this}: ${story.join("\n")}`);
  }

  /** Runs it with what befalls it. Forgiven is what no state can know: what came of a call whose answer never came. */
  async #operate(program: Program, system: System): Promise<{ run: Run; isForgiven: boolean }> {
    const { emulator, kept } = system;
    const { faults = [], kill, revoke, cancel, lostAnswer } = this.mishap ?? {};
    for (const fault of faults) emulator.injectFault(fault);
    let isForgiven = lostAnswer !== undefined;
    if (revoke !== undefined) {
      const held = emulator.pause(revoke);
      void held.arrived.then(() => {
        emulator.revokeKey();
        held.resume();
      });
    }
    if (cancel !== undefined) {
      const held = emulator.pause(cancel);
      void held.arrived
        .then(() => Promise.all(DOORS.map((door) => kept[door].cancel())))
        .catch(() => "killed meanwhile")
        .then(() => held.resume());
    }
    if (kill !== undefined) {
      const held = emulator.pause(kill.at);
      void held.arrived.then(() => {
        isForgiven = true;
        for (const door of DOORS) kept[door].kill();
        if (kill.carriedOut) held.resume();
        else held.cut();
      });
    }
    const timeoutMs = this.mishap === undefined ? TIMEOUT_MS.calm : TIMEOUT_MS.troubled;
    const how = { timeoutMs, order: this.order, ...(lostAnswer && { lostAnswer }) };
    const run = await this.#start(program, system, how);
    emulator.clearFaults();
    emulator.rotateKey();
    // Calls that were let go, and what a killed process had sent, are done when later ones are answered.
    for (const _ of [1, 2]) await fetch(`${emulator.endpoint}/-/links`);
    return { run, isForgiven };
  }

  #start(program: Program, { stack }: System, how: How): Promise<Run> {
    if (this.name === "refresh") return stack.refresh(how);
    if (this.name === "preview") return stack.preview(program, how);
    if (this.name === "destroy") return stack.destroy(how);
    return stack.up(program, how, { refresh: this.name === "up --refresh" });
  }

  /** Changes of links that are neither declared nor known to the state: of others' links. */
  #strayCalls(program: Program, { state, cloud }: Standing, calls: readonly Call[]): string[] {
    const isUp = this.name === "up" || this.name === "up --refresh";
    const read = this.name === "up --refresh" ? refreshed(state, cloud) : [];
    const changes = this.name !== "refresh" && this.name !== "preview";
    const mayAttach = new Set(isUp ? pairsOf(declaredBy(program)) : []);
    const mayDetach = new Set(changes ? [state, read].flatMap((known) => [...ownedBy(known), ...awayIn(known)]) : []);
    return calls.flatMap(({ action, params: { InstanceId = "", VpcId = "" } }) => {
      const may = { AttachClassicLinkVpc: mayAttach, DetachClassicLinkVpc: mayDetach }[action];
      return may === undefined || may.has(pair(InstanceId, VpcId))
        ? []
        : [`it called ${action} for ${pair(InstanceId, VpcId)}`];
    });
  }

  /** What is not as it must be where nothing has befallen it. */
  async #unexpected(program: Program, system: System, { run, calls, before, after }: Story): Promise<string[]> {
    const { state, cloud } = before;
    const now = refreshed(state, cloud);
    if (this.name === "refresh") {
      return [
        ...differs("the refresh", "succeeds", run.ok, true),
        ...differs("the state", "is as the cloud", told(after.state), told(now)),
        ...(await this.#changesNothing(program, system, "refresh")),
      ];
    }
    if (this.name === "preview") return [];
    if (this.name === "destroy") {
      const owned = ownedBy(state);
      const others = Object.entries(cloud).filter(([instanceId, vpcId]) => !owned.has(pair(instanceId, vpcId)));
      return [
        ...differs("the destroy", "succeeds", run.ok, true),
        ...differs("the state", "is empty", told(after.state), []),
        ...differs("the cloud", "holds what others made", pairsOf(after.cloud), pairsOf(Object.fromEntries(others))),
      ];
    }
    // What a plain up does not know of, it cannot set right.
    if (this.name === "up" && told(state).join() !== told(now).join()) return [];
    const known = this.name === "up" ? state : now;
    const expected = expectedOf(program, known, cloud);
    if (expected.kind === "depends") return [];
    if (expected.kind === "fails") return differs(`the up, although ${expected.because},`, "fails", run.ok, false);
    return [
      ...differs("the up", "succeeds", run.ok, true),
      ...differs("the cloud", "is as declared", pairsOf(after.cloud), pairsOf(expected.links)),
      ...differs("the state", "is as declared", told(after.state), told(knownOf(program))),
      ...differs("what stays as it is", "is left alone", touched(keptBy(program, known, cloud), calls), []),
      ...differs("the state", "is finished", after.state.filter(({ isHalfMade }) => isHalfMade).length, 0),
      ...(await this.#changesNothing(program, system, "up")),
    ];
  }

  /** The same once more. An up that has nothing to do asks nothing, either. */
  async #changesNothing(program: Program, system: System, name: "up" | "refresh"): Promise<string[]> {
    const before = told(system.state);
    system.takeCalls();
    const again = await new Operation(name).#start(program, system, { timeoutMs: TIMEOUT_MS.calm });
    const calls = system.takeCalls().map(({ action }) => action);
    return [
      ...differs(`a second ${name}`, "changes nothing", again.changes, 0),
      ...differs("the state", `is the same after a second ${name}`, told(system.state), before),
      ...(name === "up" ? differs("a second up", "calls nothing", calls, []) : []),
    ];
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

const pairsOf = (links: Links): string[] =>
  Object.entries(links)
    .map(([instanceId, vpcId]) => pair(instanceId, vpcId))
    .sort();

/**
 * Links that are there and ours, and that the state does not name.
 *
 * @param made the links that may be made without anyone being told, because answers were lost; the next update adopts them.
 */
function forgotten(before: Standing, after: Standing, made: Links = {}): string[] {
  const [owned, known] = [ownedBy(before.state), new Set([...ownedBy(after.state), ...awayIn(after.state)])];
  return pairsOf(after.cloud).flatMap((link) => {
    const isNew = !pairsOf(before.cloud).includes(link);
    const isOurs = isNew || owned.has(link);
    return isOurs && !known.has(link) && !pairsOf(made).includes(link) ? [`no state knows of ${link}`] : [];
  });
}

/** Changes of links that nothing was to be done about. */
function touched(kept: ReadonlySet<string>, calls: readonly Call[]): string[] {
  return calls
    .filter(({ action, params: { InstanceId = "", VpcId = "" } }) => {
      return action !== "DescribeClassicLinkInstances" && kept.has(pair(InstanceId, VpcId));
    })
    .map(({ action, params: { InstanceId } }) => `${action} ${InstanceId}`);
}

/** Errors that say nothing to a person. */
function unreadable({ output }: Run): string[] {
  const found = /\bundefined\b|\[object|^ +at .*\d\)?$/m.exec(output);
  return found === null ? [] : [`it said "${found[0]}"`];
}

function differs(what: string, must: string, is: unknown, wanted: unknown): string[] {
  const [found, expected] = [JSON.stringify(is), JSON.stringify(wanted)];
  return found === expected ? [] : [`not so: ${what} ${must}: ${found}, and not ${expected}`];
}
