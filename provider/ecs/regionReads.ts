/** The coalesced reads of one region. See linkReader.ts. */

import { type Caller, type EcsClient, MAX_INSTANCE_IDS } from "./client";
import { fault } from "./errorCodes";
import { EcsError } from "./errors";
import { type LinkPages, readPages } from "./linkPages";
import type { LinkRead } from "./linkReader";
import { Listing } from "./listing";
import { SharedCalls } from "./sharedCalls";

/**
 * While many links are changed one by one, their checks wait for each other until half as many are under way as ever were at
 * once, and no longer than this, in ms. The other half keeps the engine busy, which writes its state between two links.
 * Waiting for more of them makes an update of a thousand links longer.
 */
const GATHERING_MS = 250;

/** More checks than this are not waited for: half of them fill what an engine has under way. */
const MOST_CHECKS = 16;

/** How many calls by instance run at a time: one would let a slow answer hold up every reader. */
const CALLS_AT_A_TIME = 2;

/** How many run at a time when lists were refused. Nothing can join them, and halving takes many. */
const PARTS_AT_A_TIME = 8;

/** After this many calls by instance for one VPC its remaining reads are served from a listing. */
const CALLS_BEFORE_LISTING = 2;

/** How long calls by instance count for that, in ms. */
const SPENT_MS = 10_000;

/** A refused list that is longer than this is split by what exists. Halving a shorter one costs no more calls. */
const SHORT_LIST = 3;

interface Waiting {
  readonly read: LinkRead;
  readonly caller: Caller;
  resolve(vpcId: string | undefined): void;
  reject(error: unknown): void;
}

export class RegionReads {
  readonly #calls: SharedCalls;
  readonly #regionId: string;
  readonly #changedAt = new Map<string, number>();
  readonly #listings = new Map<string, Listing>();
  /** How many calls by instance each VPC has cost lately. */
  readonly #callsSpent = new Map<string, { calls: number; at: number }>();
  #waiting: Waiting[] = [];
  /** Parts of lists that ECS refused. */
  readonly #parts: (readonly Waiting[])[] = [];
  #callsRunning = 0;
  #checksRunning = 0;
  /** The most checks that were under way at once. */
  #mostChecks = 0;
  #gathering: NodeJS.Timeout | undefined;
  /** Whether DescribeInstances may be called, and sees what DescribeClassicLinkInstances sees, as far as it is known. */
  #seesInstances = true;

  constructor(client: EcsClient, regionId: string) {
    this.#calls = new SharedCalls(client);
    this.#regionId = regionId;
  }

  changed(instanceId: string): void {
    this.#changedAt.set(instanceId, performance.now());
  }

  async vpcOf(read: LinkRead, caller: Caller): Promise<string | undefined> {
    return await this.#calls.waitFor(this.#vpcOf(read, caller), caller);
  }

  async listed(vpcId: string, instanceIds: readonly string[], caller: Caller): Promise<ReadonlySet<string>> {
    return await this.#calls.waitFor(this.#listed(vpcId, instanceIds, caller), caller);
  }

