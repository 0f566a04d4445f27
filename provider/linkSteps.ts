/** The steps that a lifecycle is made of: link, wait until that shows, unlink, wait until that shows. */

import { actAndConfirm } from "./actAndConfirm";
import { isProofOfNoLink, LinkedElsewhere, MayBeLinked } from "./attachErrors";
import { OutOfTime } from "./ecs/budget";
import type { EcsClient, Link, LinkPage, LinkQuery } from "./ecs/client";
import { EcsError, type EcsErrorKind } from "./ecs/errors";
import type { LinkReader } from "./ecs/linkReader";
import type { Operation } from "./operation";
import { Retired } from "./retired";
import type { Tally } from "./tally";
import { Turns } from "./turns";

/** For how long an answer that the listing contradicts is taken for a listing that lags behind, in ms. */
const LISTING_LAG_MS = 120_000;

/** For how long a link that is in the way may still be given up by another resource of the same update, in ms. */
const HANDOVER_MS = 3_000;

/** Kinds that pass by themselves, and say nothing of the link. */
const PASSING: ReadonlySet<EcsErrorKind> = new Set(["throttled", "transient"]);

/** Called before a step waits, with the reason. */
export type OnWait = (reason: string) => void;

/** What the steps of a process may be given besides its connection. */
export interface LinkStepsOptions {
  /** Whether links may be let go of where ECS does not offer ClassicLink any more; may throw. */
  readonly forgetRetired?: () => boolean;
  /** Who holds which link, as far as it is known before anything is done. */
  readonly turns?: Turns;
}

/** The steps, over one client and one reader for the whole process. */
export class LinkSteps {
  readonly #client: EcsClient;
  readonly #reader: LinkReader;
  readonly #forgetRetired: () => boolean;
  readonly #turns: Turns;

  constructor(
    client: EcsClient,
    reader: LinkReader,
    { forgetRetired = () => false, turns = new Turns() }: LinkStepsOptions = {},
  ) {
    this.#client = client;
    this.#reader = reader;
    this.#forgetRetired = forgetRetired;
    this.#turns = turns;
  }

  /**
   * Asks for a link until ECS has accepted it, or it turns out to be there. Waits for a link to another VPC to go where
   * another resource of the same update is giving it up.
   *
   * @throws {MayBeLinked} when it is not known that nothing came of it.
   * @throws {LinkedElsewhere} when another VPC's link is in the way.
   */
  async attach(link: Link, operation: Operation, options: AttachOptions = {}): Promise<Attached> {
    const { onWait } = options;
    const begunAt = performance.now();
    const attach = async () => {
      const attached = await this.#attach(link, operation, options);
      this.#turns.hold(link, operation.holder);
      return attached;
    };
    for (;;) {
      try {
        return await this.#turns.take([link], operation.signal, attach, () => onWait?.("changed by another resource"));
      } catch (error) {
        const mayComeFree = error instanceof LinkedElsewhere && performance.now() - begunAt < HANDOVER_MS;
        if (!mayComeFree) throw error;
        onWait?.("linked elsewhere");
        await operation.pause(HANDOVER_MS / 6);
      }
    }
  }

  async #attach(link: Link, operation: Operation, { lookFirst = false, onWait }: AttachOptions): Promise<Attached> {
    let lookBefore = lookFirst;
    let hasLooked = false;
    // From the moment a request is sent until ECS has said that nothing came of it.
    let mayBeLinked = false;
    const isThere = async () => {
      hasLooked = true;
      const linkedTo = await this.look(link, operation.signal);
      if (linkedTo !== undefined && linkedTo !== link.vpcId) throw new LinkedElsewhere(linkedTo);
      return linkedTo === link.vpcId;
    };
    try {
      return await operation.retry(async (): Promise<Attached> => {
        if (lookBefore && (await isThere())) return { listed: true, adopted: false };
        lookBefore = false;
        const before = mayBeLinked;
        mayBeLinked = true;
        try {
          await this.#client.attach(link, operation.signal);
          return { listed: false, adopted: false };
        } catch (error) {
          const refused =
            error instanceof OutOfTime ? error.neverSent : !(error instanceof EcsError && error.facts.mayHaveSucceeded);
          if (refused) mayBeLinked = before;
          if (!(error instanceof EcsError)) throw error;
          lookBefore = error.facts.mayHaveSucceeded;
          if (PASSING.has(error.kind) || error.kind === "gone") throw error;
          // A busy instance may be linked already, which one look tells; a refusal for good may be about just that.
          if (error.kind === "busy" && hasLooked) throw error;
          if (await this.#orElse(error, isThere)) return { listed: true, adopted: !before };
          throw contradicted(error, "ECS denies the link, but lists none that is in its way; read its message");
        } finally {
          this.#reader.changed(link.regionId, link.instanceId);
        }
      }, onWait);
    } catch (error) {
      throw mayBeLinked && !isProofOfNoLink(error) ? new MayBeLinked(error) : error;
    }
  }

