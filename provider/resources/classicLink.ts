/** `ClassicLink`: one link. */

import type { Link } from "../ecs/client";
import { adviceAfterDelete, ClassicLinkError } from "../links/errors";
import type { AttachOutcome } from "../links/attach";
import { Operation, Task } from "../links/operation";
import { warningOfForgotten } from "../links/retired";
import { attachTimesOf, hidden, isPartiallyCreated, marksOf } from "./hidden";
import { formatLinkId, parseLinkId } from "./ids";
import { checkId, checkNames, checkRegion, failuresOf, type Properties, UNKNOWN } from "./inputs";
import { PartiallyCreatedError } from "./partiallyCreated";
import type { Provider } from "./provider";
import type { Found, Resource } from "./resource";
import { isOtherScope, notSeen, readElsewhere, requireSameScope, toOutputs } from "./scope";

/** The properties of a link, as inputs and as outputs. A change of any replaces the link. */
export const LINK_PROPERTIES = ["instanceId", "vpcId", "regionId"] as const;

/** How long a create, update or delete may take by default, in ms. */
const CHANGE_TIMEOUT_MS = 600_000;

/** How long a read may take by default, in ms: several windows of a quota for each minute. */
export const READ_TIMEOUT_MS = 300_000;

export const classicLink: Resource = {
  isSingle: true,
  reveals: { [hidden.movedFrom]: "vpcId" },

  check({ ledger, defaultRegion }, news, olds, by) {
    const { inputs, failure } = checkRegion(news.regionId, defaultRegion);
    const checked = { ...news, ...inputs };
    const failures = failuresOf(
      checkId("instanceId", news.instanceId, "i-bp1abc"),
      checkId("vpcId", news.vpcId, "vpc-bp1abc"),
      failure,
      ...checkNames(news, LINK_PROPERTIES),
    );
    if (failures.length > 0 && isLink(olds)) ledger.keep([toLink(olds)]);
    if (failures.length > 0 || !isLink(checked)) return { inputs: checked, failures };
    if (isLink(olds)) ledger.had([toLink(olds)]);
    const clash = ledger.declare([toLink(checked)], by).get(checked.instanceId);
    if (clash === undefined) return { inputs: checked, failures };
    const reason = `${checked.instanceId} is declared by ${clash} already; an instance has at most one link`;
    return { inputs: checked, failures: [{ property: "instanceId", reason }] };
  },

  diff(provider, olds, news) {
    const replaces = LINK_PROPERTIES.filter((name) => news[name] === UNKNOWN || olds[name] !== news[name]);
    const isRemoved = isLink(news) && provider.ledger.isRemoved(toLink(news));
    // A refresh returns this mark, and a program never declares it. So the program adopts the link in its VPC.
    const isAdopted = olds[hidden.movedFrom] !== undefined && news[hidden.movedFrom] === undefined;
    const isDue = isPartiallyCreated(olds) || isOtherScope(olds, provider.scope()) || isRemoved || isAdopted;
    return { replaces, updates: [], isDue };
  },

  preview: (inputs) => Object.fromEntries(LINK_PROPERTIES.map((name) => [name, inputs[name]])),

  async create(provider, inputs, context) {
    const link = toLink(inputs);
    const operation = operationOn("link", link, context);
    const outcome = await attach(provider, link, operation, false);
    if (outcome.state === "linked" && outcome.isAdopted) operation.report(`already linked to ${link.vpcId}: adopted`);
    return linkedOrThrow(provider, link, operation, outcome);
  },

  async update(provider, state, inputs, context) {
    const link = toLink(inputs);
    if (isOtherScope(state, provider.scope())) {
      const what = `the link of ${link.instanceId}`;
      const vpcId = await readElsewhere(what, state, provider.scope(), read(provider, link, context));
      if (vpcId !== link.vpcId) throw notSeen(what, state, provider.scope());
    }
    const operation = operationOn("link", link, context);
    const checkFirst = !provider.ledger.isTouched(link);
    return linkedOrThrow(provider, link, operation, await attach(provider, link, operation, checkFirst));
  },

  async read(provider, state, context) {
    const known = toLink(state);
    requireSameScope(`the link of ${known.instanceId}`, state, provider.scope());
    const vpcId = await read(provider, known, context);
    if (isPartiallyCreated(state)) {
      // It may be listed later. Without it in the state, nobody would know that this stack made it.
      if (vpcId === undefined) return found(provider, known, marksOf(state));
      // An instance has at most one link, and this stack never declared this VPC.
      if (vpcId !== known.vpcId) return undefined;
      provider.ledger.found([known]);
      return found(provider, known);
    }
    const drift = driftOf(known, vpcId);
    if (drift !== undefined) context.report?.(drift);
    if (vpcId === undefined) return undefined;
    provider.ledger.found([{ ...known, vpcId }]);
    const madeTo = state[hidden.movedFrom] ?? known.vpcId;
    const mark = vpcId === madeTo ? {} : { [hidden.movedFrom]: madeTo };
    const { id, outputs, inputs } = found(provider, { ...known, vpcId }, mark);
    // With inputs that match the found link, the next refresh finds no difference.
    return { id, outputs, inputs: { ...inputs, ...mark } };
  },

  async find(provider, id, context) {
    const { regionId, instanceId } = parseLinkId(id, provider.defaultRegion);
    const vpcId = await read(provider, { regionId, instanceId }, context);
    if (vpcId !== undefined) {
      provider.ledger.found([{ regionId, instanceId, vpcId }], 0);
      return found(provider, { regionId, instanceId, vpcId });
    }
    throw new ClassicLinkError(`${instanceId} is not linked in ${regionId}; check the id and the region`);
  },

  async delete(provider, state, context) {
    const link = toLink(state);
    const { instanceId, vpcId } = link;
    // A link that stays is not touched, so its scope does not matter.
    if (!provider.ledger.stays(link)) requireSameScope(`the link of ${instanceId}`, state, provider.scope());
    const movedFrom = state[hidden.movedFrom];
    if (movedFrom !== undefined && !provider.ledger.declaresInstance(link)) {
      context.report?.(
        `${instanceId} was moved from ${String(movedFrom)} to ${vpcId} by someone else: that link stays`,
      );
      return;
    }
    const operation = operationOn("unlink", link, context);
    const outcomes = await operation.run(async () => {
      const links = await provider.links();
      return await links.detach([link], operation, { attachTimes: attachTimesOf(state) });
    });
    const outcome = outcomes.get(link);
    if (outcome?.state === "unlinked" && outcome.elsewhere !== undefined) {
      const isDeclared = provider.ledger.stays({ ...link, vpcId: outcome.elsewhere });
      const by = isDeclared ? "as the program declares" : "by someone else";
      operation.report(`linked to ${outcome.elsewhere} ${by}: that link stays`);
    }
    if (outcome?.state === "stays") operation.report(`the link to ${vpcId} stays: the program still declares it`);
    if (outcome?.state === "failed") {
      throw new ClassicLinkError(`cannot ${operation.asked}: ${outcome.reason}; ${adviceAfterDelete("the link")}`);
    }
    const warning = warningOfForgotten(outcomes);
    if (warning !== undefined) operation.warn(warning);
  },
};

