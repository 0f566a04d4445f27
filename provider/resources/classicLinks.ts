/** `ClassicLinks`, a fleet: many links to one VPC, as one resource. */

import type { Link } from "../ecs/client";
import { adviceAfterDelete, ClassicLinkError } from "../links/errors";
import { type CallContext, Operation, plural, Task } from "../links/operation";
import type { DetachOutcome } from "../links/detach";
import type { DetachAllOptions, Links } from "../links/links";
import { someOf, warningOfForgotten } from "../links/retired";
import { READ_TIMEOUT_MS } from "./classicLink";
import { readLinks } from "./getLinks";
import { type AttachTimes, attachTimesOf, hidden, isPartiallyCreated, marksOf } from "./hidden";
import { formatLinksId, parseLinksId } from "./ids";
import { checkId, checkNames, checkRegion, failuresOf, type Properties, UNKNOWN } from "./inputs";
import {
  checkMembers,
  type Declared,
  linksOf,
  linksTo,
  type Members,
  sameMembers,
  toDeclared,
  toInputs,
  toMembers,
} from "./fleetMembers";
import { PartiallyCreatedError } from "./partiallyCreated";
import type { Provider } from "./provider";
import type { Found, Resource } from "./resource";
import { isOtherScope, notSeen, readElsewhere, requireSameScope, toOutputs } from "./scope";

/** The inputs of a fleet. A change of `vpcId` or `regionId` replaces it; members come and go in place. */
export const LINKS_PROPERTIES = ["vpcId", "instanceIds", "regionId"] as const;

/** How long a create, update or delete may take by default, in ms. A thousand calls may need many windows of a quota. */
const CHANGE_TIMEOUT_MS = 3_600_000;

/** How much longer a read may take for each member, in ms: a released one may cost one or two calls. */
const READ_MEMBER_MS = 1_000;

/** A reason of failure names this many members, and counts the others. */
const MOST_FAILED_NAMED = 20;

/** A line about drift names this many members, and counts the others. */
const MOST_NAMED = 5;