  /**
   * Waits until links that ECS has accepted are listed. The looks of all of them are made together.
   *
   * @param onEach told of each link that is.
   * @throws {MayBeLinked} when they are not all listed in time, or that cannot be told.
   */
  async untilListed(
    links: readonly Link[],
    operation: Operation,
    onEach: (link: Link) => void = () => {},
  ): Promise<void> {
    // Some regions answer "no such instance" for one whose link is not listed yet, so that ends nothing here.
    const isListed = async (link: Link) => (await this.look(link, operation.signal)) === link.vpcId;
    try {
      await operation.until(links, isListed, "attached, not listed yet", onEach);
    } catch (error) {
      throw new MayBeLinked(error);
    }
  }

  /**
   * Removes links, and waits until they are not listed. Links to other VPCs are not touched, nor are links that another
   * resource has made or adopted in this update. Done when there is no such link or instance. Where ClassicLink has been
   * retired, links that can neither be removed nor looked at are let go of, if that is allowed.
   */
  async unlink(
    links: readonly Link[],
    operation: Operation,
    { tally, halfMade = false }: UnlinkOptions = {},
  ): Promise<void> {
    const retired = new Retired(this.#forgetRetired);
    await this.#turns.take(links, operation.signal, async () => {
      const isThere = async (link: Link) => (await this.look(link, operation.signal)) === link.vpcId;
      const isUnlisted = async (link: Link) => !(await retired.orForgotten(link, () => isThere(link)));
      const detach = async (link: Link, waits: () => void): Promise<boolean> => {
        try {
          if (this.#turns.isHeldByAnother(link, operation.holder)) {
            operation.tell(`the link of ${link.instanceId} is kept: another resource of this update declares it`);
            tally?.done(link);
            return false;
          }
          const onWait =
            tally &&
            ((reason: string) => {
              waits();
              tally.waiting(link, reason);
            });
          await this.#detach(link, operation, retired, { halfMade, onWait });
          this.#turns.release(link);
          tally?.done(link);
          return !retired.isForgotten(link);
        } catch (error) {
          if (tally === undefined) throw error;
          tally.failed(link, error);
          return false;
        }
      };
      await actAndConfirm(links, detach, operation, async (detached) => {
        const left = new Set(detached);
        try {
          await operation.until(detached, isUnlisted, "detached, still listed", (link) => left.delete(link));
        } catch (error) {
          if (tally === undefined) throw error;
          const cause = operation.causeOf(error);
          for (const link of left) tally.failed(link, new Error(cause));
        }
      });
    });
    const warning = retired.warning();
    if (warning !== undefined) operation.warn(warning);
  }

  async #detach(link: Link, operation: Operation, retired: Retired, options: DetachOptions): Promise<void> {
    const begunAt = performance.now();
    // That a link is not listed says nothing as long as its attach may be so recent that it is not listed yet.
    const isListingLate = () => options.halfMade && performance.now() - begunAt < LISTING_LAG_MS;
    let lookBefore = false;
    let hasLooked = false;
    const isThere = async () => {
      hasLooked = true;
      return (await this.look(link, operation.signal)) === link.vpcId;
    };
    await operation.retry(async () => {
      if (lookBefore && !isListingLate() && !(await isThere())) return;
      lookBefore = false;
      try {
        await this.#client.detach(link, operation.signal);
      } catch (error) {
        if (!(error instanceof EcsError)) throw error;
        lookBefore = error.facts.mayHaveSucceeded;
        if (PASSING.has(error.kind) || (error.kind === "busy" && (hasLooked || isListingLate()))) throw error;
        // Refused. Whether that matters depends on whether there is anything left to detach.
        const isLeft = error.kind === "retired" ? () => retired.orForgotten(link, isThere) : isThere;
        if (await this.#orElse(error, isLeft))
          throw contradicted(error, "ECS denies this, but still lists the link; read its message");
      } finally {
        this.#reader.changed(link.regionId, link.instanceId);
      }
    }, options.onWait);
  }

  /** Which VPC the instance is linked to now, asked anew. A released instance has none. */
  async look(link: Link, signal: AbortSignal): Promise<string | undefined> {
    return await noneIfGone(this.#reader.vpcOf({ ...link, fresh: true }, signal));
  }

  /** Which VPC the instance is linked to; an answer that is a few seconds old will do. A released instance has none. */
  async read(link: InstanceAndPerhapsVpc, signal: AbortSignal): Promise<string | undefined> {
    return await noneIfGone(this.#reader.vpcOf(link, signal));
  }

  /**
   * Which of the links the VPC's own listing shows. They are held from now on, as if they had been attached. That one is
   * missing proves nothing.
   */
  async holdListed(
    vpc: Omit<Link, "instanceId">,
    instanceIds: readonly string[],
    operation: Operation,
  ): Promise<ReadonlySet<string>> {
    const links = instanceIds.map((instanceId) => ({ ...vpc, instanceId }));
    // In turn, because a link that is being removed at this moment is still listed.
    return await this.#turns.take(links, operation.signal, async () => {
      const listed = await this.#reader.listed(vpc.regionId, vpc.vpcId, instanceIds, operation.signal);
      for (const link of links) if (listed.has(link.instanceId)) this.#turns.hold(link, operation.holder);
      return listed;
    });
  }

  /** One page of the links that match, asked anew. */
  async page(query: LinkQuery, signal: AbortSignal): Promise<LinkPage> {
    return await this.#client.describe(query, signal);
  }

  /** Looks, and where that is refused for good too, stays with the first error. */
  async #orElse(error: EcsError, look: () => Promise<boolean>): Promise<boolean> {
    try {
      return await look();
    } catch (lookError) {
      const passes = lookError instanceof EcsError && PASSING.has(lookError.kind);
      throw lookError instanceof EcsError && !passes ? error : lookError;
    }
  }
}

