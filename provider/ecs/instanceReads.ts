/** Reads links by instance, in one call for a list of instances. ECS refuses the whole list if one instance is released. */

import { type Caller, type LinkRead, MOST_PAGES } from "./client";
import { fault } from "./errorCodes";
import { EcsError } from "./errors";
import type { Listing, Listings } from "./listing";
import type { SharedCalls } from "./sharedCalls";

/** A refused list that is longer than this is split by which instances exist. Halving a shorter one costs no more calls. */
const SHORT_LIST = 3;

/** A read that waits for its answer. */
export interface PendingRead {
  readonly read: LinkRead;
  readonly caller: Caller;
  resolve(vpcId: string | undefined): void;
  reject(error: unknown): void;
}

type List = readonly PendingRead[];

export class InstanceReads {
  readonly #calls: SharedCalls;
  readonly #regionId: string;
  readonly #listings: Listings;
  /** False if DescribeInstances is refused, or hides instances that DescribeClassicLinkInstances shows. */
  #seesInstances = true;

  constructor(calls: SharedCalls, regionId: string, listings: Listings) {
    this.#calls = calls;
    this.#regionId = regionId;
    this.#listings = listings;
  }

  /**
   * Answers the reads of a list.
   *
   * @returns the lists to read again. They may be empty.
   * @throws the error of all reads of the list that have no answer.
   */
  async answer(list: List): Promise<readonly List[]> {
    try {
      return [await this.#read(list)];
    } catch (error) {
      if (list.length === 1 || !(error instanceof EcsError) || !isAboutTheList(error)) throw error;
      return await this.#split(list, error);
    }
  }

  /** Answers the reads of a list, and returns those to read again. A missing link is absent only if no page can hide it. */
  async #read(list: List): Promise<List> {
    const { vpcIds, pages, isComplete } = await this.#readPages(list);
    for (const { read, resolve } of list) if (vpcIds.has(read.instanceId)) resolve(vpcIds.get(read.instanceId));
    if (!isComplete) throw fault("DescribeClassicLinkInstances", "UnreadableAnswer", "fewer links than TotalCount");
    const missing = list.filter(({ read }) => !vpcIds.has(read.instanceId));
    // If a link goes away meanwhile, the next one moves to a page that was already read. The rest fits on fewer pages.
    if (pages > 1 && missing.length < list.length) return missing;
    for (const { resolve } of missing) resolve(undefined);
    return [];
  }

  /** Counts the linked instances: a server may return smaller pages than requested, or the same page again. */
  async #readPages(list: List) {
    const query = { regionId: this.#regionId, instanceIds: idsOf(list) };
    const vpcIds = new Map<string, string>();
    for (let pages = 1; ; pages += 1) {
      const page = await this.#calls.describe({ ...query, pageNumber: pages }, callersOf(list));
      for (const { instanceId, vpcId } of page.links) vpcIds.set(instanceId, vpcId);
      const isComplete = vpcIds.size >= page.totalCount;
      if (isComplete || page.links.length === 0 || pages === MOST_PAGES) return { vpcIds, pages, isComplete };
    }
  }

  /** Splits a refused list: by which instances exist, if that can be read, otherwise into halves. */
  async #split(list: List, refused: EcsError): Promise<readonly List[]> {
    const existing = refused.kind === "gone" && list.length > SHORT_LIST ? await this.#existing(list) : undefined;
    const [first, ...others] = list.filter(({ read }) => !(existing?.has(read.instanceId) ?? true));
    return first === undefined ? halvesOf(list) : await this.#withoutReleased(list, first, others);
  }

  /** Which instances of a list exist. Undefined if the key may not read that. */
  async #existing(list: List): Promise<ReadonlySet<string> | undefined> {
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
   * Rejects the reads of released instances, and returns the other lists.
   *
   * DescribeInstances without an instance proves nothing: the key may not see it. So one of the missing ones is read alone, and
   * ECS must refuse it as it refused the list. The others must be missing from the listing of their VPC too.
   */
  async #withoutReleased(list: List, first: PendingRead, others: List): Promise<readonly List[]> {
    let refused: EcsError;
    try {
      await this.#read([first]);
      this.#seesInstances = false;
      return halvesOf(list.filter((one) => one !== first));
    } catch (error) {
      if (!(error instanceof EcsError) || error.kind !== "gone") throw error;
      refused = error;
    }
    first.reject(refused);
    const unproven: PendingRead[] = [];
    const listings = new Map<string, Listing>();
    for (const one of others) {
      if (await this.#isMissing(one, listings)) one.reject(refused);
      else unproven.push(one);
    }
    const missing = new Set([first, ...others]);
    return [list.filter((one) => !missing.has(one)), ...unproven.map((one) => [one])];
  }

  /** Whether the instance is missing from a listing of its VPC. `listings` has the one of each VPC. */
  async #isMissing({ read, caller }: PendingRead, listings: Map<string, Listing>): Promise<boolean> {
    const { vpcId, instanceId } = read;
    if (vpcId === undefined) return false;
    const listing = listings.get(vpcId) ?? this.#listings.find(read) ?? this.#listings.begin(vpcId);
    listings.set(vpcId, listing);
    return !(await listing.has(instanceId, caller)) && this.#listings.mayAnswer(listing, instanceId);
  }
}

/** Whether ECS may answer a shorter list. */
function isAboutTheList({ kind, facts }: EcsError): boolean {
  if (kind === "retired") return false;
  return (
    kind === "gone" ||
    facts.code.startsWith("InvalidInstanceId.") ||
    facts.code === "InvalidParameter.ToManyInstanceIds"
  );
}

function halvesOf(list: List): readonly List[] {
  const half = Math.ceil(list.length / 2);
  return [list.slice(0, half), list.slice(half)];
}

function idsOf(list: List): readonly string[] {
  return [...new Set(list.map(({ read }) => read.instanceId))];
}

function callersOf(list: List): readonly Caller[] {
  return list.map(({ caller }) => caller);
}
