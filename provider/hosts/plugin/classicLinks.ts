/** `ClassicLinks` in the plugin. */

import { ClassicLinkError, HALF_MADE, isHalfMade } from "../../classicLinkError";
import { ClassicLinksLifecycle } from "../../classicLinks";
import { formatLinksId, parseLinksId } from "../../linkId";
import { listLinks } from "../../listLinks";
import { checkLinks, diffLinks, keptLinks, type Members, toDeclared, toInputs, toMembers } from "../../members";
import type { Found, ResourceType } from "./resourceCalls";

/** So many members are named in a line about drift; the others are counted. */
const MOST_NAMED = 5;

export const CLASSIC_LINKS_CALLS: ResourceType = {
  tells: { movedAway: "instanceIds" },

  check: checkLinks,

  diff: diffLinks,

  kept: keptLinks,

  outputsOf: ({ vpcId, instanceIds, regionId }) => ({ vpcId, instanceIds, regionId, movedAway: {} }),

  async create(steps, inputs, context) {
    return foundOf(await new ClassicLinksLifecycle(steps).create(toDeclared(inputs), context));
  },

  async update(steps, state, inputs, context) {
    const [known, declared] = [toMembers(state), toDeclared(inputs)];
    return foundOf(await new ClassicLinksLifecycle(steps).update(known, declared, context, isHalfMade(state)));
  },

  async read(steps, state, context) {
    const known = toMembers(state);
    const halfMade = isHalfMade(state);
    const members = await new ClassicLinksLifecycle(steps).read(known, halfMade, context);
    for (const drift of driftOf(known, members)) context.report?.(drift);
    return foundOf(members, halfMade ? { [HALF_MADE]: true } : {});
  },

  async find(steps, id, defaultRegion, context) {
    const { regionId, vpcId } = parseLinksId(id, defaultRegion);
    const links = await listLinks(steps, { regionId, vpcId }, context);
    if (links.length === 0) {
      throw new ClassicLinkError(`no instance is linked to ${vpcId} in ${regionId}; check the id and the region`);
    }
    return foundOf({ regionId, vpcId, instanceIds: links.map(({ instanceId }) => instanceId), movedAway: {} });
  },

  async delete(steps, state, context) {
    await new ClassicLinksLifecycle(steps).delete(toMembers(state), context, isHalfMade(state));
  },
};

function foundOf(members: Members, mark: object = {}): Found {
  const { regionId, vpcId } = members;
  return { id: formatLinksId(regionId, vpcId), outputs: { ...members, ...mark }, declared: toInputs(members) };
}

/** Says which members are not as the state has them. */
function driftOf(known: Members, found: Members): string[] {
  const { vpcId } = known;
  const here = new Set([...found.instanceIds, ...Object.keys(found.movedAway)]);
  const gone = [...known.instanceIds, ...Object.keys(known.movedAway)].filter((id) => !here.has(id));
  const moved = Object.entries(found.movedAway).filter(([id, away]) => known.movedAway[id] !== away);
  const back = found.instanceIds.filter((id) => known.movedAway[id] !== undefined);
  return [
    { what: `no longer linked to ${vpcId}`, members: gone },
    { what: `no longer linked to ${vpcId}, but elsewhere`, members: moved.map(([id, away]) => `${id} to ${away}`) },
    { what: `linked to ${vpcId} again`, members: back },
  ].flatMap(({ what, members }) => (members.length === 0 ? [] : [`drift: ${what}: ${namesOf(members)}`]));
}

function namesOf(members: readonly string[]): string {
  const more = members.length - MOST_NAMED;
  return [...members.slice(0, MOST_NAMED), ...(more > 0 ? [`and ${more} more`] : [])].join(", ");
}
