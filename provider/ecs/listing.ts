/** The listings of VPCs. Each answers reads of its links for a short time. */

import { OutOfTime } from "./budget";
import { type Caller, type LinkPage, type LinkRead, MOST_PAGES } from "./client";
import { EcsError } from "./errors";
import type { SharedCalls } from "./sharedCalls";

/** A listing that was not used for this long expires, in ms. */
export const LISTING_IDLE_MS = 10_000;

/** A listing expires this long after its last page, in ms. */
export const LISTING_LIFETIME_MS = 60_000;

/** The listings of a region's VPCs, and the times of changes that they may not show. */
export class Listings {
  readonly #calls: SharedCalls;
  readonly #regionId: string;
  readonly #listings = new Map<string, Listing>();
  readonly #changedAt = new Map<string, number>();

  constructor(calls: SharedCalls, regionId: string) {
    this.#calls = calls;
    this.#regionId = regionId;
  }

  changed(instanceId: string): void {
    this.#changedAt.set(instanceId, performance.now());
  }

  /** Begins a listing of a VPC. It answers later reads too. */
  begin(vpcId: string): Listing {
    const listing = new Listing(this.#calls, this.#regionId, vpcId);
    this.#listings.set(vpcId, listing);
    return listing;
  }

  /** Whether it is too early for another listing of this VPC. */
  hasYoung(vpcId: string): boolean {
    return this.#listings.get(vpcId)?.isYoung ?? false;
  }

  /** The listing that may answer a read, if there is one. */
  find({ instanceId, vpcId, fresh }: LinkRead): Listing | undefined {
    const listing = vpcId === undefined || fresh ? undefined : this.#listings.get(vpcId);
    return listing !== undefined && this.mayAnswer(listing, instanceId) ? listing : undefined;
  }

  /** Whether a listing is recent, and began after the instance changed. */
  mayAnswer({ isUsable, begunAt }: Listing, instanceId: string): boolean {
    return isUsable && this.#isAfterChange(begunAt, instanceId);
  }

  /** The instances that a new listing of the VPC has. Leaves out what changed meanwhile. */
  async listed(vpcId: string, instanceIds: readonly string[], caller: Caller): Promise<ReadonlySet<string>> {
    const listing = this.begin(vpcId);
    const found: string[] = [];
    for (const instanceId of instanceIds) if (await listing.has(instanceId, caller)) found.push(instanceId);
    return new Set(found.filter((instanceId) => this.#isAfterChange(listing.begunAt, instanceId)));
  }

  #isAfterChange(begunAt: number, instanceId: string): boolean {
    return begunAt > (this.#changedAt.get(instanceId) ?? Number.NEGATIVE_INFINITY);
  }
}

/** The links of one VPC: the first page. If it lacks a link that is asked for, all other pages at the same time. */
export class Listing {
  readonly begunAt = performance.now();
  readonly #calls: SharedCalls;
  readonly #regionId: string;
  readonly #vpcId: string;
  readonly #instanceIds = new Set<string>();
  /** Pages that were read or are being read. A page that fails is read again. The others stay. */
  readonly #pages = new Map<number, Promise<LinkPage>>();
  /** Who waits for a page, once for each read. */
  readonly #waiting = new Set<{ readonly caller: Caller }>();
  #lastPageAt = this.begunAt;
  #lastUsedAt = this.begunAt;
  #isRefused = false;

  constructor(calls: SharedCalls, regionId: string, vpcId: string) {
    this.#calls = calls;
    this.#regionId = regionId;
    this.#vpcId = vpcId;
  }

  /** Whether it is too early for another listing of this VPC. */
  get isYoung(): boolean {
    if (this.#waiting.size > 0) return true;
    const now = performance.now();
    return now - this.#lastUsedAt < LISTING_IDLE_MS && now - this.#lastPageAt < LISTING_LIFETIME_MS;
  }

  get isUsable(): boolean {
    return this.isYoung && !this.#isRefused;
  }

  /** Whether the instance is listed. False proves nothing. */
  async has(instanceId: string, caller: Caller): Promise<boolean> {
    this.#lastUsedAt = performance.now();
    const waiting = { caller };
    this.#waiting.add(waiting);
    try {
      const first = await this.#page(1);
      if (!this.#instanceIds.has(instanceId)) await this.#others(first);
    } catch (error) {
      // The call ended because nobody waited any more, and this reader came later.
      if (error instanceof OutOfTime && !caller.signal.aborted) return await this.has(instanceId, caller);
      // The listing of a VPC that is gone or may not be listed proves nothing, so its instances are read one by one.
      const isFinal = error instanceof EcsError && error.kind !== "throttled" && error.kind !== "transient";
      if (!isFinal) throw error;
      this.#isRefused = true;
    } finally {
      this.#waiting.delete(waiting);
    }
    return this.#instanceIds.has(instanceId);
  }

  /** The size of the first page determines the number of pages: a server may return smaller pages than requested. */
  async #others({ links, totalCount }: LinkPage): Promise<void> {
    const pages = links.length === 0 ? 1 : Math.min(Math.ceil(totalCount / links.length), MOST_PAGES);
    const reading = Array.from({ length: pages - 1 }, (_, n) => this.#page(n + 2));
    // If a reader stopped at the first failed page, it would end the calls of the others.
    await Promise.allSettled(reading);
    await Promise.all(reading);
  }

  #page(pageNumber: number): Promise<LinkPage> {
    const known = this.#pages.get(pageNumber);
    if (known !== undefined) return known;
    const reading = this.#readPage(pageNumber);
    this.#pages.set(pageNumber, reading);
    reading.catch(() => this.#pages.delete(pageNumber));
    return reading;
  }

  async #readPage(pageNumber: number): Promise<LinkPage> {
    const query = { regionId: this.#regionId, vpcId: this.#vpcId, pageNumber };
    const page = await this.#calls.describe(query, { [Symbol.iterator]: () => this.#callers() });
    for (const { instanceId, vpcId } of page.links) if (vpcId === this.#vpcId) this.#instanceIds.add(instanceId);
    this.#lastPageAt = performance.now();
    return page;
  }

  *#callers(): Generator<Caller> {
    for (const { caller } of this.#waiting) yield caller;
  }
}
