/** Coalesced reads of links: one Describe for many instances, one listing for many links of a VPC. */

import type { Caller, EcsClient, LinkRead } from "./client";
import { RegionReads } from "./regionReads";

/**
 * Reads which VPC an instance is linked to, for all operations of this process.
 *
 * A listing proves only presence. Absence is always read by instance, because a page that shifts while links come and go can
 * hide one. Simultaneous reads share their calls and their failures.
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
   * Reads which instances are in a new listing of a VPC, with fewer calls than one for each. Leaves out what changed during the
   * listing.
   *
   * @returns those that are listed. A missing one proves nothing: use {@link vpcOf} for that.
   * @throws {EcsError} when the listing fails with a transient error. For a VPC that may not be listed, the result is empty.
   */
  async listed(
    regionId: string,
    vpcId: string,
    instanceIds: readonly string[],
    caller: Caller,
  ): Promise<ReadonlySet<string>> {
    return await this.#regionOf(regionId).listed(vpcId, instanceIds, caller);
  }

  /** Call it after each call that changes a link. Later reads then use no earlier listing. */
  changed(regionId: string, instanceId: string): void {
    this.#regionOf(regionId).changed(instanceId);
  }

  #regionOf(regionId: string): RegionReads {
    const region = this.#regions.get(regionId) ?? new RegionReads(this.#client, regionId);
    this.#regions.set(regionId, region);
    return region;
  }
}
