/** The seam between the lifecycle and ECS: what can be asked, in plain data. Tests script it, `popCoreClient.ts` speaks HTTP. */

/** One link: an instance of the classic network, joined to a VPC. The API's own words. */
export interface Link {
  readonly regionId: string;
  readonly instanceId: string;
  readonly vpcId: string;
}

/** Which links to list. At least one of `vpcId` and `instanceIds` is given; both together mean both must match. */
export interface LinkQuery {
  readonly regionId: string;
  readonly vpcId?: string;
  /** At most {@link MAX_INSTANCE_IDS}. */
  readonly instanceIds?: readonly string[];
  /** From 1. */
  readonly pageNumber?: number;
}

/** One page of at most {@link PAGE_SIZE} links. */
export interface LinkPage {
  readonly links: readonly Link[];
  /** How many links match in all pages together. */
  readonly totalCount: number;
}

/** The largest page that the API gives. Source: DescribeClassicLinkInstances, `PageSize`. */
export const PAGE_SIZE = 100;

/**
 * How many instances one Describe may name. The documents say "up to 100" in one place and "fewer than 100" in another.
 * Source: DescribeClassicLinkInstances, `InstanceId` and error `InvalidParameter.ToManyInstanceIds`.
 */
export const MAX_INSTANCE_IDS = 99;

/**
 * The three calls of the ECS API that a link needs. Each is one request: nothing here retries.
 * Each throws an `EcsError` when ECS refuses or when there is no answer that can be read, and when aborted an `OutOfTime`,
 * which says whether the request had left.
 */
export interface EcsClient {
  /** Asks ECS to make the link. An answer means accepted, not yet listed. Source: AttachClassicLinkVpc. */
  attach(link: Link, signal?: AbortSignal): Promise<void>;
  /** Asks ECS to remove the link. An answer means accepted. Source: DetachClassicLinkVpc. */
  detach(link: Link, signal?: AbortSignal): Promise<void>;
  /** Lists links, one page. Source: DescribeClassicLinkInstances. */
  describe(query: LinkQuery, signal?: AbortSignal): Promise<LinkPage>;
}
