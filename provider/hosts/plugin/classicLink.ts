/** `ClassicLink` in the plugin. */

import {
  ClassicLinkLifecycle,
  checkLink,
  diffLink,
  isSomebodyElses,
  keptLink,
  LINK_PROPERTIES,
  toLink,
} from "../../classicLink";
import { ClassicLinkError, HALF_MADE, isHalfMade } from "../../classicLinkError";
import type { Link } from "../../ecs/client";
import { formatLinkId, parseLinkId } from "../../linkId";
import type { Found, ResourceType } from "./resourceCalls";

export const CLASSIC_LINK_CALLS: ResourceType = {
  tells: {},

  check: checkLink,

  diff: (olds, news) => ({ replaces: diffLink(olds, news), updates: [] }),

  kept: keptLink,

  // States of the dynamic door hold more, which ends here.
  outputsOf: (inputs) => Object.fromEntries(LINK_PROPERTIES.map((property) => [property, inputs[property]])),

  async create(steps, inputs, context) {
    const link = toLink(inputs);
    await new ClassicLinkLifecycle(steps).create(link, context);
    return foundOf(link);
  },

  async update(steps, _state, inputs, context) {
    const link = toLink(inputs);
    await new ClassicLinkLifecycle(steps).update(link, context);
    return foundOf(link);
  },

  async read(steps, state, context) {
    const known = toLink(state);
    const link = await new ClassicLinkLifecycle(steps).read(known, context);
    if (isHalfMade(state)) {
      // It may be listed later. Without it in the state nobody would know whose it is.
      if (link === undefined) return foundOf(known, { [HALF_MADE]: true });
      return isSomebodyElses(known, link) ? undefined : foundOf(link);
    }
    const drift = driftOf(known, link);
    if (drift !== undefined) context.report?.(drift);
    return link === undefined ? undefined : foundOf(link);
  },

  async find(steps, id, defaultRegion, context) {
    const { regionId, instanceId } = parseLinkId(id, defaultRegion);
    const link = await new ClassicLinkLifecycle(steps).read({ regionId, instanceId }, context);
    if (link !== undefined) return foundOf(link);
    throw new ClassicLinkError(`${instanceId} is not linked in ${regionId}; check the id and the region`);
  },

  async delete(steps, state, context) {
    await new ClassicLinkLifecycle(steps).delete(toLink(state), context, isHalfMade(state));
  },
};

function foundOf(link: Link, mark: object = {}): Found {
  return {
    id: formatLinkId(link.regionId, link.instanceId),
    outputs: { ...link, ...mark },
    declared: { ...link },
  };
}

/** Says how a link is not as the state has it, or undefined for not at all. */
function driftOf(known: Link, found: Link | undefined): string | undefined {
  if (found === undefined) return `drift: ${known.instanceId} is no longer linked to ${known.vpcId}`;
  if (found.vpcId === known.vpcId) return undefined;
  return `drift: ${known.instanceId} is linked to ${found.vpcId}, no longer to ${known.vpcId}`;
}
