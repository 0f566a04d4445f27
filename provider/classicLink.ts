/** The lifecycle of one link: check, diff, create, read, update, delete, on plain data. */

import { HalfMadeError } from "./classicLinkError";
import type { EcsClient, Link } from "./ecs/client";
import { EcsError, type EcsErrorKind } from "./ecs/errors";
import type { LinkReader } from "./ecs/linkReader";
import { type CheckFailure, type CheckResult, checkId, checkNames, type Properties, UNKNOWN } from "./inputs";
import { formatLinkId } from "./linkId";
import { type CallContext, Operation } from "./operation";

/** The properties of a link, as inputs and as outputs. A change of any replaces the link. */
export const LINK_PROPERTIES = ["instanceId", "vpcId", "regionId"] as const;

/** How long a create, update or delete may take by default, in ms. */
export const CHANGE_TIMEOUT_MS = 600_000;

/** How long a read may take, in ms. It spans several minutes of a throttle's minute rule. */
export const READ_TIMEOUT_MS = 300_000;

/** For how long a denial that the listing contradicts is taken for a listing that lags behind, in ms. */
const LISTING_LAG_MS = 120_000;

/**
 * Checks the inputs of a link, and fills in the configured region where they name none, so that each link keeps its own.
 *
 * @param news the inputs; may hold anything.
 * @param defaultRegion asked when `regionId` is absent; what it throws becomes a failure of `regionId`.
 */
export function checkLink(news: Properties, defaultRegion: () => string): CheckResult {
  const failures: (CheckFailure | undefined)[] = [
    checkId("instanceId", news.instanceId, "i-bp1abc"),
    checkId("vpcId", news.vpcId, "vpc-bp1abc"),
    ...checkNames(news, LINK_PROPERTIES),
  ];
  let regionId = news.regionId;
  if (regionId === undefined || regionId === null) {
    try {
      regionId = defaultRegion();
    } catch (error) {
      failures.push({ property: "regionId", reason: error instanceof Error ? error.message : String(error) });
    }
  }
  if (regionId !== undefined && regionId !== null) failures.push(checkId("regionId", regionId, "cn-hangzhou"));
  return {
    inputs: { ...news, ...(regionId === undefined ? {} : { regionId }) },
    failures: failures.filter((failure) => failure !== undefined),
  };
}

/**
 * Compares the outputs in the state with the inputs of the program, property by property. Whatever differs replaces the
 * link; a value that is not known yet counts as different.
 *
 * @returns the properties that replace the link, in a fixed order; empty when nothing changes.
 */
export function diffLink(olds: Properties, news: Properties): (typeof LINK_PROPERTIES)[number][] {
  return LINK_PROPERTIES.filter((property) => news[property] === UNKNOWN || olds[property] !== news[property]);
}

/** Narrows properties of a state, or inputs that `check` has passed, to a link. */
export function toLink({ regionId, instanceId, vpcId }: Properties): Link {
  if (typeof regionId === "string" && typeof instanceId === "string" && typeof vpcId === "string") {
    return { regionId, instanceId, vpcId };
  }
  throw new TypeError("a link needs regionId, instanceId and vpcId");
}

/** Creates, reads, updates and deletes links. One for a whole process, so that its reads can be gathered. */
export class ClassicLinkLifecycle {
  readonly #client: EcsClient;
  readonly #reader: LinkReader;

  constructor(client: EcsClient, reader: LinkReader) {
    this.#client = client;
    this.#reader = reader;
  }

  /**
   * Makes the link and waits until it is listed. A link that is already as declared is adopted.
   *
   * Source: AttachClassicLinkVpc, DescribeClassicLinkInstances.
   *
   * @throws {HalfMadeError} when the link was, or may have been, made, but is not listed.
   * @throws {ClassicLinkError} when there is no link; another VPC's link is named and not touched.
   */
  async create(link: Link, context: CallContext = {}): Promise<void> {
    await this.#attach(link, context, { answerUnclear: false });
  }

  /** Finishes a link that was half made. Looks first, and does nothing when the link is as declared. Throws as create does. */
  async update(link: Link, context: CallContext = {}): Promise<void> {
    await this.#attach(link, context, { answerUnclear: true });
  }

