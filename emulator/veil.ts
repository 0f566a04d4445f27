/** Which changes Describe does not show yet, and for how long it still shows what was before. */

/** How long a change stays unseen by Describe: milliseconds, or a number of Describe calls that look for it. */
export type Delay = { readonly ms: number } | { readonly describes: number };

interface Unseen {
  /** The VPC that is shown instead of the truth. */
  readonly shown: string | undefined;
  readonly until: number;
  describes: number;
}

export class Veil {
  readonly #unseen = new Map<string, Unseen>();

  /** `now` gives milliseconds since the epoch. */
  constructor(private readonly now: () => number) {}

  /** Before an instance's link changes from `was`: what was shown stays shown. Without a delay the change is seen. */
  cover(instanceId: string, was: string | undefined, delay: Delay | undefined): void {
    const before = this.#unseen.get(instanceId);
    const shown = before ? before.shown : was;
    if (delay === undefined) this.#unseen.delete(instanceId);
    else if ("ms" in delay) this.#unseen.set(instanceId, { shown, until: this.now() + delay.ms, describes: Infinity });
    else this.#unseen.set(instanceId, { shown, until: Infinity, describes: delay.describes });
  }

  /** What a reader sees of an instance. A look for one VPC counts only if that is in the old or the new link. */
  look(instanceId: string, truth: string | undefined, vpcId: string | undefined): string | undefined {
    const unseen = this.#unseen.get(instanceId);
    if (unseen === undefined || (vpcId !== undefined && vpcId !== truth && vpcId !== unseen.shown)) return truth;
    if (this.now() < unseen.until && unseen.describes-- > 0) return unseen.shown;
    this.#unseen.delete(instanceId);
    return truth;
  }

  covered(): Iterable<string> {
    return this.#unseen.keys();
  }

  /** From now on readers see the truth. */
  lift(): void {
    this.#unseen.clear();
  }
}
