/** Reads the pages of a query of links. */

import type { Caller, Link, LinkQuery } from "./client";
import type { SharedCalls } from "./sharedCalls";

/**
 * At most this many pages are read, ten times what a VPC may have, whatever TotalCount says. Links on later pages are read
 * by instance.
 */
export const MOST_PAGES = 100;

/** The links on the pages of a query. */
export interface LinkPages {
  readonly links: readonly Link[];
  readonly pages: number;
  /** Whether as many links were listed as there are. */
  readonly isComplete: boolean;
}

/**
 * Reads all pages. Counts the listed links, because a server may return smaller pages than requested.
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
