/** The changes of links that Describe does not list yet, and what it lists instead. */

/** How long a change is not listed: a time in milliseconds, or a number of Describe calls. */
export type Delay = { readonly ms: number } | { readonly describes: number };

interface Unlisted {
  /** The VPC that is listed meanwhile. Undefined for none. */
  readonly listed: string | undefined;
  readonly until: number;
  describes: number;
}

export class Visibility {
  readonly #unlisted = new Map<string, Unlisted>();

  /** `now` returns milliseconds since the epoch. */
  constructor(private readonly now: () => number) {}

  /** Delays the listing of a change. Without a delay, the change is listed at once. @param was the VPC before the change. */
  delay(instanceId: string, was: string | undefined, delay: Delay | undefined): void {
    const before = this.#unlisted.get(instanceId);
    const listed = before ? before.listed : was;
    if (delay === undefined) this.#unlisted.delete(instanceId);
    else if ("ms" in delay)
      this.#unlisted.set(instanceId, { listed, until: this.now() + delay.ms, describes: Infinity });
    else this.#unlisted.set(instanceId, { listed, until: Infinity, describes: delay.describes });
  }

  /** The VPC that Describe lists for an instance. A Describe of one VPC counts only if the old or the new link is in it. */
  listedVpcOf(instanceId: string, linked: string | undefined, vpcId: string | undefined): string | undefined {
    const unlisted = this.#unlisted.get(instanceId);
    if (unlisted === undefined || (vpcId !== undefined && vpcId !== linked && vpcId !== unlisted.listed)) return linked;
    if (this.now() < unlisted.until && unlisted.describes-- > 0) return unlisted.listed;
    this.#unlisted.delete(instanceId);
    return linked;
  }

  /** The instances with changes that are not listed yet. */
  delayed(): Iterable<string> {
    return this.#unlisted.keys();
  }

  /** Lists all changes from now on. */
  clear(): void {
    this.#unlisted.clear();
  }
}
