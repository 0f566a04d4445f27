/** The reads of one region. Reads that wait at the same time share calls. See linkReader.ts. */

import { type Caller, type EcsClient, type LinkRead, MAX_INSTANCE_IDS } from "./client";
import { InstanceReads, type PendingRead } from "./instanceReads";
import { Listings } from "./listing";
import { SharedCalls } from "./sharedCalls";

/**
 * While many links change one by one, a check waits for other checks at most this long, in ms. The call starts earlier if half as
 * many checks wait as ever ran at once. The other half keeps the engine busy, which writes its state between two links.
 */
const CHECK_WAIT_MS = 250;

/** At most this many checks count as simultaneous. Half of them are as many as an engine runs at a time. */
const MOST_CHECKS = 16;

/** The number of calls by instance at a time. With one, a slow answer would delay all readers. */
const CALLS_AT_A_TIME = 2;

/** The number of calls at a time while a list is read again. No other read can join these calls, and halving needs many. */
const CALLS_AGAIN_AT_A_TIME = 8;

/** After this many calls by instance for one VPC, a listing answers its other reads. */
const CALLS_BEFORE_LISTING = 2;

/** How long calls by instance count for that, in ms. */
const CALLS_COUNT_MS = 10_000;

export class RegionReads {
  readonly #calls: SharedCalls;
  readonly #listings: Listings;
  readonly #instances: InstanceReads;
  /** The number of recent calls by instance for each VPC. */
  readonly #recentCalls = new Map<string, { calls: number; at: number }>();
  #waiting: PendingRead[] = [];
  /** Lists to read again. */
  readonly #again: (readonly PendingRead[])[] = [];
  #callsRunning = 0;
  #checksRunning = 0;
  /** The most simultaneous checks so far. */
  #mostChecks = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(client: EcsClient, regionId: string) {
    this.#calls = new SharedCalls(client);
    this.#listings = new Listings(this.#calls, regionId);
    this.#instances = new InstanceReads(this.#calls, regionId, this.#listings);
  }

  changed(instanceId: string): void {
    this.#listings.changed(instanceId);
  }

  async vpcOf(read: LinkRead, caller: Caller): Promise<string | undefined> {
    return await this.#calls.waitFor(this.#vpcOf(read, caller), caller);
  }

  async listed(vpcId: string, instanceIds: readonly string[], caller: Caller): Promise<ReadonlySet<string>> {
    return await this.#calls.waitFor(this.#listings.listed(vpcId, instanceIds, caller), caller);
  }

  async #vpcOf(read: LinkRead, caller: Caller): Promise<string | undefined> {
    if (await this.#listings.find(read)?.has(read.instanceId, caller)) return read.vpcId;
    return await new Promise((resolve, reject) => {
      if (caller.signal.aborted) return reject(caller.signal.reason);
      this.#waiting.push({ read, caller, resolve, reject });
      if (read.fresh) this.#waitForChecks();
      else if (this.#waiting.length === 1) setImmediate(() => this.#send());
    });
  }

  /** Waits for more checks, so that they share a call. */
  #waitForChecks(): void {
    const checks = this.#waiting.filter(({ read }) => read.fresh).length + this.#checksRunning;
    this.#mostChecks = Math.min(MOST_CHECKS, Math.max(this.#mostChecks, checks));
    if (checks >= this.#mostChecks / 2) setImmediate(() => this.#send());
    else this.#timer ??= setTimeout(() => this.#send(), CHECK_WAIT_MS);
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#beginListings();
    while (this.#callsRunning < (this.#again.length > 0 ? CALLS_AGAIN_AT_A_TIME : CALLS_AT_A_TIME)) {
      const list = this.#again.shift() ?? this.#waiting.splice(0, MAX_INSTANCE_IDS);
      if (list.length === 0) return;
      // Callers that no longer wait need no answer.
      const wanted = list.filter(({ caller }) => !caller.signal.aborted);
      if (wanted.length > 0) void this.#read(wanted);
    }
  }

  /** Begins a listing for each VPC with many reads. The listing answers them. */
  #beginListings(): void {
    for (const [vpcId, count] of countByVpc(this.#waiting)) {
      const calls = this.#recentCallsFor(vpcId) + Math.ceil(count / MAX_INSTANCE_IDS);
      if (calls <= CALLS_BEFORE_LISTING || this.#listings.hasYoung(vpcId)) continue;
      const listing = this.#listings.begin(vpcId);
      const all = this.#waiting;
      this.#waiting = all.filter(({ read }) => this.#listings.find(read) !== listing);
      for (const { read, caller, resolve, reject } of all) {
        if (this.#listings.find(read) === listing) this.#vpcOf(read, caller).then(resolve, reject);
      }
    }
  }

  async #read(list: readonly PendingRead[]): Promise<void> {
    const checks = list.filter(({ read }) => read.fresh).length;
    this.#callsRunning += 1;
    this.#checksRunning += checks;
    for (const vpcId of countByVpc(list).keys()) {
      this.#recentCalls.set(vpcId, { calls: this.#recentCallsFor(vpcId) + 1, at: performance.now() });
    }
    try {
      const again = await this.#instances.answer(list);
      this.#again.unshift(...again.filter((part) => part.length > 0));
    } catch (error) {
      for (const { reject } of list) reject(error);
    } finally {
      this.#callsRunning -= 1;
      this.#checksRunning -= checks;
      this.#send();
    }
  }

  #recentCallsFor(vpcId: string): number {
    const recent = this.#recentCalls.get(vpcId);
    return recent !== undefined && performance.now() - recent.at < CALLS_COUNT_MS ? recent.calls : 0;
  }
}

/** The number of reads of each VPC that a listing can answer. */
function countByVpc(reads: readonly PendingRead[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { read } of reads) {
    if (read.vpcId !== undefined && !read.fresh) counts.set(read.vpcId, (counts.get(read.vpcId) ?? 0) + 1);
  }
  return counts;
}
