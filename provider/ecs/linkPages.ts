/** Reads the pages of a query of links. */

import type { Caller, Link, LinkQuery } from "./client";
import type { SharedCalls } from "./sharedCalls";

/**
 * No reading goes on for more pages than this, ten times what a VPC may hold, whatever TotalCount says. What lies beyond
 * them in a listing is asked for by instance.
 */
export const MOST_PAGES = 100;

/** What the pages of a query have shown. */
export interface LinkPages {
  readonly links: readonly Link[];
  readonly pages: number;
  /** Whether as many links were listed as there are. */
  readonly isComplete: boolean;
}

/**
 * Reads all pages. Counts what was listed, because a server may give smaller pages than it was asked for.
 *
 * @throws what `describe` throws.
 */
export async function readPages(calls: SharedCalls, query: LinkQuery, callers: Iterable<Caller>): Promise<LinkPages> {
  const links: Link[] = [];
  for (let pages = 1; ; pages += 1) {
    const page = await calls.describe({ ...query, pageNumber: pages }, callers);
    links.push(...page.links);
    const isComplete = links.length >= page.totalCount;
    if (isComplete || page.links.length === 0 || pages === MOST_PAGES) return { links, pages, isComplete };
  }
}
