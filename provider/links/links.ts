/** The links of one connection: attached, detached and read, one or many. */

import type { Caller, Link, LinkPage, LinkQuery } from "../ecs/client";
import { EcsError } from "../ecs/errors";
import { type AttachOutcome, attach, attachFailed } from "./attach";
import { changeAll } from "./batch";
import { type Connection, currentVpc, noneIfGone } from "./connection";
import { type DetachOutcome, detach } from "./detach";
import type { Instance } from "./ledger";
import type { Operation, Task } from "./operation";

/** How links are attached. */
export interface AttachAllOptions {
  readonly checkFirst?: boolean;
  readonly already?: number;
  readonly movedTo?: (instanceId: string) => string | undefined;
  readonly mayGetRoom?: () => boolean;
}

/** How links are detached. */
export interface DetachAllOptions {
  readonly attachTimes?: (instanceId: string) => number | undefined;
  readonly allTried?: () => void;
}

/** Attaches, detaches and reads links. One for a whole process, so that its reads are coalesced. */
export class Links {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Attaches links, and waits until each is listed. Existing ones are adopted.
   *
   * Source: AttachClassicLinkVpc, DescribeClassicLinkInstances.
   *
   * @param checkFirst for links that may exist.
   * @param already how many links of the same resource are linked already, for progress.
   * @param movedTo the VPC that others moved an instance to. It is detached from there first.
   * @param mayGetRoom whether other links to the VPC are being detached. Until then, a full VPC is waited for.
   * @returns the outcome of each.
   */
  async attach(
    links: readonly Link[],
    operation: Operation,
    { checkFirst = false, already = 0, movedTo, mayGetRoom }: AttachAllOptions = {},
  ): Promise<ReadonlyMap<Link, AttachOutcome>> {
    return await changeAll<AttachOutcome>(
      links,
      {
        verb: "linked",
        awaited: "attached, not listed yet",
        act: (link, task) => {
          const moved = movedTo?.(link.instanceId);
          return attach(this.#connection, link, task, { checkFirst, movedTo: moved, mayGetRoom });
        },
        confirm: async (link, task) => {
          const vpcId = await currentVpc(this.#connection, link, task);
          return vpcId === link.vpcId ? { state: "linked", isAdopted: false } : undefined;
        },
        // A link that was accepted and is not listed in time may exist.
        fail: (error, link, task) => attachFailed(this.#connection, link, task, error, { mayBeNew: true }),
      },
      operation,
      already,
    );
  }

  /**
   * Detaches links and waits until none is listed. Links to other VPCs are not touched, nor are links that this run declares.
   *
   * Source: DetachClassicLinkVpc, DescribeClassicLinkInstances.
   *
   * @param allTried called when ECS has accepted or refused each detach, or it waits for something else than a quota of calls.
   * @param attachTimes when the attach of an instance may have been sent whose link may be listed late, in ms since 1970.
   * @returns the outcome of each.
   */
  async detach(
    links: readonly Link[],
    operation: Operation,
    { attachTimes, allTried = () => {} }: DetachAllOptions = {},
  ): Promise<ReadonlyMap<Link, DetachOutcome>> {
    const { ledger } = this.#connection;
    const begun = new Set<Link>();
    const accepted = new Set<Link>();
    return await changeAll<DetachOutcome>(
      links,
      {
        verb: "unlinked",
        awaited: "detached, still listed",
        act: async (link, task) => {
          if (!ledger.beginRemoval(link)) {
            if (!ledger.isUnowned(link)) return { state: "stays" };
            return { state: "failed", reason: "the program still declares it, but it could not be linked or checked" };
          }
          begun.add(link);
          const detached = await detach(this.#connection, link, task, attachTimes?.(link.instanceId));
          if (detached === "accepted") accepted.add(link);
          return detached;
        },
        confirm: (link, task) => this.#isUnlinked(link, task),
        fail: (error, _link, task) => ({ state: "failed", reason: task.explain(error) }),
        allTried,
        ended: (link, { state }) => {
          if (!begun.has(link)) return;
          try {
            ledger.endRemoval(link, state === "unlinked" && accepted.has(link));
          } catch {
            // The ledger is lost. The outcome counts all the same, or the state would keep links that are gone.
          }
        },
      },
      operation,
    );
  }

  /** Reads which VPC an instance is linked to. The answer may be a few seconds old. A released instance has none. */
  async read(instance: Instance & Partial<Pick<Link, "vpcId">>, task: Task): Promise<string | undefined> {
    return await task.retry(() => noneIfGone(this.#connection.reader.vpcOf(instance, task)));
  }

  /**
   * Which of the instances are linked to a VPC, with fewer calls than one for each. A missing one proves nothing.
   *
   * A listing may still have a link that is gone. So it proves only links that the state has too. A link that would be adopted
   * is checked by its instance, and one that this run has removed does not count.
   */
  async present(
    vpc: Omit<Link, "instanceId">,
    instanceIds: readonly string[],
    known: ReadonlySet<string>,
    task: Task,
  ): Promise<ReadonlySet<string>> {
    const { reader, ledger } = this.#connection;
    const listed = await task.retry(() => reader.listed(vpc.regionId, vpc.vpcId, instanceIds, task));
    const links = instanceIds
      .map((instanceId) => ({ ...vpc, instanceId }))
      .filter((link) => listed.has(link.instanceId) && !ledger.isTouched(link));
    const isThere = async (link: Link) =>
      known.has(link.instanceId) || (await task.retry(() => currentVpc(this.#connection, link, task))) === link.vpcId;
    const proofs = await Promise.all(links.map(isThere));
    const present = links.filter((_, index) => proofs[index]);
    for (const link of present) ledger.made(link);
    return new Set(present.map(({ instanceId }) => instanceId));
  }

  /** Reads one page of the links that match. */
  async page(query: LinkQuery, caller: Caller): Promise<LinkPage> {
    return await this.#connection.client.describe(query, caller);
  }

  async #isUnlinked(link: Link, task: Task): Promise<DetachOutcome | undefined> {
    try {
      const vpcId = await currentVpc(this.#connection, link, task);
      return vpcId === link.vpcId ? undefined : { state: "unlinked" };
    } catch (error) {
      const isRetired = error instanceof EcsError && error.kind === "retired";
      if (isRetired && this.#connection.mayForgetRetired()) return { state: "forgotten", code: error.facts.code };
      throw error;
    }
  }
}