  async #listed(vpcId: string, instanceIds: readonly string[], caller: Caller): Promise<ReadonlySet<string>> {
    const listing = new Listing(this.#calls, this.#regionId, vpcId);
    this.#listings.set(vpcId, listing);
    const found = new Set<string>();
    for (const instanceId of instanceIds) if (await listing.has(instanceId, caller)) found.add(instanceId);
    return new Set([...found].filter((instanceId) => this.#isBegunAfterChange(listing, instanceId)));
  }

  async #vpcOf(read: LinkRead, caller: Caller): Promise<string | undefined> {
    const listing = this.#listingFor(read);
    if (await listing?.has(read.instanceId, caller)) return read.vpcId;
    return await new Promise((resolve, reject) => {
      if (caller.signal.aborted) return reject(caller.signal.reason);
      this.#waiting.push({ read, caller, resolve, reject });
      if (read.fresh) this.#gather();
      else if (this.#waiting.length === 1) setImmediate(() => this.#send());
    });
  }

  /** The listing that may answer a read: one that is young, and was begun after the instance changed. */
  #listingFor({ instanceId, vpcId, fresh }: LinkRead): Listing | undefined {
    const listing = vpcId === undefined || fresh ? undefined : this.#listings.get(vpcId);
    return listing?.isUsable && this.#isBegunAfterChange(listing, instanceId) ? listing : undefined;
  }

  #isBegunAfterChange({ begunAt }: Listing, instanceId: string): boolean {
    return begunAt > (this.#changedAt.get(instanceId) ?? Number.NEGATIVE_INFINITY);
  }

  /** Not at once: checks that come together, or soon after each other, belong together. */
  #gather(): void {
    const underWay = this.#waiting.filter(({ read }) => read.fresh).length + this.#checksRunning;
    this.#mostChecks = Math.min(MOST_CHECKS, Math.max(this.#mostChecks, underWay));
    if (underWay >= this.#mostChecks / 2) setImmediate(() => this.#send());
    else this.#gathering ??= setTimeout(() => this.#send(), GATHERING_MS);
  }

  #send(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#beginListings();
    while (this.#callsRunning < (this.#parts.length > 0 ? PARTS_AT_A_TIME : CALLS_AT_A_TIME)) {
      // Readers that have given up need no answer.
      const list = this.#parts.shift() ?? this.#waiting.splice(0, MAX_INSTANCE_IDS);
      const wanted = list.filter(({ caller }) => !caller.signal.aborted);
      if (wanted.length > 0) void this.#ask(wanted);
      else if (list.length === 0) return;
    }
  }

  /** Moves the reads of VPCs of which many are read over to a listing. */
  #beginListings(): void {
    for (const [vpcId, count] of countByVpc(this.#waiting)) {
      const calls = this.#spentOn(vpcId) + Math.ceil(count / MAX_INSTANCE_IDS);
      if (calls <= CALLS_BEFORE_LISTING || this.#listings.get(vpcId)?.isYoung) continue;
      const listing = new Listing(this.#calls, this.#regionId, vpcId);
      this.#listings.set(vpcId, listing);
      const all = this.#waiting;
      this.#waiting = all.filter(({ read }) => this.#listingFor(read) !== listing);
      for (const { read, caller, resolve, reject } of all) {
        if (this.#listingFor(read) === listing) this.#vpcOf(read, caller).then(resolve, reject);
      }
    }
  }

  async #ask(list: readonly Waiting[]): Promise<void> {
    const checks = list.filter(({ read }) => read.fresh).length;
    this.#callsRunning += 1;
    this.#checksRunning += checks;
    for (const vpcId of countByVpc(list).keys()) {
      this.#callsSpent.set(vpcId, { calls: this.#spentOn(vpcId) + 1, at: performance.now() });
    }
    try {
      await this.#answer(list, await this.#read(list));
    } catch (error) {
      try {
        // One released instance makes ECS refuse the whole list.
        if (list.length > 1 && isAboutTheList(error)) this.#parts.unshift(...(await this.#split(list, error)));
        else for (const { reject } of list) reject(error);
      } catch (splitError) {
        for (const { reject } of list) reject(splitError);
      }
    } finally {
      this.#callsRunning -= 1;
      this.#checksRunning -= checks;
      this.#send();
    }
  }

  async #read(list: readonly Waiting[]): Promise<LinkPages> {
    return await readPages(this.#calls, { regionId: this.#regionId, instanceIds: idsOf(list) }, callersOf(list));
  }

  /** A link that is listed is there. That one is missing proves its absence only where no page can have hidden it. */
  async #answer(list: readonly Waiting[], { links, pages, isComplete }: LinkPages): Promise<void> {
    const vpcIds = new Map(links.map(({ instanceId, vpcId }) => [instanceId, vpcId]));
    for (const { read, resolve } of list) if (vpcIds.has(read.instanceId)) resolve(vpcIds.get(read.instanceId));
    const missing = list.filter(({ read }) => !vpcIds.has(read.instanceId));
    if (isComplete && pages > 1 && missing.length < list.length) {
      // A link that goes away meanwhile moves the next one to a page that has been read. Those that are left fit on fewer.
      if (missing.length > 0) await this.#ask(missing);
    } else if (isComplete) {
      for (const { resolve } of missing) resolve(undefined);
    } else {
      throw fault("DescribeClassicLinkInstances", "UnreadableAnswer", "fewer links than TotalCount");
    }
  }

  /** The parts in which a refused list is asked again: by what exists, where that can be seen, or else two halves. */
  async #split(list: readonly Waiting[], refused: unknown): Promise<readonly (readonly Waiting[])[]> {
    const isGone = refused instanceof EcsError && refused.kind === "gone";
    const existing = isGone && list.length > SHORT_LIST ? await this.#existing(list) : undefined;
    const released = list.filter(({ read }) => !(existing?.has(read.instanceId) ?? true));
    return released.length > 0 ? await this.#withoutReleased(list, released) : halvesOf(list);
  }

