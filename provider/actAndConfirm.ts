/** Many links are changed side by side, and what ECS has accepted is confirmed meanwhile. */

import type { Link } from "./ecs/client";
import { MAX_IN_FLIGHT } from "./ecs/rateLimiter";
import type { Operation } from "./operation";
import { workThrough } from "./pool";

/** So many links are acted on at a time: enough for calls never to wait for the next link. Those that wait do not count. */
const ACTING = 2 * MAX_IN_FLIGHT;

/** When no more links were accepted for this long, those that were are looked for, in ms. */
const CONFIRM_EVERY_MS = 2_000;

/**
 * Acts on links, then waits until that shows: all together where all go well; where some are locked for long, the others
 * are not left unconfirmed till then.
 *
 * @param act says whether there is something to confirm. Calls `waits` when the link has to wait for something.
 */
export async function actAndConfirm(
  links: readonly Link[],
  act: (link: Link, waits: () => void) => Promise<boolean>,
  operation: Operation,
  confirm: (links: readonly Link[]) => Promise<void>,
): Promise<void> {
  let accepted: Link[] = [];
  let acting = true;
  const acted = workThrough(links, ACTING, async (link, waits) => {
    if (await act(link, waits)) accepted.push(link);
  }).then(() => {
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
