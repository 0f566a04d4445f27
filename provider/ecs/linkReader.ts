/** Reads of links, gathered into few calls: one Describe for many instances, one paged listing for a VPC that is swept. */

import { type Caller, type EcsClient, MAX_INSTANCE_IDS } from "./client";
import { fault } from "./errorCodes";
import { EcsError } from "./errors";
import { type LinkPages, readPages } from "./linkPages";
import { LISTING_LIFETIME_MS, Listing } from "./listing";
import { SharedCalls } from "./sharedCalls";

/**
 * While many links are made, the looks at what was made wait this long for each other, in ms. The engine writes its state
 * between two links for longer than that. With 250 ms an update of a thousand takes a fifth longer.
 */
const GATHERING_MS = 150;

/** From this many calls for looks a second on, looks wait for each other. A few links are not made to wait. */
const MANY_LOOKS = 6;

/** How many gathered calls of one region run at a time: one would let a slow answer hold up every reader. */
const CALLS_AT_A_TIME = 2;

/** After this many calls by instance for one VPC its remaining reads are served from a listing. */
const CALLS_BEFORE_LISTING = 2;

/** What to read. */
export interface LinkRead {
  readonly regionId: string;
  readonly instanceId: string;
  /** Where the link is expected. Lets reads of one VPC share its listing. */
  readonly vpcId?: string;
  /** Set while waiting for a change: a listing made earlier must not answer. */
  readonly fresh?: boolean;
}

/**
 * Answers which VPC an instance is linked to, for everything in this process.
 *
 * A listing only ever proves presence. Absence is always asked for by instance, since a page that shifts
 * while links come and go can hide one. Reads that come together share their calls and their failures.
 */
export class LinkReader {
  readonly #client: EcsClient;
  readonly #regions = new Map<string, Region>();

  constructor(client: EcsClient) {
    this.#client = client;
  }

  /**
   * Reads the VPC that an instance is linked to.
   *
   * Source: DescribeClassicLinkInstances.
   *
   * @returns the id of the VPC, or undefined when the instance is not listed as linked.
   * @throws {EcsError} when that cannot be told.
   */
  async vpcOf(read: LinkRead, caller: Caller): Promise<string | undefined> {
    const region = this.#regionOf(read.regionId);
    return await region.calls.waitFor(region.vpcOf(read), caller);
  }

  /**
   * Reads which instances the listing of a VPC shows, for less than asking for each of them costs.
   *
   * @returns those that are listed. That one is missing proves nothing; use {@link vpcOf} for that.
   * @throws {EcsError} when the listing fails in passing. A VPC that may not be listed shows none.
   */
  async listed(
    regionId: string,
    vpcId: string,
    instanceIds: readonly string[],
    caller: Caller,
  ): Promise<ReadonlySet<string>> {
    const region = this.#regionOf(regionId);
    return await region.calls.waitFor(region.listed(vpcId, instanceIds), caller);
  }

  /** To be called when a call that changes a link has been made: reads from now on do not use what was listed before. */
  changed(regionId: string, instanceId: string): void {
    this.#regionOf(regionId).changed(instanceId);
  }

  #regionOf(regionId: string): Region {
    const region = this.#regions.get(regionId) ?? new Region(this.#client, regionId);
    this.#regions.set(regionId, region);
    return region;
  }
}

interface Waiting {
  readonly read: LinkRead;
  resolve(vpcId: string | undefined): void;
  reject(error: unknown): void;
}

class Region {
  readonly calls: SharedCalls;
  readonly #regionId: string;
  readonly #changedAt = new Map<string, number>();
  readonly #listings = new Map<string, Listing>();
  /** How many calls by instance each VPC has cost lately. */
  readonly #callsSpent = new Map<string, { calls: number; at: number }>();
  #waiting: Waiting[] = [];
  #callsRunning = 0;
  /** Instances that were in a list that ECS refused, and in how long a list they are asked for next. */
  readonly #shorterLists = new Map<string, number>();
  /** When looks were sent lately. */
  #looks: readonly number[] = [];

  constructor(client: EcsClient, regionId: string) {
    this.calls = new SharedCalls(client, (hadCalls) => {
      this.#waiting = [];
      // A listing that has not come to its end never will.
      if (hadCalls) this.#listings.clear();
    });
    this.#regionId = regionId;
  }

  changed(instanceId: string): void {
    this.#changedAt.set(instanceId, performance.now());
  }

