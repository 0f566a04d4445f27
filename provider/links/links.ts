/** The links of one connection: attached, detached and read, one or many. */

import type { Caller, Link, LinkPage, LinkQuery } from "../ecs/client";
import { EcsError } from "../ecs/errors";
import { AttachFailed, attach } from "./attach";
import { changeAll } from "./batch";
import { type Connection, currentVpc, noneIfGone } from "./connection";
import { detach } from "./detach";
import type { Instance } from "./ledger";
import type { Operation, Task } from "./operation";

/** The outcome of an attach. */
export type AttachOutcome =
  | { readonly state: "linked"; readonly isAdopted: boolean }
  | {
      readonly state: "failed";
      readonly reason: string;
      /** Whether the link is proven not to exist. */
      readonly isAbsent: boolean;
      /** Whether the link may exist: it did before, or the attach may have succeeded. */
      readonly mayBeLinked: boolean;
      /** Whether the attach may have succeeded. Then the link may be listed late. */
      readonly mayBeNew: boolean;
      /** The other VPC that the instance was moved to, if it was not detached from there. */
      readonly stillMovedTo?: string | undefined;
    };

/** The outcome of a detach. */
export type DetachOutcome =
  /** `elsewhere` is the other VPC that the instance is linked to, if that is known. */
  | { readonly state: "unlinked"; readonly elsewhere?: string }
  /** This run declares the link, or has made or adopted it. */
  | { readonly state: "stays" }
  /** ECS no longer offers ClassicLink, so nobody can know whether the link exists. */
  | { readonly state: "forgotten"; readonly code: string }
  | { readonly state: "failed"; readonly reason: string };

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
        act: async (link, task) => {
          const { isListed, isAdopted } = await attach(this.#connection, link, task, {
            checkFirst,
            movedTo: movedTo?.(link.instanceId),
            mayGetRoom,
          });
          return isListed ? { state: "linked", isAdopted } : "accepted";
        },
        confirm: async (link, task) => {
          const vpcId = await currentVpc(this.#connection, link, task);
          return vpcId === link.vpcId ? { state: "linked", isAdopted: false } : undefined;
        },
        fail: (error, link, task) => {
          // A link that was accepted and is not listed in time may exist.
          const failed = error instanceof AttachFailed ? error : new AttachFailed(error, false, true);
          const { cause, isAbsent, stillMovedTo } = failed;
          // A link that another resource of this run had exists, until its absence is proven.
          const mayBeLinked = failed.mayBeLinked || (!isAbsent && this.#wasHad(link));
          return {
            state: "failed",
            reason: task.explain(cause),
            isAbsent,
            mayBeLinked,
            mayBeNew: failed.mayBeLinked,
            stillMovedTo,
          };
        },
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
    const accepted = new Set<Link>();
    return await changeAll<DetachOutcome>(
      links,
      {
        verb: "unlinked",
        awaited: "detached, still listed",
        act: async (link, task) => {
          if (!ledger.beginRemoval(link)) return { state: "stays" };
          const detached = await detach(this.#connection, link, task, attachTimes?.(link.instanceId));
          if (detached.state === "accepted") {
            accepted.add(link);
            return "accepted";
          }
          return detached.state === "absent" ? { ...detached, state: "unlinked" } : detached;
        },
        confirm: (link, task) => this.#isUnlinked(link, task),
        fail: (error, _link, task) => ({ state: "failed", reason: task.explain(error) }),
        allTried,
        ended: (link, { state }) => {
          if (state === "stays") return;
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

  /** If the ledger is lost, nobody knows. */
  #wasHad(link: Link): boolean {
    try {
      return this.#connection.ledger.wasHad(link);
    } catch {
      return true;
    }
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
