/** Works on many things, a few at a time, without letting those that have to wait hold up the others. */

/**
 * Works on each item in order. The next is begun when one has ended, or has come to wait for something.
 *
 * Begun all at once, a thousand would hold in memory what a thousand have under way.
 *
 * @param size how many to begin with.
 * @param work calls `waits` when it has to wait for something other than its own calls.
 * @throws what `work` throws first; nothing is begun after that.
 */
export function workThrough<Item>(
  items: readonly Item[],
  size: number,
  work: (item: Item, waits: () => void) => Promise<void>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const queue = items.values();
    let left = items.length;
    let failed = false;
    const begin = () => {
      const { value: item, done } = queue.next();
      if (done || failed) return;
      let holdsPlace = true;
      const makeRoom = () => {
        if (holdsPlace) begin();
        holdsPlace = false;
      };
      work(item, makeRoom).then(
        () => {
          left -= 1;
          if (left === 0) resolve();
          else makeRoom();
        },
        (error: unknown) => {
          failed = true;
          reject(error);
        },
      );
    };
    if (left === 0) resolve();
    for (let place = 0; place < size; place += 1) begin();
  });
}
