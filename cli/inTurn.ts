/** Works on many items, a few at a time. */

import PQueue from "p-queue";

/**
 * Works on each item in order, at most so many at a time.
 *
 * @throws the first error of `work`. No item is started after that.
 */
export async function forEachOf<Item>(
  items: Iterable<Item>,
  concurrency: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = new PQueue({ concurrency });
  try {
    await Promise.all([...items].map((item) => queue.add(() => work(item))));
  } catch (error) {
    queue.clear();
    throw error;
  }
}
