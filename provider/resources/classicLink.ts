/** The lifecycle of one link: check, diff, create, read, update, delete, on plain data. */

import { MayBeLinked } from "./attachErrors";
import { HalfMadeError } from "./classicLinkError";
import type { Link } from "./ecs/client";
import {
  type CheckFailure,
  type CheckResult,
  checkId,
  checkNames,
  checkRegion,
  type Properties,
  UNKNOWN,
} from "./inputs";
import { formatLinkId } from "./linkId";
import type { InstanceAndPerhapsVpc, LinkSteps } from "./linkSteps";
import { type CallContext, Operation } from "./operation";

/** The properties of a link, as inputs and as outputs. A change of any replaces the link. */
export const LINK_PROPERTIES = ["instanceId", "vpcId", "regionId"] as const;

/** How long a create, update or delete may take by default, in ms. */
const CHANGE_TIMEOUT_MS = 600_000;

/** How long a read may take, in ms. It spans several minutes of a throttle's minute rule. */
export const READ_TIMEOUT_MS = 300_000;

/**
 * Checks the inputs of a link, and fills in the configured region where they name none, so that each link keeps its own.
 *
 * @param news the inputs; may hold anything.
 * @param defaultRegion asked when `regionId` is absent; what it throws becomes a failure of `regionId`.
 */
export function checkLink(news: Properties, defaultRegion: () => string): CheckResult {
  const { inputs, failure } = checkRegion(news.regionId, defaultRegion);
  const failures: (CheckFailure | undefined)[] = [
    checkId("instanceId", news.instanceId, "i-bp1abc"),
    checkId("vpcId", news.vpcId, "vpc-bp1abc"),
    failure,
    ...checkNames(news, LINK_PROPERTIES),
  ];
  return { inputs: { ...news, ...inputs }, failures: failures.filter((found) => found !== undefined) };
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

/**
 * The link that a resource has and goes on to declare. Whoever gives the same link up in the same update is not to take it away.
 *
 * @param olds the outputs in the state.
 * @param news the inputs of the program.
 */
export function keptLink(olds: Properties, news: Properties): Link[] {
  return isLink(news) && diffLink(olds, news).length === 0 ? [toLink(news)] : [];
}

/**
 * Whether the link that was found rules a half-made one out. An instance has at most one, and this one is to another VPC than
 * ours ever was: taken for drift, it would be detached to put back a link that was perhaps never there.
 */
export function isSomebodyElses(halfMade: Link, found: Link | undefined): boolean {
  return found !== undefined && found.vpcId !== halfMade.vpcId;
}

/** Narrows properties of a state, or inputs that `check` has passed, to a link. */
export function toLink(properties: Properties): Link {
  if (!isLink(properties)) throw new TypeError("a link needs regionId, instanceId and vpcId");
  const { regionId, instanceId, vpcId } = properties;
  return { regionId, instanceId, vpcId };
}

function isLink(properties: Properties): properties is Properties & Link {
  return LINK_PROPERTIES.every((property) => typeof properties[property] === "string");
}

/** Creates, reads, updates and deletes links. One for a whole process, so that its reads can be gathered. */
export class ClassicLinkLifecycle {
  readonly #steps: LinkSteps;

  constructor(steps: LinkSteps) {
    this.#steps = steps;
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
    await this.#ensureLinked(link, context, { lookFirst: false });
  }

  /** Finishes a link that was half made. Looks first, and does nothing when the link is as declared. Throws as create does. */
  async update(link: Link, context: CallContext = {}): Promise<void> {
    await this.#ensureLinked(link, context, { lookFirst: true });
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
  async read(link: InstanceAndPerhapsVpc, context: CallContext = {}): Promise<Link | undefined> {
    const { regionId, instanceId } = link;
    const operation = new Operation(`read the link of ${instanceId} in ${regionId}`, context, READ_TIMEOUT_MS);
    try {
      const vpcId = await operation.retry(() => this.#steps.read(link, operation.caller));
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
   * @param halfMade whether the link may exist without being listed yet.
   * @throws {ClassicLinkError} when the link is still there, or that cannot be told.
   */
  async delete(link: Link, context: CallContext = {}, halfMade = false): Promise<void> {
    const { regionId, instanceId, vpcId } = link;
    const operation = new Operation(`unlink ${instanceId} from ${vpcId} in ${regionId}`, context, CHANGE_TIMEOUT_MS);
    try {
      await this.#steps.unlink([link], operation, { halfMade });
    } catch (error) {
      throw operation.failure(error);
    } finally {
      operation.close();
    }
  }

  async #ensureLinked(link: Link, context: CallContext, options: { readonly lookFirst: boolean }): Promise<void> {
    const { regionId, instanceId, vpcId } = link;
    const operation = new Operation(`link ${instanceId} to ${vpcId} in ${regionId}`, context, CHANGE_TIMEOUT_MS);
    try {
      const { listed, adopted } = await this.#steps.attach(link, operation, options);
      if (adopted && !options.lookFirst) operation.tell(`already linked to ${vpcId}: adopted`);
      if (!listed) await this.#steps.untilListed([link], operation);
    } catch (error) {
      if (!(error instanceof MayBeLinked)) throw operation.failure(error);
      const reason = `${operation.explain(error.cause)}; ECS may have made the link all the same, and the next pulumi up finishes it`;
      throw new HalfMadeError(formatLinkId(regionId, instanceId), { ...link }, [reason]);
    } finally {
      operation.close();
    }
  }
}
