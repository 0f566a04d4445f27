/** The links that one delete lets go of, because ECS does not offer ClassicLink there any more. */

import type { Link } from "./ecs/client";
import { EcsError } from "./ecs/errors";
import { plural } from "./operation";

/** So many links are named in the warning; the others are counted. */
const MOST_NAMED = 5;

export class Retired {
  readonly #allowed: () => boolean;
  readonly #codes = new Map<Link, string>();

  /** @param allowed whether links may be let go of; asked when one would be, and may throw. */
  constructor(allowed: () => boolean) {
    this.#allowed = allowed;
  }

  /**
   * Looks whether a link is still there, after ECS has refused to remove it, or has removed it. Where ECS does not show
   * links any more either, nobody can know, and the link is let go of.
   *
   * @throws what `isThere` throws, unless it says that ClassicLink is retired and links may be let go of.
   */
  async orForgotten(link: Link, isThere: () => Promise<boolean>): Promise<boolean> {
    try {
      return await isThere();
    } catch (error) {
      if (!(error instanceof EcsError && error.kind === "retired" && this.#allowed())) throw error;
      this.#codes.set(link, error.facts.code);
      return false;
    }
  }

  isForgotten(link: Link): boolean {
    return this.#codes.has(link);
  }

  /** What the user should know of it, or undefined when no link was let go of. */
  warning(): string | undefined {
    const [first] = this.#codes;
    if (first === undefined) return undefined;
    const [{ regionId }, code] = first;
    const all = [...this.#codes.keys()].map(({ instanceId, vpcId }) => `${instanceId} to ${vpcId}`);
    const more = all.length - MOST_NAMED;
    const named = [...all.slice(0, MOST_NAMED), ...(more > 0 ? [`${more} more`] : [])].join(", ");
    return (
      `ECS offers no ClassicLink in ${regionId} any more (${code}), so it neither removes nor shows links: ` +
      `let go of ${plural(all.length, "link", "links")} without knowing whether anything is left: ${named}`
    );
  }
}