  /**
   * Reads where the instance is linked.
   *
   * Source: DescribeClassicLinkInstances.
   *
   * @param link the instance, and where the state says that it is linked, when it does.
   * @returns the link with the VPC that it has now, or undefined when the instance has none or is released.
   * @throws {ClassicLinkError} when that cannot be told. Only proof of absence is undefined.
   */
  async read(link: Omit<Link, "vpcId"> & Partial<Link>, context: CallContext = {}): Promise<Link | undefined> {
    const { regionId, instanceId } = link;
    const operation = new Operation(`read the link of ${instanceId} in ${regionId}`, context, READ_TIMEOUT_MS);
    try {
      const read = { regionId, instanceId, ...(link.vpcId === undefined ? {} : { vpcId: link.vpcId }) };
      const vpcId = await operation.retry(() => noneIfGone(this.#reader.vpcOf(read, operation.signal)));
      return vpcId === undefined ? undefined : { regionId, instanceId, vpcId };
    } catch (error) {
      throw operation.failure(error);
    } finally {
      operation.close();
    }
  }

  /**
   * Removes the link and waits until it is no longer listed. Done when there is no such link, or no such instance; a link
   * to another VPC than the link names is not touched.
   *
   * Source: DetachClassicLinkVpc, DescribeClassicLinkInstances.
   *
   * @throws {ClassicLinkError} when the link is still there, or that cannot be told.
   */
  async delete(link: Link, context: CallContext = {}): Promise<void> {
    const { regionId, instanceId, vpcId } = link;
    const operation = new Operation(`unlink ${instanceId} from ${vpcId} in ${regionId}`, context, CHANGE_TIMEOUT_MS);
    const look = () => noneIfGone(this.#look(link, operation.signal));
    let answerUnclear = false;
    try {
      await operation.retry(async () => {
        if (answerUnclear && (await look()) !== vpcId) return;
        answerUnclear = false;
        try {
          await this.#client.detach(link, operation.signal);
        } catch (error) {
          if (!(error instanceof EcsError)) throw error;
          answerUnclear ||= error.facts.unclear;
          if (error.kind === "gone") return;
          if (PASSES_OR_HIDES.has(error.kind)) throw error;
          // Refused for good. Whether that matters depends on whether there is anything left to detach.
          if ((await look()) === vpcId) throw contradicted(error);
        } finally {
          this.#reader.changed(regionId, instanceId);
        }
      });
      await operation.until(look, (linkedTo) => linkedTo !== vpcId, "still listed");
    } catch (error) {
      throw operation.failure(error);
    } finally {
      operation.close();
    }
  }

  /** `answerUnclear`: the link may have been made already, so look before asking for it. */
  async #attach(link: Link, context: CallContext, { answerUnclear }: { answerUnclear: boolean }): Promise<void> {
    const { regionId, instanceId, vpcId } = link;
    const operation = new Operation(`link ${instanceId} to ${vpcId} in ${regionId}`, context, CHANGE_TIMEOUT_MS);
    // From the moment the first request is sent until ECS has said that nothing came of it.
    let mayBeLinked = false;
    let listed = false;
    try {
      await operation.retry(async () => {
        if (answerUnclear) {
          listed = this.#isOurs(link, await noneIfGone(this.#look(link, operation.signal)));
          if (listed) return;
          answerUnclear = false;
        }
        const before = mayBeLinked;
        mayBeLinked = true;
        try {
          await this.#client.attach(link, operation.signal);
          answerUnclear = false;
        } catch (error) {
          const refused = error instanceof EcsError ? !error.facts.unclear : !operation.signal.aborted;
          if (refused) mayBeLinked = before;
          if (!(error instanceof EcsError)) throw error;
          answerUnclear ||= error.facts.unclear;
          if (error.kind === "gone" || PASSES_OR_HIDES.has(error.kind)) throw error;
          // Refused for good, unless the link is there already.
          listed = this.#isOurs(link, await noneIfGone(this.#look(link, operation.signal)));
          if (!listed) throw contradicted(error);
          if (!before) operation.tell(`already linked to ${vpcId}: adopted`);
        } finally {
          this.#reader.changed(regionId, instanceId);
        }
      });
      if (listed) return;
      const look = () => this.#look(link, operation.signal);
      await operation.until(look, (linkedTo) => linkedTo === vpcId, "attached, not listed yet");
    } catch (error) {
      const cannotBe = error instanceof LinkedElsewhere || (error instanceof EcsError && error.kind === "gone");
      if (!mayBeLinked || cannotBe) throw operation.failure(error);
      const reason = `${operation.explain(error)}; ECS may have made the link all the same, and the next pulumi up finishes it`;
      throw new HalfMadeError(formatLinkId(regionId, instanceId), { ...link }, [reason]);
    } finally {
      operation.close();
    }
  }

  #isOurs(link: Link, linkedTo: string | undefined): boolean {
    if (linkedTo !== undefined && linkedTo !== link.vpcId) throw new LinkedElsewhere(linkedTo);
    return linkedTo === link.vpcId;
  }

  #look(link: Link, signal: AbortSignal): Promise<string | undefined> {
    return this.#reader.vpcOf({ ...link, fresh: true }, signal);
  }
}

/** The instance holds a link to another VPC. An instance has at most one, and what someone else made is not ours to remove. */
class LinkedElsewhere extends Error {
  constructor(vpcId: string) {
    super(
      `it is linked to ${vpcId}, and an instance has at most one link; detach it there first, ` +
        `or declare ${vpcId} to keep that link; if a resource of this stack holds it, remove that resource in an update before`,
    );
  }
}

/** Kinds after which a look is of no use: those that pass are tried again, and where we may not act we may not look. */
const PASSES_OR_HIDES: ReadonlySet<EcsErrorKind> = new Set(["throttled", "transient", "busy", "authorisation"]);

/**
 * ECS denies what the listing does not show, or the other way round. One of them lags behind, so this is worth another
 * try; not for ever, because the denial may have a cause of its own.
 */
function contradicted(error: EcsError): EcsError {
  if (error.kind !== "conflict") return error;
  return new EcsError({ ...error.facts, kind: "busy", patienceMs: LISTING_LAG_MS });
}

/** A released instance has no link. */
async function noneIfGone(reading: Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof EcsError && error.kind === "gone") return undefined;
    throw error;
  }
}