/** How to attach. */
export interface AttachOptions {
  /** The link may have been made already. */
  readonly lookFirst?: boolean;
  readonly onWait?: OnWait;
}

/** How to unlink. */
export interface UnlinkOptions {
  /** Told how it goes with each link; without it the first error ends all. */
  readonly tally?: Tally;
  /** The links may exist without being listed yet. */
  readonly halfMade?: boolean;
}

interface DetachOptions {
  readonly halfMade: boolean;
  readonly onWait: OnWait | undefined;
}

/** What came of an attach. */
export interface Attached {
  /** Listed already, or only accepted. */
  readonly listed: boolean;
  /** Someone else had made it. */
  readonly adopted: boolean;
}

/** An instance, and where it is expected to be linked. */
export type InstanceAndPerhapsVpc = Omit<Link, "vpcId"> & Partial<Pick<Link, "vpcId">>;

/**
 * What ECS says, and what it lists, do not agree. One of them lags behind, so this is worth another try; not for ever,
 * because the denial may have a cause of its own.
 */
function contradicted(error: EcsError, advice: string): EcsError {
  if (error.kind !== "conflict" && error.kind !== "gone") return error;
  return new EcsError({ ...error.facts, kind: "busy", retryForMs: LISTING_LAG_MS, advice });
}

async function noneIfGone(reading: Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof EcsError && error.kind === "gone") return undefined;
    throw error;
  }
}
