/** What has become of each of many links in one operation, counted for the user to see. */

import { LinkedElsewhere } from "./attachErrors";
import type { Link } from "./ecs/client";
import type { Operation } from "./operation";

/** The tally of one operation. */
export class Tally {
  /** One sentence for each link that failed. */
  readonly reasons: string[] = [];
  /** The links that failed. */
  readonly stuck = new Set<Link>();
  readonly #of: number;
  readonly #done: string;
  readonly #operation: Operation;
  readonly #waiting = new Map<string, string>();
  #count: number;

  constructor(of: number, done: string, operation: Operation, already = 0) {
    this.#of = of;
    this.#done = done;
    this.#operation = operation;
    this.#count = already;
  }

  waiting({ instanceId }: Link, reason: string): void {
    this.#waiting.set(instanceId, reason);
    this.#tell({ atOnce: true });
  }

  done({ instanceId }: Link): void {
    this.#waiting.delete(instanceId);
    this.#count += 1;
    this.#tell();
  }

  failed(link: Link, error: unknown): void {
    const { instanceId } = link;
    this.stuck.add(link);
    this.#waiting.delete(instanceId);
    const hint =
      error instanceof LinkedElsewhere
        ? `; if the links to ${error.vpcId} of this stack give it up, add that resource to dependsOn`
        : "";
    this.reasons.push(`${instanceId}: ${this.#operation.causeOf(error)}${hint}`);
    this.#tell();
  }

  /** A wait is told at once; that all goes well only when it takes long. */
  #tell({ atOnce = false } = {}): void {
    if (this.#of < 2) return;
    const locked = [...this.#waiting.values()].filter((reason) => reason === "locked").length;
    const counts = `${this.#count}/${this.#of} ${this.#done}, ${locked} locked, ${this.reasons.length} failed`;
    this.#operation.waiting(counts, { atOnce });
  }
}
