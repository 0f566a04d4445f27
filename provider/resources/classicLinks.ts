/** The lifecycle of many links to one VPC, held as one resource: create, read, update, delete. `members.ts` has their data. */

import { actAndConfirm } from "./actAndConfirm";
import { isProofOfNoLink, MayBeLinked } from "./attachErrors";
import { READ_TIMEOUT_MS } from "./classicLink";
import { ClassicLinkError, HalfMadeError } from "./classicLinkError";
import type { Link } from "./ecs/client";
import { formatLinksId } from "./linkId";
import type { LinkSteps } from "./linkSteps";
import { type Declared, linksTo, type Members } from "./members";
import { type CallContext, Operation, plural } from "./operation";
import { Tally } from "./tally";

/** How long a create, update or delete may take by default, in ms. A thousand calls may need many windows of a throttle. */
const CHANGE_MANY_TIMEOUT_MS = 3_600_000;

/** Creates, reads, updates and deletes the links of a VPC. One for a whole process. */
export class ClassicLinksLifecycle {
  readonly #steps: LinkSteps;

  constructor(steps: LinkSteps) {
    this.#steps = steps;
  }

  /**
   * Links all members. Those that are linked already are adopted; links of others in the VPC are not touched.
   *
   * Source: AttachClassicLinkVpc, DescribeClassicLinkInstances.
   *
   * @throws {HalfMadeError} when some members could not be linked: the outputs hold those that are, the reasons name the others.
   * @throws {ClassicLinkError} when none could.
   */
  async create(declared: Declared, context: CallContext = {}): Promise<Members> {
    return await this.#change({ ...declared, instanceIds: [], movedAway: {} }, declared, context, false);
  }

  /**
   * Links and unlinks what differs from the state, and puts back what has moved away, detaching only from the VPC that the
   * state names. Looks first, so that it does nothing that is done already. Throws as create does.
   *
   * @param halfMade whether links of the state may exist without being listed yet.
   */
  async update(olds: Members, declared: Declared, context: CallContext = {}, halfMade = false): Promise<Members> {
    return await this.#change(olds, declared, context, halfMade);
  }

