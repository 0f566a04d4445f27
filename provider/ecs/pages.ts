/** Reads every page of a list that may change while it is read. */

import { fault } from "./errorCodes";
import type { ApiOperation } from "./errors";

/** Runs a call until it succeeds or fails permanently. */
export interface Retrier {
  retry<T>(call: () => Promise<T>): Promise<T>;
}

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** How many items there are in all pages together. */
  readonly totalCount: number;
}

/**
 * Reads all pages. A page that fails is read again, those before it stay. If items come and go meanwhile, the pages shift.
 * Then an item is there twice, or one is missing, and the reading starts again.
 *
 * @param read gives a page by its number, from 1.
 * @param keyOf the identity of an item.
 * @throws what ended the operation when the list could not be read whole.
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
      // Nothing shifts within one page, so an item that is in it twice is an error of the service.
      const isWhole = items.size >= page.totalCount || (pageNumber === 1 && listed >= page.totalCount);
      if (isWhole) return [...items.values()];
      if (page.items.length === 0 || listed >= page.totalCount) {
        pages.clear();
        throw fault(called, "UnreadableAnswer", "the list changed while it was read");
      }
    }
  });
}
