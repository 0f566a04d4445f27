/** Coalesced reads of links: one Describe for many instances, one paged listing for a VPC of which many are read. */

import type { Caller, EcsClient } from "./client";
import { RegionReads } from "./regionReads";

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
  readonly #regions = new Map<string, RegionReads>();

  constructor(client: EcsClient) {
    this.#client = client;
  }

  /**
   * Reads the VPC that an instance is linked to.
   *
   * Source: DescribeClassicLinkInstances.
   *
   * @returns the id of the VPC, or undefined when the instance is not listed as linked.
   * @throws {EcsError} of kind `gone` when the instance is released, and another when the answer is not known.
   */
  async vpcOf(read: LinkRead, caller: Caller): Promise<string | undefined> {
    return await this.#regionOf(read.regionId).vpcOf(read, caller);
  }

  /**
   * Reads which instances a new listing of a VPC shows, for less than asking for each of them costs. What changed while the
   * listing was read is left out.
   *
   * @returns those that are listed. That one is missing proves nothing; use {@link vpcOf} for that.
   * @throws {EcsError} when the listing fails for the moment. A VPC that may not be listed shows none.
   */
  async listed(
    regionId: string,
    vpcId: string,
    instanceIds: readonly string[],
    caller: Caller,
  ): Promise<ReadonlySet<string>> {
    return await this.#regionOf(regionId).listed(vpcId, instanceIds, caller);
  }

  /** To be called when a call that changes a link was made: reads from now on do not use what was listed before. */
  changed(regionId: string, instanceId: string): void {
    this.#regionOf(regionId).changed(instanceId);
  }

  #regionOf(regionId: string): RegionReads {
    const region = this.#regions.get(regionId) ?? new RegionReads(this.#client, regionId);
    this.#regions.set(regionId, region);
    return region;
  }
}