export const classicLinks: Resource = {
  isSingle: false,
  reveals: { movedAway: "instanceIds", [hidden.movedAway]: "instanceIds", [hidden.attachedAt]: "instanceIds" },

  check({ ledger, defaultRegion }, news, olds, by) {
    const { inputs, failure } = checkRegion(news.regionId, defaultRegion);
    const checked = { ...news, ...inputs };
    const failures = failuresOf(
      checkId("vpcId", news.vpcId, "vpc-bp1abc"),
      ...checkMembers(news.instanceIds),
      ...checkNames(news, LINKS_PROPERTIES),
      failure,
    );
    if (failures.length > 0) {
      ledger.keep(linksOf(olds));
      return { inputs: checked, failures };
    }
    const declared = linksOf(checked);
    // In a preview, members may be unknown. Then nobody can say which links the fleet no longer declares.
    const isEmptied = Array.isArray(checked.instanceIds) && checked.instanceIds.length === 0;
    if (declared.length > 0 || isEmptied) ledger.had(linksOf(olds), by);
    const clashes = ledger.declare(declared, by);
    const clashing = declared.flatMap(({ instanceId }, index) => {
      const other = clashes.get(instanceId);
      const property = `instanceIds[${index}]`;
      const reason = `${instanceId} is declared by ${other} already, to another VPC; an instance has at most one link`;
      return other === undefined ? [] : [{ property, reason }];
    });
    return { inputs: checked, failures: clashing };
  },

  diff(provider, olds, news) {
    const replaces = ["vpcId", "regionId"].filter((name) => news[name] === UNKNOWN || olds[name] !== news[name]);
    const isAway = Object.keys(olds.movedAway ?? {}).length > 0;
    const updates = [
      ...(sameMembers(olds.instanceIds, news.instanceIds) ? [] : ["instanceIds"]),
      // An update restores members that were moved away. Another refresh does not.
      ...(isAway && news[hidden.movedAway] === undefined ? ["movedAway"] : []),
    ];
    const isRemoved = linksOf(news).some((link) => provider.ledger.isRemoved(link));
    const isDue = isPartiallyCreated(olds) || isOtherScope(olds, provider.scope()) || isRemoved;
    return { replaces, updates, isDue };
  },

  preview: ({ vpcId, instanceIds, regionId }) => ({ vpcId, instanceIds, regionId, movedAway: {} }),

  async create(provider, inputs, context) {
    const declared = toDeclared(inputs);
    return await change(provider, { ...declared, instanceIds: [], movedAway: {} }, declared, context);
  },

  async update(provider, state, inputs, context) {
    const [found, declared] = [toMembers(state), toDeclared(inputs)];
    const known = withoutOthers(provider, found, declared, context);
    if (isOtherScope(state, provider.scope())) {
      const reading = readMembers(provider, known, false, context);
      const now = await readElsewhere(`the links to ${known.vpcId}`, state, provider.scope(), reading);
      const seen = new Set(now.instanceIds);
      const missing = known.instanceIds.filter((id) => !seen.has(id));
      const what = `the links to ${known.vpcId} of ${someOf(missing, MOST_NAMED)}`;
      if (missing.length > 0) throw notSeen(what, state, provider.scope());
    }
    const isImport = known.instanceIds.length < found.instanceIds.length;
    return await change(provider, known, declared, context, attachTimesOf(state), isImport);
  },

  async read(provider, state, context) {
    const known = toMembers(state);
    requireSameScope(`the links to ${known.vpcId}`, state, provider.scope());
    const members = await readMembers(provider, known, isPartiallyCreated(state), context);
    for (const drift of driftOf(known, members)) context.report?.(drift);
    const now = found(provider, members, marksOf(state));
    provider.ledger.found(linksOf(now.inputs));
    return now;
  },

  async find(provider, id, context, by) {
    const { regionId, vpcId } = parseLinksId(id, provider.defaultRegion);
    const links = await readLinks(await provider.links(), { regionId, vpcId }, context);
    if (links.length === 0) {
      throw new ClassicLinkError(`no instance is linked to ${vpcId} in ${regionId}; check the id and the region`);
    }
    const instanceIds = links.map(({ instanceId }) => instanceId);
    provider.ledger.imported(links, by);
    return found(provider, { regionId, vpcId, instanceIds, movedAway: {} });
  },

  async delete(provider, state, context) {
    const { regionId, vpcId, instanceIds, movedAway } = toMembers(state);
    const here = linksTo(vpcId, regionId, instanceIds);
    const away = Object.entries(movedAway)
      .flatMap(([id, elsewhere]) => linksTo(elsewhere, regionId, [id]))
      .filter((link) => !provider.ledger.hasMade(link));
    // Links that stay are not touched, so their scope does not matter.
    const goes = [...here, ...away].some((link) => !provider.ledger.stays(link));
    if (goes) requireSameScope(`the links to ${vpcId}`, state, provider.scope());
    const others = away.filter((link) => !provider.ledger.declaresInstance(link));
    if (others.length > 0) {
      const named = others.map(({ instanceId, vpcId: elsewhere }) => `${instanceId} to ${elsewhere}`);
      context.report?.(`moved from ${vpcId} by someone else, so these links stay: ${someOf(named, MOST_NAMED)}`);
    }
    const asked = `unlink ${plural(instanceIds.length, "instance", "instances")} from ${vpcId} in ${regionId}`;
    const operation = new Operation(asked, context, CHANGE_TIMEOUT_MS);
    const leaving = [...here, ...away.filter((link) => provider.ledger.declaresInstance(link))];
    const reasons = await operation.run(async () =>
      detach(await provider.links(), leaving, operation, { attachTimes: attachTimesOf(state) }),
    );
    if (reasons.size === 0) return;
    const count = `${leaving.length - reasons.size} of ${leaving.length}`;
    const sentences = [...linesOf(reasons), `${count} are unlinked; ${adviceAfterDelete("the links")}`];
    throw new ClassicLinkError(`cannot ${asked}:\n${sentences.join("\n")}`);
  },
};

/**
 * Links and unlinks the members that differ from the state, and restores those that were moved away. Checks first.
 *
 * A member that joins does not wait for one that leaves, which may be locked. Once something may have changed, each failure
 * leaves the resource partially created, with the members that may be linked.
 */
