/** Many links are changed side by side, and what ECS has accepted is confirmed meanwhile. */

import type { Link } from "./ecs/client";
import type { Operation } from "./operation";

/** When no more links were accepted for this long, those that were are looked for, in ms. */
const CONFIRM_EVERY_MS = 2_000;

/**
 * Acts on links, then waits until that shows: all together where all go well; where some are locked for long, the others
 * are not left unconfirmed till then.
 *
 * @param act says whether there is something to confirm.
 */
export async function actAndConfirm(
  links: readonly Link[],
  act: (link: Link) => Promise<boolean>,
  operation: Operation,
  confirm: (links: readonly Link[]) => Promise<void>,
): Promise<void> {
  let accepted: Link[] = [];
  let acting = true;
  const acted = Promise.all(
    links.map(async (link) => {
      if (await act(link)) accepted.push(link);
    }),
  ).then(() => {
    acting = false;
  });
  // It may fail while something is being confirmed; it is awaited after that.
  acted.catch(() => {});
  do {
    const before = accepted.length;
    await (links.length === 1 ? acted : Promise.race([acted, operation.pause(CONFIRM_EVERY_MS).catch(() => acted)]));
    if (acting && (accepted.length === 0 || accepted.length > before)) continue;
    const unconfirmed = accepted;
    accepted = [];
    await confirm(unconfirmed);
  } while (acting || accepted.length > 0);
  await acted;
}
