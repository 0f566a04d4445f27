/** `ClassicLink` in the dynamic door. */

import type * as pulumi from "@pulumi/pulumi";
import { ClassicLinkLifecycle, checkLink, diffLink, isSomebodyElses, keptLink, toLink } from "../../classicLink";
import { ClassicLinkError, isHalfMade } from "../../classicLinkError";
import type { Properties } from "../../inputs";
import { formatLinkId, parseLinkId } from "../../linkId";
import { holderOf, newHolder, toContext, toOutputs, toSides, told } from "./properties";
import * as session from "./session";

/** Its methods are called by Pulumi's host for dynamic providers, with state and inputs in clear. */
export class DynamicClassicLink implements pulumi.dynamic.ResourceProvider {
  /** Done before its first `await`: the host calls other methods meanwhile. Some operations come without this call. */
  async configure(request: pulumi.dynamic.ConfigureRequest): Promise<void> {
    session.configure(request);
  }

  async check(_olds: Properties, news: Properties): Promise<pulumi.dynamic.CheckResult> {
    const { inputs, failures } = checkLink(news, session.defaultRegion);
    session.declare(keptLink(inputs, inputs));
    return { inputs, failures: [...failures] };
  }

  async diff(_id: string, olds: Properties, news: Properties): Promise<pulumi.dynamic.DiffResult> {
    const replaces = diffLink(olds, news);
    session.keep(keptLink(olds, news), holderOf(olds));
    // An instance cannot hold two links, so the old one has to go first.
    return { changes: replaces.length > 0 || isHalfMade(olds), replaces, deleteBeforeReplace: true };
  }

  async create(inputs: Properties): Promise<pulumi.dynamic.CreateResult> {
    const holder = newHolder();
    return await told([holder, inputs], async () => {
      const link = toLink(inputs);
      await (await lifecycle()).create(link, toContext(link.instanceId, "create", holder, inputs));
      return { id: formatLinkId(link.regionId, link.instanceId), outs: toOutputs(link, holder, inputs) };
    });
  }

  async read(id: string, state: Properties): Promise<pulumi.dynamic.ReadResult> {
    return await told([state], async () => {
      // Without outputs this is a lookup by id, `ClassicLink.get`, and not the refresh of something known.
      const known = state.instanceId === undefined ? undefined : toLink(state);
      const named = known ?? parseLinkId(id, session.defaultRegion);
      const link = await (await lifecycle()).read(named, toContext(named.instanceId, "read", state));
      if (known !== undefined && isHalfMade(state) && isSomebodyElses(known, link)) return { id: "", props: {} };
      if (link !== undefined) {
        // With the inputs that would have made what was found, the next refresh has nothing to show again.
        const { inputs, outputs } = toSides(link, state);
        return { id: formatLinkId(link.regionId, link.instanceId), props: outputs, inputs };
      }
      if (known === undefined) {
        throw new ClassicLinkError(
          `${named.instanceId} is not linked in ${named.regionId}; check the id and the region`,
        );
      }
      return isHalfMade(state) ? { id, props: { ...state } } : { id: "", props: {} };
    });
  }

  async update(_id: string, olds: Properties, news: Properties): Promise<pulumi.dynamic.UpdateResult> {
    return await told([olds, news], async () => {
      const link = toLink(news);
      await (await lifecycle()).update(link, toContext(link.instanceId, "update", olds, news));
      return { outs: toOutputs(link, olds, news) };
    });
  }

  async delete(_id: string, state: Properties): Promise<void> {
    await told([state], async () => {
      const link = toLink(state);
      await (await lifecycle()).delete(link, toContext(link.instanceId, "delete", state), isHalfMade(state));
    });
  }
}

async function lifecycle(): Promise<ClassicLinkLifecycle> {
  return new ClassicLinkLifecycle(await session.steps());
}