async function change(
  provider: Provider,
  known: Members,
  declared: Declared,
  context: CallContext,
  attachTimes: AttachTimes = () => undefined,
  isImport = false,
): Promise<Found> {
  const { regionId, vpcId, instanceIds } = declared;
  const asked = `link ${plural(instanceIds.length, "instance", "instances")} to ${vpcId} in ${regionId}`;
  const operation = new Operation(asked, context, CHANGE_TIMEOUT_MS);
  const wanted = new Set(instanceIds);
  const leaving = known.instanceIds.filter((id) => !wanted.has(id));

  return await operation.run(async (task) => {
    const links = await provider.links();
    const were = new Set(known.instanceIds);
    const present = await links.present({ regionId, vpcId }, instanceIds, were, task).catch((error: unknown) => {
      const joining = linksTo(vpcId, regionId, instanceIds).filter(({ instanceId }) => !were.has(instanceId));
      const had = joining.filter((link) => provider.ledger.mayExist(link)).map(({ instanceId }) => instanceId);
      // The state of an import has links of others.
      if (had.length === 0 && !isImport) throw error;
      // The resource that had these links leaves them to this one.
      const members = { ...known, instanceIds: [...known.instanceIds, ...had] };
      const { id, outputs } = found(provider, members);
      const times = new Map(had.map((id) => [id, Date.now()]));
      for (const id of known.instanceIds) {
        const time = attachTimes(id);
        if (time !== undefined) times.set(id, time);
      }
      const reason = `cannot ${asked}: ${task.explain(error)}`;
      throw new PartiallyCreatedError(id, outputs, [reason], Object.fromEntries(times));
    });
    const adopted = [...present].filter((id) => !were.has(id)).length;
    if (adopted > 0) operation.report(`${adopted} of ${instanceIds.length} already linked to ${vpcId}: adopted`);

    // Members that leave make room in a full VPC, so they go first. Those that are locked are not waited for.
    let isLeaving = true;
    let allTried = () => {};
    const areTried = new Promise<void>((resolve) => {
      allTried = resolve;
    });
    const left = detach(links, linksTo(vpcId, regionId, leaving), operation, { attachTimes, allTried }).finally(() => {
      isLeaving = false;
    });
    await Promise.race([areTried, left]);
    const missing = instanceIds.filter((id) => !present.has(id));
    const joined = links.attach(linksTo(vpcId, regionId, missing), operation, {
      already: present.size,
      movedTo: (instanceId) => known.movedAway[instanceId],
      mayGetRoom: () => isLeaving,
    });
    const [notDetached, outcomes] = await Promise.all([left, joined]);

    const reasons = new Map(notDetached);
    const linked = new Set(present);
    const times = new Map<string, number>();
    const movedAway: Record<string, string> = {};
    for (const [{ instanceId }, outcome] of outcomes) {
      if (outcome.state === "failed") {
        reasons.set(instanceId, outcome.reason);
        // When a member of this fleet was attached is known already. When another resource attached it is not.
        const isNew = outcome.mayBeNew || (outcome.mayBeLinked && !were.has(instanceId));
        const time = isNew ? Date.now() : attachTimes(instanceId);
        if (time !== undefined && !outcome.isAbsent) times.set(instanceId, time);
        if (outcome.stillMovedTo !== undefined) movedAway[instanceId] = outcome.stillMovedTo;
      }
      // A member that was linked before counts as linked, until it is proven not to be.
      const mayBeLinked =
        outcome.state === "linked" || outcome.mayBeLinked || (were.has(instanceId) && !outcome.isAbsent);
      if (mayBeLinked) linked.add(instanceId);
    }
    if (reasons.size === 0) return found(provider, { ...declared, movedAway: {} });
    for (const id of leaving.filter((member) => notDetached.has(member))) {
      linked.add(id);
      const time = attachTimes(id);
      if (time !== undefined) times.set(id, time);
    }
    const sentences = linesOf(reasons);
    // Nothing was made or existed before, so there is no state to write.
    if (linked.size + known.instanceIds.length === 0 && !isImport) {
      throw new ClassicLinkError(`cannot ${asked}:\n${sentences.join("\n")}`);
    }
    const { id, outputs } = found(provider, { regionId, vpcId, instanceIds: [...linked], movedAway });
    throw new PartiallyCreatedError(id, outputs, sentences, Object.fromEntries(times));
  });
}

/** An import finds all links of a VPC. It adopts only those that the program declares, so an update detaches no others. */
function withoutOthers({ ledger }: Provider, found: Members, { instanceIds }: Declared, context: CallContext): Members {
  const declared = new Set(instanceIds);
  const { regionId, vpcId } = found;
  const isOfOthers = (instanceId: string) =>
    !declared.has(instanceId) && ledger.isOnlyImported({ regionId, vpcId, instanceId });
  const others = found.instanceIds.filter(isOfOthers);
  if (others.length > 0) {
    const links = plural(others.length, "link stays", "links stay");
    context.report?.(
      `${links}, since the program does not declare what the import has found: ${someOf(others, MOST_NAMED)}`,
    );
  }
  return { ...found, instanceIds: found.instanceIds.filter((id) => !isOfOthers(id)) };
}