/** Narrows properties of a state, or inputs that `check` has passed, to a link. */
function toLink(properties: Properties): Link {
  if (!isLink(properties)) throw new TypeError("a link needs regionId, instanceId and vpcId");
  const { regionId, instanceId, vpcId } = properties;
  return { regionId, instanceId, vpcId };
}

function isLink(properties: Properties): properties is Properties & Link {
  return LINK_PROPERTIES.every((name) => typeof properties[name] === "string" && properties[name] !== UNKNOWN);
}

function operationOn(verb: "link" | "unlink", link: Link, context: Parameters<Resource["create"]>[2]): Operation {
  const { instanceId, vpcId, regionId } = link;
  const preposition = verb === "link" ? "to" : "from";
  return new Operation(`${verb} ${instanceId} ${preposition} ${vpcId} in ${regionId}`, context, CHANGE_TIMEOUT_MS);
}

async function attach(
  provider: Provider,
  link: Link,
  operation: Operation,
  checkFirst: boolean,
): Promise<AttachOutcome> {
  const outcomes = await operation.run(async () => {
    const links = await provider.links();
    return await links.attach([link], operation, { checkFirst });
  });
  return (
    outcomes.get(link) ?? { state: "failed", reason: "no outcome", isAbsent: false, mayBeLinked: true, mayBeNew: true }
  );
}

/** @throws {PartiallyCreatedError} when the link may have been made, a {@link ClassicLinkError} when it was not. */
function linkedOrThrow(provider: Provider, link: Link, operation: Operation, outcome: AttachOutcome): Found {
  if (outcome.state === "linked") return found(provider, link);
  const reason = `cannot ${operation.asked}: ${outcome.reason}`;
  if (!outcome.mayBeLinked) throw new ClassicLinkError(reason);
  const { id, outputs } = found(provider, link);
  throw new PartiallyCreatedError(id, outputs, [
    `${reason}; ECS may have made the link all the same, and the next pulumi up finishes it`,
  ]);
}

async function read(
  provider: Provider,
  link: Omit<Link, "vpcId"> & Partial<Link>,
  context: Parameters<Resource["read"]>[2],
): Promise<string | undefined> {
  const operation = new Operation(`read the link of ${link.instanceId} in ${link.regionId}`, context, READ_TIMEOUT_MS);
  const task = new Task(operation);
  return await operation.run(async () => await (await provider.links()).read(link, task), task);
}

function found(provider: Provider, link: Link, marks: Properties = {}): Found {
  const { regionId, instanceId, vpcId } = link;
  return {
    id: formatLinkId(regionId, instanceId),
    outputs: { instanceId, vpcId, regionId, ...toOutputs(provider.scope()), ...marks },
    inputs: { instanceId, vpcId, regionId },
  };
}

/** How a link differs from the state. Undefined if it does not. */
function driftOf(known: Link, vpcId: string | undefined): string | undefined {
  if (vpcId === undefined) return `drift: ${known.instanceId} is no longer linked to ${known.vpcId}`;
  if (vpcId === known.vpcId) return undefined;
  return `drift: ${known.instanceId} is linked to ${vpcId}, no longer to ${known.vpcId}`;
}