  /** Which instances of a list exist, or undefined where the key may not ask. */
  async #existing(list: readonly Waiting[]): Promise<ReadonlySet<string> | undefined> {
    if (!this.#seesInstances) return undefined;
    try {
      return await this.#calls.existing(this.#regionId, idsOf(list), callersOf(list));
    } catch (error) {
      if (!(error instanceof EcsError) || error.kind === "transient") throw error;
      this.#seesInstances = false;
      return undefined;
    }
  }

  /**
   * Answers for released instances, and gives the parts in which the others of their list are asked again.
   *
   * That DescribeInstances does not show an instance proves nothing: the key may not see it. So one of them is asked for
   * alone, and has to be refused as the list was. The others have to be missing from the listing of their VPC too.
   */
  async #withoutReleased(
    list: readonly Waiting[],
    [first, ...others]: readonly Waiting[],
  ): Promise<readonly (readonly Waiting[])[]> {
    if (first === undefined) return [list];
    let refused: EcsError;
    try {
      await this.#answer([first], await this.#read([first]));
      this.#seesInstances = false;
      return halvesOf(list.filter((one) => one !== first));
    } catch (error) {
      if (!(error instanceof EcsError) || error.kind !== "gone") throw error;
      refused = error;
    }
    const asked = new Set([first, ...others]);
    const parts = [list.filter((one) => !asked.has(one))];
    first.reject(refused);
    const listings = new Map<string, Listing>();
    for (const one of others) {
      if (await this.#isMissing(one, listings)) one.reject(refused);
      else parts.push([one]);
    }
    return parts.filter((part) => part.length > 0);
  }

  /** Whether the listing of its VPC, read now or since the instance changed, does not show the instance. */
  async #isMissing({ read, caller }: Waiting, listings: Map<string, Listing>): Promise<boolean> {
    const { vpcId, instanceId } = read;
    if (vpcId === undefined) return false;
    const listing = listings.get(vpcId) ?? this.#listingFor(read) ?? new Listing(this.#calls, this.#regionId, vpcId);
    listings.set(vpcId, listing);
    this.#listings.set(vpcId, listing);
    const isListed = await listing.has(instanceId, caller);
    return !isListed && listing.isUsable && this.#isBegunAfterChange(listing, instanceId);
  }

  #spentOn(vpcId: string): number {
    const spent = this.#callsSpent.get(vpcId);
    return spent !== undefined && performance.now() - spent.at < SPENT_MS ? spent.calls : 0;
  }
}

/** How many reads a listing of each VPC could answer. */
function countByVpc(waiting: readonly Waiting[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { read } of waiting) {
    if (read.vpcId !== undefined && !read.fresh) counts.set(read.vpcId, (counts.get(read.vpcId) ?? 0) + 1);
  }
  return counts;
}

/** Whether a shorter list of instances may be answered. */
function isAboutTheList(error: unknown): boolean {
  if (!(error instanceof EcsError) || error.kind === "retired") return false;
  const { kind, facts } = error;
  return (
    kind === "gone" ||
    facts.code.startsWith("InvalidInstanceId.") ||
    facts.code === "InvalidParameter.ToManyInstanceIds"
  );
}

function halvesOf(list: readonly Waiting[]): readonly (readonly Waiting[])[] {
  const half = Math.ceil(list.length / 2);
  return [list.slice(0, half), list.slice(half)].filter((part) => part.length > 0);
}

function idsOf(list: readonly Waiting[]): readonly string[] {
  return [...new Set(list.map(({ read }) => read.instanceId))];
}

function callersOf(list: readonly Waiting[]): readonly Caller[] {
  return list.map(({ caller }) => caller);
}