  /**
   * Reads where the members are linked. Those of half-made links that are not listed are kept: they may be listed yet.
   *
   * Source: DescribeClassicLinkInstances.
   *
   * @throws {ClassicLinkError} when that cannot be told of one of them.
   */
  async read(state: Members, halfMade: boolean, context: CallContext = {}): Promise<Members> {
    const { regionId, vpcId } = state;
    const operation = new Operation(`read the links to ${vpcId} in ${regionId}`, context, READ_TIMEOUT_MS);
    const members = [...new Set([...state.instanceIds, ...Object.keys(state.movedAway)])];
    try {
      const linkedTo = await Promise.all(
        members.map((instanceId) =>
          operation.retry(() => this.#steps.read({ regionId, instanceId, vpcId }, operation.caller)),
        ),
      );
      const here = members.filter((_, index) => (linkedTo[index] ?? (halfMade ? vpcId : undefined)) === vpcId);
      const away = members.flatMap((member, index) => {
        const elsewhere = linkedTo[index];
        return elsewhere === undefined || elsewhere === vpcId ? [] : [[member, elsewhere] as const];
      });
      return { regionId, vpcId, instanceIds: here, movedAway: Object.fromEntries(away) };
    } catch (error) {
      throw operation.failure(error);
    } finally {
      operation.close();
    }
  }

  /**
   * Unlinks all members that the state holds.
   *
   * @param halfMade whether links of the state may exist without being listed yet.
   * @throws {ClassicLinkError} when some are still linked, one line for each.
   */
  async delete(state: Members, context: CallContext = {}, halfMade = false): Promise<void> {
    const { regionId, vpcId, instanceIds } = state;
    const asked = `unlink ${plural(instanceIds.length, "instance", "instances")} from ${vpcId} in ${regionId}`;
    const operation = new Operation(asked, context, CHANGE_MANY_TIMEOUT_MS);
    try {
      const tally = new Tally(instanceIds.length, "unlinked", operation);
      await this.#steps.unlink(linksTo(vpcId, state, instanceIds), operation, { tally, halfMade });
      if (tally.reasons.length > 0) throw new ClassicLinkError(`cannot ${asked}:\n${tally.reasons.sort().join("\n")}`);
    } catch (error) {
      throw operation.failure(error);
    } finally {
      operation.close();
    }
  }

  async #change(olds: Members, declared: Declared, context: CallContext, halfMade: boolean): Promise<Members> {
    const { regionId, vpcId, instanceIds } = declared;
    const asked = `link ${plural(instanceIds.length, "instance", "instances")} to ${vpcId} in ${regionId}`;
    const operation = new Operation(asked, context, CHANGE_MANY_TIMEOUT_MS);
    const wanted = new Set(instanceIds);
    const removed = linksTo(
      vpcId,
      olds,
      olds.instanceIds.filter((id) => !wanted.has(id)),
    );
    const moved = Object.entries(olds.movedAway).flatMap(([id, away]) =>
      wanted.has(id) ? linksTo(away, olds, [id]) : [],
    );
    try {
      const leaving = new Tally(removed.length + moved.length, "unlinked", operation);
      await this.#steps.unlink([...removed, ...moved], operation, { tally: leaving, halfMade });
      const { stuck } = leaving;
      const present = await operation.retry(() => this.#steps.holdListed({ regionId, vpcId }, instanceIds, operation));
      const had = new Set(olds.instanceIds);
      const adopted = [...present].filter((id) => !had.has(id)).length;
      if (adopted > 0) operation.tell(`${adopted} of ${instanceIds.length} already linked to ${vpcId}: adopted`);
      const joining = new Tally(instanceIds.length, "linked", operation, present.size);
      const missing = instanceIds.filter(
        (id) => !present.has(id) && !moved.some((link) => link.instanceId === id && stuck.has(link)),
      );
      const linked = await this.#attachAll(linksTo(vpcId, declared, missing), operation, joining, olds.instanceIds);
      const reasons = [...leaving.reasons, ...joining.reasons].sort();
      if (reasons.length === 0) return { ...declared, movedAway: {} };
      const holds = new Set([
        ...present,
        ...linked,
        ...removed.filter((link) => stuck.has(link)).map((link) => link.instanceId),
      ]);
      // Nothing was made, and nothing was there before: then there is nothing to keep.
      if (holds.size + olds.instanceIds.length === 0)
        throw new ClassicLinkError(`cannot ${asked}:\n${reasons.join("\n")}`);
      const properties: Members = {
        regionId,
        vpcId,
        instanceIds: [...holds],
        movedAway: Object.fromEntries(
          moved.filter((link) => stuck.has(link)).map((link) => [link.instanceId, link.vpcId]),
        ),
      };
      throw new HalfMadeError(formatLinksId(regionId, vpcId), { ...properties }, reasons);
    } catch (error) {
      throw operation.failure(error);
    } finally {
      operation.close();
    }
  }

  /**
   * Attaches links, and waits until they are listed. Returns the members that are, or may be, linked. Those that were
   * before are until something proves that they are not: not every attach that fails has come to ask.
   */
  async #attachAll(
    links: readonly Link[],
    operation: Operation,
    tally: Tally,
    before: readonly string[],
  ): Promise<readonly string[]> {
    const linked = new Set<Link>();
    const were = new Set(before);
    const attach = async (link: Link, waits: () => void): Promise<boolean> => {
      const onWait = (reason: string) => {
        waits();
        tally.waiting(link, reason);
      };
      try {
        const { listed } = await this.#steps.attach(link, operation, { onWait });
        linked.add(link);
        tally.done(link);
        return !listed;
      } catch (error) {
        const mayBeLinked = error instanceof MayBeLinked || (were.has(link.instanceId) && !isProofOfNoLink(error));
        if (mayBeLinked) linked.add(link);
        tally.failed(link, error instanceof MayBeLinked ? error.cause : error);
        return false;
      }
    };
    await actAndConfirm(links, attach, operation, async (accepted) => {
      const left = new Set(accepted);
      try {
        await this.#steps.untilListed(accepted, operation, (link) => left.delete(link));
      } catch (error) {
        const cause = operation.causeOf(error instanceof MayBeLinked ? error.cause : error);
        for (const link of left) tally.failed(link, new Error(cause));
      }
    });
    return [...linked].map(({ instanceId }) => instanceId);
  }
}
