/** Who is at work on an instance in this process, and which resource holds its link. */

import { orAborted } from "./ecs/budget";
import type { Link } from "./ecs/client";

/**
 * Serializes changes of one instance, and remembers who linked it.
 *
 * Pulumi runs the steps of an update at the same time, and deletes last. A resource that is renamed, or whose instance
 * another resource takes over, is therefore created before it is deleted: without this, the delete would take away the
 * link that the create has just adopted.
 */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();
  readonly #holders = new Map<string, { readonly vpcId: string; readonly holder: string | undefined }>();
  readonly #declared = new Set<string>();

  /**
   * Does work on instances when everything that was begun before on any of them has ended.
   *
   * @param onWait called when there is something to wait for.
   * @throws the signal's reason when it aborts while waiting.
   */
  async take<T>(
    links: readonly Link[],
    signal: AbortSignal,
    work: () => Promise<T>,
    onWait: () => void = () => {},
  ): Promise<T> {
    const keys = links.map(keyOf);
    if (keys.some((key) => this.#last.has(key))) onWait();
    const before = Promise.all(keys.map((key) => this.#last.get(key)));
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    // Whoever comes next waits for those before this one too, should this one give up waiting.
    const mine = before.then(() => ended);
    for (const key of keys) this.#last.set(key, mine);
    try {
      await orAborted(before, signal);
      return await work();
    } finally {
      end();
      for (const key of keys) if (this.#last.get(key) === mine) this.#last.delete(key);
    }
  }

  /** Notes links that the program of this update declares. */
  declare(links: readonly Link[]): void {
    for (const link of links) this.#declared.add(linkKeyOf(link));
  }

  /**
   * Remembers that a resource goes on to declare links that it has. Whether it declares them is for {@link declare} to say:
   * a refresh compares too, what is still declared and what is about to be deleted.
   */
  keep(links: readonly Link[], holder: string | undefined): void {
    for (const link of links) if (this.#declared.has(linkKeyOf(link))) this.hold(link, holder);
  }

  /** Remembers that a resource has linked an instance in this update. */
  hold(link: Link, holder: string | undefined): void {
    this.#holders.set(keyOf(link), { vpcId: link.vpcId, holder });
  }

  /** Forgets who linked an instance. */
  release(link: Link): void {
    this.#holders.delete(keyOf(link));
  }

  /** Whether another resource has made, or adopted, this very link in this update. False where one of the two is not known. */
  isHeldByAnother(link: Link, holder: string | undefined): boolean {
    const held = this.#holders.get(keyOf(link));
    return held?.vpcId === link.vpcId && ![held.holder, holder].includes(undefined) && held.holder !== holder;
  }
}

function keyOf({ regionId, instanceId }: Link): string {
  return `${regionId}:${instanceId}`;
}

function linkKeyOf(link: Link): string {
  return `${keyOf(link)}:${link.vpcId}`;
}
