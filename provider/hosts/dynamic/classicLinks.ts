/** `ClassicLinks` in the dynamic door. */

import type * as pulumi from "@pulumi/pulumi";
import { ClassicLinkError, HALF_MADE, isHalfMade } from "../../classicLinkError";
import { ClassicLinksLifecycle } from "../../classicLinks";
import type { Properties } from "../../inputs";
import { formatLinksId, parseLinksId } from "../../linkId";
import { listLinks } from "../../listLinks";
import { checkLinks, diffLinks, keptLinks, toDeclared, toInputs, toMembers } from "../../members";
import { holderOf, newHolder, toContext, told, toOutputs, toSides } from "./properties";
import * as session from "./session";

/** Its methods are called by Pulumi's host for dynamic providers, with state and inputs in clear. */
export class DynamicClassicLinks implements pulumi.dynamic.ResourceProvider {
  /** Done before its first `await`: the host calls other methods meanwhile. Some operations come without this call. */
  async configure(request: pulumi.dynamic.ConfigureRequest): Promise<void> {
    session.configure(request);
  }

  async check(_olds: Properties, news: Properties): Promise<pulumi.dynamic.CheckResult> {
    const { inputs, failures } = checkLinks(news, session.defaultRegion);
    session.declare(keptLinks(inputs, inputs));
    return { inputs, failures: [...failures] };
  }

  async diff(_id: string, olds: Properties, news: Properties): Promise<pulumi.dynamic.DiffResult> {
    const { replaces, updates } = diffLinks(olds, news);
    session.keep(keptLinks(olds, news), holderOf(olds));
    // An instance cannot hold two links, so the old ones have to go first.
    return { changes: replaces.length + updates.length > 0, replaces, deleteBeforeReplace: true };
  }

  async create(inputs: Properties): Promise<pulumi.dynamic.CreateResult> {
    const holder = newHolder();
    return await told([holder, inputs], async () => {
      const declared = toDeclared(inputs);
      const members = await (await lifecycle()).create(declared, toContext(declared.vpcId, "create", holder, inputs));
      return { id: formatLinksId(declared.regionId, declared.vpcId), outs: toOutputs(members, holder, inputs) };
    });
  }

  async read(id: string, state: Properties): Promise<pulumi.dynamic.ReadResult> {
    return await told([state], async () => {
      if (state.vpcId === undefined) return await find(id, state);
      const halfMade = isHalfMade(state);
      const known = toMembers(state);
      const members = await (await lifecycle()).read(known, halfMade, toContext(known.vpcId, "read", state));
      const { inputs } = toSides(toInputs(members), state);
      const mark = halfMade ? { [HALF_MADE]: true } : {};
      return { id, props: { ...toOutputs(members, state), ...mark }, inputs };
    });
  }

  async update(_id: string, olds: Properties, news: Properties): Promise<pulumi.dynamic.UpdateResult> {
    return await told([olds, news], async () => {
      const declared = toDeclared(news);
      const context = toContext(declared.vpcId, "update", olds, news);
      const members = await (await lifecycle()).update(toMembers(olds), declared, context, isHalfMade(olds));
      return { outs: toOutputs(members, olds, news) };
    });
  }

  async delete(_id: string, state: Properties): Promise<void> {
    await told([state], async () => {
      const members = toMembers(state);
      await (await lifecycle()).delete(members, toContext(members.vpcId, "delete", state), isHalfMade(state));
    });
  }
}

/** Without outputs this is a lookup by id, `ClassicLinks.get`, and not the refresh of something known. */
async function find(id: string, state: Properties): Promise<pulumi.dynamic.ReadResult> {
  const { regionId, vpcId } = parseLinksId(id, session.defaultRegion);
  const links = await listLinks(await session.steps(), { regionId, vpcId }, toContext(vpcId, "read", state));
  if (links.length === 0) {
    throw new ClassicLinkError(`no instance is linked to ${vpcId} in ${regionId}; check the id and the region`);
  }
  const members = { regionId, vpcId, instanceIds: links.map(({ instanceId }) => instanceId), movedAway: {} };
  return { id, props: toOutputs(members, state) };
}

async function lifecycle(): Promise<ClassicLinksLifecycle> {
  return new ClassicLinksLifecycle(await session.steps());
}
