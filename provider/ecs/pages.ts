/** Reads all pages of a list that may change meanwhile. */

import { fault } from "./errorCodes";
import type { ApiOperation } from "./errors";

/** Runs a call until it succeeds or fails permanently. */
export interface Retrier {
  retry<T>(call: () => Promise<T>): Promise<T>;
}

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** The number of items on all pages. */
  readonly totalCount: number;
}

/**
 * Reads all pages. If a page fails, only that page is read again. If items come or go meanwhile, the pages shift: an item is
 * listed twice, or one is missing. Then all pages are read again.
 *
 * @param read returns a page by its number, from 1.
 * @param keyOf returns the identity of an item.
 * @returns each item once.
 * @throws what ended the operation before the list was complete.
 */
export async function readAllPages<Item>(
  retrier: Retrier,
  called: ApiOperation,
  read: (pageNumber: number) => Promise<Page<Item>>,
  keyOf: (item: Item) => string,
): Promise<readonly Item[]> {
  const pages = new Map<number, Page<Item>>();
  return await retrier.retry(async () => {
    const items = new Map<string, Item>();
    for (let pageNumber = 1, listed = 0; ; pageNumber += 1) {
      const page = pages.get(pageNumber) ?? (await read(pageNumber));
      pages.set(pageNumber, page);
      for (const item of page.items) items.set(keyOf(item), item);
      listed += page.items.length;
      // A single page cannot shift. If it lists an item twice, the service is wrong.
      const isWhole = items.size >= page.totalCount || (pageNumber === 1 && listed >= page.totalCount);
      if (isWhole) return [...items.values()];
      if (page.items.length === 0 || listed >= page.totalCount) {
        pages.clear();
        throw fault(called, "UnreadableAnswer", "the list changed while it was read");
      }
    }
  });
}
