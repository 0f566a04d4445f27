/** The warning for links that were dropped because ECS no longer offers ClassicLink. */

import type { Link } from "../ecs/client";
import type { DetachOutcome } from "./detach";
import { plural } from "./operation";

/** So many links are named in the warning. The others are counted. */
const MOST_NAMED = 5;

/** The warning, or undefined when no link was dropped. */
export function warningOfForgotten(outcomes: ReadonlyMap<Link, DetachOutcome>): string | undefined {
  const forgotten = [...outcomes].flatMap(([link, outcome]) =>
    outcome.state === "forgotten" ? [{ link, outcome }] : [],
  );
  const [first] = forgotten;
  if (first === undefined) return undefined;
  const all = forgotten.map(({ link: { instanceId, vpcId } }) => `${instanceId} to ${vpcId}`);
  return (
    `ECS offers no ClassicLink in ${first.link.regionId} any more (${first.outcome.code}), so it neither removes nor lists links: ` +
    `dropped ${plural(all.length, "link", "links")} without knowing whether anything is left: ${someOf(all, MOST_NAMED)}`
  );
}

/** The first few of a list, and how many more there are. */
export function someOf(names: readonly string[], most: number): string {
  const more = names.length - most;
  return [...names.slice(0, most), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}
