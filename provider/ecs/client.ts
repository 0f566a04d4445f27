/** The interface between the lifecycle and ECS, in plain data. Tests script it. `popCoreClient.ts` implements it with HTTP. */

import type { EcsError } from "./errors";

/** A link between an instance of the classic network and a VPC. */
export interface Link {
  readonly regionId: string;
  readonly instanceId: string;
  readonly vpcId: string;
}

/** Which links to list. At least one of `vpcId` and `instanceIds` is set. With both, a link must match both. */
export interface LinkQuery {
  readonly regionId: string;
  readonly vpcId?: string;
  /** At most {@link MAX_INSTANCE_IDS}. */
  readonly instanceIds?: readonly string[];
  /** From 1. */
  readonly pageNumber?: number;
}

/** The link of one instance, to read. See linkReader.ts. */
export interface LinkRead {
  readonly regionId: string;
  readonly instanceId: string;
  /** The VPC where the link is expected, so that reads of one VPC share its listing. */
  readonly vpcId?: string;
  /** Set while waiting for a change. Then an earlier listing must not answer. */
  readonly fresh?: boolean;
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
 * The most pages that are read, whatever `TotalCount` says: ten times the links that a VPC may have. Links on later pages are
 * read by instance.
 */
export const MOST_PAGES = 100;

/**
 * How many instances one Describe may name. The documents say "up to 100" in one place and "fewer than 100" in another.
 * Source: DescribeClassicLinkInstances, `InstanceId` and error `InvalidParameter.ToManyInstanceIds`.
 */
export const MAX_INSTANCE_IDS = 99;

/** The caller of a call: the signal that ends it, and what it reports to. */
export interface Caller {
  /** Ends the call. */
  readonly signal: AbortSignal;
  /** Called for each HTTP request that is sent for this caller. A coalesced read counts once for each caller. */
  onRequest?(): void;
  /** Called when the call waits in the rate limiter, with the refusal and the time until the next try, in ms. */
  onThrottled?(refusal: EcsError, nextTryMs: number): void;
}

/**
 * The calls of the ECS API that a link needs. Each is one request, or one for each page: nothing here retries.
 * Each throws an `EcsError` when ECS refuses or when there is no answer that can be read, and when aborted an `OutOfTime`,
 * which says whether the request had left.
 */
export interface EcsClient {
  /** Asks ECS to make the link. An answer means accepted, not yet listed. Source: AttachClassicLinkVpc. */
  attach(link: Link, caller?: Caller): Promise<void>;
  /** Asks ECS to remove the link. An answer means accepted. Source: DetachClassicLinkVpc. */
  detach(link: Link, caller?: Caller): Promise<void>;
  /** Lists links, one page. Source: DescribeClassicLinkInstances. */
  describe(query: LinkQuery, caller?: Caller): Promise<LinkPage>;
  /**
   * Lists which of at most 100 instances exist. Unlike {@link describe}, it does not fail if one does not exist. A missing one
   * proves nothing: the key may not see it. Source: DescribeInstances.
   */
  existing(regionId: string, instanceIds: readonly string[], caller?: Caller): Promise<ReadonlySet<string>>;
}
