/** Many waits at a time, but not all at once. */

/** So many are under way at a time. Calls of one region are paced below, so this only bounds what waits for its turn. */
const WIDTH = 8;

/** Does work for each item, some at a time, in their order. Rejects with the first failure. */
export async function forEach<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: WIDTH }, worker));
}
