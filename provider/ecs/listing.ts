/** The listing of one VPC, which answers the reads of many of its links for a while. */

import type { LinkPage } from "./client";
import { EcsError } from "./errors";
import { MOST_PAGES } from "./linkPages";
import type { SharedCalls } from "./sharedCalls";

/** For how long a listing of a VPC answers reads, in ms. Long enough for a refresh of 1000 links, too short to go stale unseen. */
export const LISTING_LIFETIME_MS = 10_000;

/** The links of one VPC: the first page, and, once that has not shown a link that is asked for, all others side by side. */
export class Listing {
  readonly begunAt = performance.now();
  readonly #calls: SharedCalls;
  readonly #regionId: string;
  readonly #vpcId: string;
  readonly #instanceIds = new Set<string>();
  #state: "usable" | "failed" | "refused" = "usable";
  #first: Promise<LinkPage> | undefined;
  #others: Promise<void> | undefined;

  constructor(calls: SharedCalls, regionId: string, vpcId: string) {
    this.#calls = calls;
    this.#regionId = regionId;
    this.#vpcId = vpcId;
  }

  /** Whether it is too early for another listing of this VPC. One that failed in passing is forgotten at once. */
  get young(): boolean {
    return this.#state !== "failed" && performance.now() - this.begunAt < LISTING_LIFETIME_MS;
  }

  get usable(): boolean {
    return this.young && this.#state !== "refused";
  }

  /** Whether the instance is listed. False proves nothing. */
  async has(instanceId: string): Promise<boolean> {
    try {
      this.#first ??= this.#readPage(1);
      const first = await this.#first;
      if (!this.#instanceIds.has(instanceId)) {
        this.#others ??= this.#readOthers(first);
        await this.#others;
      }
    } catch (error) {
      const passes = error instanceof EcsError && (error.kind === "throttled" || error.kind === "transient");
      this.#state = passes || !(error instanceof EcsError) ? "failed" : "refused";
      // A VPC that is gone, or may not be listed, says nothing of its instances: they are asked for one by one.
      if (this.#state === "failed") throw error;
    }
    return this.#instanceIds.has(instanceId);
  }

  async #readPage(pageNumber: number): Promise<LinkPage> {
    const page = await this.#calls.describe({ regionId: this.#regionId, vpcId: this.#vpcId, pageNumber });
    for (const { instanceId, vpcId } of page.links) if (vpcId === this.#vpcId) this.#instanceIds.add(instanceId);
    return page;
  }

  /** The size of the first page says how many there are: a server may give smaller pages than it was asked for. */
  async #readOthers({ links, totalCount }: LinkPage): Promise<void> {
    const pages = links.length === 0 ? 1 : Math.min(Math.ceil(totalCount / links.length), MOST_PAGES);
    await Promise.all(Array.from({ length: pages - 1 }, (_, n) => this.#readPage(n + 2)));
  }
}