/** Detaches links. @returns the reason for each instance that could not be detached. */
async function detach(
  links: Links,
  leaving: readonly Link[],
  operation: Operation,
  options: DetachAllOptions,
): Promise<ReadonlyMap<string, string>> {
  const outcomes = await links.detach(leaving, operation, options);
  const stay = [...outcomes].filter(([, { state }]) => state === "stays").map(([{ instanceId }]) => instanceId);
  if (stay.length > 0) {
    operation.report(
      `${plural(stay.length, "link stays", "links stay")}, since the program still declares them: ${someOf(stay, MOST_NAMED)}`,
    );
  }
  const warning = warningOfForgotten(outcomes);
  if (warning !== undefined) operation.warn(warning);
  const failed = (outcome: DetachOutcome) => (outcome.state === "failed" ? [outcome.reason] : []);
  return new Map(
    [...outcomes].flatMap(([{ instanceId }, outcome]) =>
      failed(outcome).map((reason) => [instanceId, reason] as const),
    ),
  );
}

/**
 * One line for each reason, with the members that have it. So a cancelled update of a thousand members stays readable. Members
 * whose reasons differ only in the request and the number of calls share a line, which quotes the first.
 */
function linesOf(reasons: ReadonlyMap<string, string>): string[] {
  const lines = new Map<string, { readonly members: string[]; readonly reason: string }>();
  for (const [instanceId, reason] of [...reasons].sort()) {
    const kind = reason.replace(/, request [^;,]+/g, "").replace(/after \d+ calls? in [^;,]+/g, "");
    const line = lines.get(kind) ?? { members: [], reason };
    line.members.push(instanceId);
    lines.set(kind, line);
  }
  return [...lines.values()].map(({ members, reason }) => `${someOf(members, MOST_FAILED_NAMED)}: ${reason}`);
}

/** Reads where the members are linked. A partially created fleet keeps members that are not listed: they may be listed late. */
async function readMembers(
  provider: Provider,
  known: Members,
  isPartial: boolean,
  context: CallContext,
): Promise<Members> {
  const { regionId, vpcId } = known;
  const members = [...new Set([...known.instanceIds, ...Object.keys(known.movedAway)])];
  const timeoutMs = READ_TIMEOUT_MS + members.length * READ_MEMBER_MS;
  const operation = new Operation(`read the links to ${vpcId} in ${regionId}`, context, timeoutMs);
  const task = new Task(operation);
  const linkedTo = await operation.run(async () => {
    const links = await provider.links();
    return await Promise.all(members.map((instanceId) => links.read({ regionId, instanceId, vpcId }, task)));
  }, task);
  const where = members.map((id, index) => [id, linkedTo[index] ?? (isPartial ? vpcId : undefined)] as const);
  const isElsewhere = (entry: readonly [string, string | undefined]): entry is readonly [string, string] =>
    entry[1] !== undefined && entry[1] !== vpcId;
  return {
    regionId,
    vpcId,
    instanceIds: where.filter(([, at]) => at === vpcId).map(([id]) => id),
    movedAway: Object.fromEntries(where.filter(isElsewhere)),
  };
}

function found(provider: Provider, members: Members, marks: Properties = {}): Found {
  const { regionId, vpcId, instanceIds, movedAway } = members;
  return {
    id: formatLinksId(regionId, vpcId),
    outputs: { vpcId, instanceIds, regionId, movedAway, ...toOutputs(provider.scope()), ...marks },
    inputs: toInputs(members),
  };
}

/** The members that differ from the state. */
function driftOf(known: Members, now: Members): string[] {
  const { vpcId } = known;
  const here = new Set([...now.instanceIds, ...Object.keys(now.movedAway)]);
  const gone = [...known.instanceIds, ...Object.keys(known.movedAway)].filter((id) => !here.has(id));
  const moved = Object.entries(now.movedAway).filter(([id, away]) => known.movedAway[id] !== away);
  const back = now.instanceIds.filter((id) => known.movedAway[id] !== undefined);
  return [
    { what: `no longer linked to ${vpcId}`, members: gone },
    { what: `no longer linked to ${vpcId}, but elsewhere`, members: moved.map(([id, away]) => `${id} to ${away}`) },
    { what: `linked to ${vpcId} again`, members: back },
  ].flatMap(({ what, members }) => (members.length === 0 ? [] : [`drift: ${what}: ${someOf(members, MOST_NAMED)}`]));
}
