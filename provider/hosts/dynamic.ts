/** The door for Pulumi's host of dynamic providers: what the line in the state loads. */

import type * as pulumi from "@pulumi/pulumi";
import { type ClassicLinkLifecycle, checkLink, diffLink, toLink } from "../classicLink";
import { ClassicLinkError, HalfMadeError } from "../classicLinkError";
import type { Link } from "../ecs/client";
import type { Properties } from "../inputs";
import { formatLinkId, parseLinkId } from "../linkId";
import type { CallContext } from "../operation";
import { Settings } from "../settings";
import { connect } from "./connect";

/** What Pulumi adds to the properties of a dynamic resource, and what the resource class adds. Kept as they are. */
const PROVIDER_KEY = "__provider";
const TIMEOUTS_KEY = "__timeouts";

/** The provider object. Its methods are called by the host, with state and inputs in clear. */
class DynamicProvider implements pulumi.dynamic.ResourceProvider {
  #settings = new Settings();
  #connected: Promise<ClassicLinkLifecycle> | undefined;

  /**
   * Takes the whole configuration of the stack, before its first `await`: the host calls other methods meanwhile. What is
   * wrong with a setting is told by the call that needs it. Some operations come without this call.
   */
  async configure({ config }: pulumi.dynamic.ConfigureRequest): Promise<void> {
    this.#settings = new Settings((key) => config.get(key));
    this.#connected = undefined;
  }

  async check(_olds: Properties, news: Properties): Promise<pulumi.dynamic.CheckResult> {
    const { inputs, failures } = checkLink(news, () => this.#settings.defaultRegion());
    return { inputs, failures: [...failures] };
  }

  async diff(_id: string, olds: Properties, news: Properties): Promise<pulumi.dynamic.DiffResult> {
    const replaces = diffLink(olds, news);
    // An instance cannot hold two links, so the old one has to go first.
    return { changes: replaces.length > 0, replaces, deleteBeforeReplace: true };
  }

  async create(inputs: Properties): Promise<pulumi.dynamic.CreateResult> {
    return await told(inputs, async () => {
      const link = toLink(inputs);
      await (await this.#lifecycle()).create(link, contextOf(link, inputs, "create"));
      return { id: formatLinkId(link.regionId, link.instanceId), outs: outputsOf(link, inputs) };
    });
  }

  async read(id: string, state: Properties): Promise<pulumi.dynamic.ReadResult> {
    return await told(state, async () => {
      // Without outputs this is a lookup by id, `ClassicLink.get`, and not the refresh of something known.
      const known = state.instanceId === undefined ? undefined : toLink(state);
      const named = known ?? parseLinkId(id, () => this.#settings.defaultRegion());
      const link = await (await this.#lifecycle()).read(named);
      if (link !== undefined)
        return { id: formatLinkId(link.regionId, link.instanceId), props: outputsOf(link, state) };
      if (known === undefined) {
        throw new ClassicLinkError(
          `${named.instanceId} is not linked in ${named.regionId}; check the id and the region`,
        );
      }
      return { id: "", props: {} };
    });
  }

  async update(_id: string, _olds: Properties, news: Properties): Promise<pulumi.dynamic.UpdateResult> {
    return await told(news, async () => {
      const link = toLink(news);
      await (await this.#lifecycle()).update(link, contextOf(link, news, "update"));
      return { outs: outputsOf(link, news) };
    });
  }

  async delete(_id: string, state: Properties): Promise<void> {
    await told(state, async () => {
      const link = toLink(state);
      await (await this.#lifecycle()).delete(link, contextOf(link, state, "delete"));
    });
  }

  #lifecycle(): Promise<ClassicLinkLifecycle> {
    this.#connected ??= connect(this.#settings);
    return this.#connected;
  }
}

/** The outputs in the state: the link, and the timeouts, which a later delete can learn from nowhere else. */
function outputsOf(link: Link, properties: Properties): Record<string, unknown> {
  const timeouts = properties[TIMEOUTS_KEY];
  // A member that is undefined cannot be encoded, and the call would fail after its work is done.
  return { ...link, ...(timeouts === undefined ? {} : { [TIMEOUTS_KEY]: timeouts }) };
}

function contextOf({ instanceId }: Link, properties: Properties, call: "create" | "update" | "delete"): CallContext {
  const seconds: unknown = Object.entries(properties[TIMEOUTS_KEY] ?? {}).find(([name]) => name === call)?.[1];
  return {
    ...(typeof seconds === "number" ? { timeoutMs: seconds * 1000 } : {}),
    // The host's output is shown under the stack, so the line itself has to say whom it is about.
    report: (message) => console.log(`${instanceId}: ${message}`),
  };
}

/** Lets only errors out that read well in Pulumi's output, and gives half-made ones what their state needs. */
async function told<T>(properties: Properties, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof HalfMadeError) {
      // The host adds the stored line to what succeeds, and not to this; without it the state could never be read again.
      const line = { [PROVIDER_KEY]: properties[PROVIDER_KEY] };
      const timeouts = properties[TIMEOUTS_KEY] === undefined ? {} : { [TIMEOUTS_KEY]: properties[TIMEOUTS_KEY] };
      throw new HalfMadeError(error.id, { ...error.properties, ...timeouts, ...line }, error.reasons);
    }
    if (error instanceof ClassicLinkError) throw error;
    throw new ClassicLinkError(error instanceof Error ? error.message : String(error));
  }
}

export = new DynamicProvider();