  async vpcOf(read: LinkRead): Promise<string | undefined> {
    const listing = this.#listingFor(read);
    if (await listing?.has(read.instanceId)) return read.vpcId;
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ read, resolve, reject });
      if (this.#waiting.length === 1) this.#sendSoon(read);
      // A full call has nobody to wait for. Reads that are no looks wait all the same: more of them may call for a listing.
      if (this.#waiting.length >= MAX_INSTANCE_IDS && read.fresh) this.#send();
    });
  }

  async listed(vpcId: string, instanceIds: readonly string[]): Promise<ReadonlySet<string>> {
    const listing = new Listing(this.calls, this.#regionId, vpcId);
    this.#listings.set(vpcId, listing);
    const found = new Set<string>();
    for (const instanceId of instanceIds) if (await listing.has(instanceId)) found.add(instanceId);
    return found;
  }

  /** The listing that may answer a read: one that is young, and was begun after the instance changed. */
  #listingFor({ instanceId, vpcId, fresh }: LinkRead): Listing | undefined {
    const listing = vpcId === undefined || fresh ? undefined : this.#listings.get(vpcId);
    if (!listing?.usable) return undefined;
    return listing.begunAt > (this.#changedAt.get(instanceId) ?? Number.NEGATIVE_INFINITY) ? listing : undefined;
  }

  /** Not at once: reads that arrive together belong together. */
  #sendSoon({ fresh }: LinkRead): void {
    const now = performance.now();
    if (fresh) this.#looks = [...this.#looks.filter((at) => now - at < 1_000), now];
    if (fresh && this.#looks.length > MANY_LOOKS) setTimeout(() => this.#send(), GATHERING_MS);
    else setImmediate(() => this.#send());
  }

  #send(): void {
    this.#beginListings();
    while (this.#waiting.length > 0 && this.#callsRunning < CALLS_AT_A_TIME) {
      void this.#ask(this.#nextList());
    }
  }

  #nextList(): readonly Waiting[] {
    const longest = this.#longestListFor(this.#waiting[0]);
    const list = new Set(this.#waiting.filter((one) => this.#longestListFor(one) === longest).slice(0, longest));
    this.#waiting = this.#waiting.filter((one) => !list.has(one));
    return [...list];
  }

  #longestListFor(waiting: Waiting | undefined): number {
    return this.#shorterLists.get(waiting?.read.instanceId ?? "") ?? MAX_INSTANCE_IDS;
  }

  /** Moves the reads of VPCs that turn out to be swept over to a listing. */
  #beginListings(): void {
    for (const [vpcId, count] of countByVpc(this.#waiting)) {
      const calls = this.#spentOn(vpcId) + Math.ceil(count / MAX_INSTANCE_IDS);
      if (calls <= CALLS_BEFORE_LISTING || this.#listings.get(vpcId)?.young) continue;
      const listing = new Listing(this.calls, this.#regionId, vpcId);
      this.#listings.set(vpcId, listing);
      const all = this.#waiting;
      this.#waiting = all.filter(({ read }) => this.#listingFor(read) !== listing);
      for (const { read, resolve, reject } of all) {
        if (this.#listingFor(read) === listing) this.vpcOf(read).then(resolve, reject);
      }
    }
  }

  async #ask(together: readonly Waiting[]): Promise<void> {
    this.#callsRunning += 1;
    for (const vpcId of countByVpc(together).keys()) {
      this.#callsSpent.set(vpcId, { calls: this.#spentOn(vpcId) + 1, at: performance.now() });
    }
    try {
      await this.#answer(
        together,
        await readPages(this.calls, { regionId: this.#regionId, instanceIds: idsOf(together) }),
      );
    } catch (error) {
      const half = Math.ceil(together.length / 2);
      // One released instance makes ECS refuse the whole list. Halving finds it, and answers the others. How far that has
      // come is remembered: whoever is throttled meanwhile and asks again would else begin with the whole list, for ever.
      if (half < together.length && isAboutTheList(error)) {
        for (const { read } of together) this.#shorterLists.set(read.instanceId, half);
        this.#waiting.unshift(...together);
      } else {
        for (const { reject } of together) reject(error);
      }
    } finally {
      this.#callsRunning -= 1;
      this.#send();
    }
  }

  /** A link that is listed is there. That one is missing proves its absence only where no page can have hidden it. */
  async #answer(together: readonly Waiting[], { links, pages, complete }: LinkPages): Promise<void> {
    for (const { read } of together) this.#shorterLists.delete(read.instanceId);
    const vpcIds = new Map(links.map(({ instanceId, vpcId }) => [instanceId, vpcId]));
    for (const { read, resolve } of together) if (vpcIds.has(read.instanceId)) resolve(vpcIds.get(read.instanceId));
    const missing = together.filter(({ read }) => !vpcIds.has(read.instanceId));
    if (complete && pages > 1 && missing.length < together.length) {
      // A link that goes away meanwhile moves the next one to a page that has been read. Those that are left fit on fewer.
      await this.#ask(missing);
    } else if (complete) {
      for (const { resolve } of missing) resolve(undefined);
    } else {
      throw fault("DescribeClassicLinkInstances", "UnreadableAnswer", "fewer links than TotalCount");
    }
  }

  #spentOn(vpcId: string): number {
    const spent = this.#callsSpent.get(vpcId);
    return spent !== undefined && performance.now() - spent.at < LISTING_LIFETIME_MS ? spent.calls : 0;
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

function idsOf(waiting: readonly Waiting[]): readonly string[] {
  return [...new Set(waiting.map(({ read }) => read.instanceId))];
}
