/** A resource in the dynamic host: what Pulumi calls, translated to the resource and back. */

import type * as pulumi from "@pulumi/pulumi";
import { ClassicLinkError } from "../../links/errors";
import type { CallContext } from "../../links/operation";
import type { Properties } from "../../resources/inputs";
import { PartiallyCreatedError } from "../../resources/partiallyCreated";
import type { Found, Resource } from "../../resources/resource";
import {
  contextOf,
  declarerOf,
  type HiddenProperties,
  hiddenOf,
  PROVIDER_KEY,
  secretsOf,
  withoutDeclarer,
  withSecrets,
} from "./properties";
import { maskOf } from "../secret";
import * as session from "./session";

/** Pulumi's host for dynamic providers calls its methods, with state and inputs in clear. */
export class DynamicResource implements pulumi.dynamic.ResourceProvider {
  readonly #resource: Resource;

  constructor(resource: Resource) {
    this.#resource = resource;
  }

  /** Works before its first `await`, because the host does not wait for it. Some operations do not call it. */
  async configure(request: pulumi.dynamic.ConfigureRequest): Promise<void> {
    session.configure(request);
  }

  async check(olds: Properties, news: Properties): Promise<pulumi.dynamic.CheckResult> {
    const by = declarerOf(news, this.#resource.isSingle);
    const { inputs, failures } = this.#resource.check(session.provider(), withoutDeclarer(news), olds, by);
    return { inputs, failures: [...failures] };
  }

  async diff(_id: string, olds: Properties, news: Properties): Promise<pulumi.dynamic.DiffResult> {
    const { replaces, updates, isDue } = this.#resource.diff(session.provider(), olds, news);
    // An instance cannot have two links, so the old one is detached first.
    return {
      changes: replaces.length + updates.length > 0 || isDue,
      replaces: [...replaces],
      deleteBeforeReplace: true,
    };
  }

  async create(inputs: Properties): Promise<pulumi.dynamic.CreateResult> {
    const { id, outputs } = await this.#call("create", inputs, (context) =>
      this.#resource.create(session.provider(), inputs, context),
    );
    return { id, outs: this.#outputs(outputs, hiddenOf(inputs)) };
  }

  async read(id: string, state: Properties): Promise<pulumi.dynamic.ReadResult> {
    // Without outputs this is `ClassicLink.get`, which reads by id, and not a refresh.
    const isKnown = state.regionId !== undefined;
    const found = await this.#call<Found | undefined>("read", state, (context) =>
      isKnown
        ? this.#resource.read(session.provider(), state, context)
        : this.#resource.find(session.provider(), id, context),
    );
    if (found === undefined) return { id: "", props: {} };
    // A refresh keeps properties of the state that it does not know.
    const hidden = hiddenOf(state);
    const inputs = this.#outputs(found.inputs, { ...hidden, outputs: {} });
    return { id: found.id, props: this.#outputs(found.outputs, hidden), inputs };
  }

  async update(_id: string, olds: Properties, news: Properties): Promise<pulumi.dynamic.UpdateResult> {
    const { outputs } = await this.#call(
      "update",
      news,
      (context) => this.#resource.update(session.provider(), olds, news, context),
      olds,
    );
    return { outs: this.#outputs(outputs, hiddenOf(news)) };
  }

  async delete(_id: string, state: Properties): Promise<void> {
    await this.#call("delete", state, (context) => this.#resource.delete(session.provider(), state, context));
  }

  #outputs(outputs: Properties, hidden: HiddenProperties): Record<string, unknown> {
    return withSecrets(
      { ...hidden.outputs, ...outputs, ...hidden.inputs },
      secretsOf(hidden.inputs, this.#resource.reveals),
    );
  }

  /** Throws only errors that Pulumi prints well, and adds to partial ones what their state needs. */
  async #call<T>(
    name: "create" | "read" | "update" | "delete",
    properties: Properties,
    call: (context: CallContext) => Promise<T>,
    olds: Properties = {},
  ): Promise<T> {
    const mask = maskOf(secretsOf(properties, this.#resource.reveals), properties, olds);
    try {
      const context = contextOf(name, properties, mask);
      session.provider().warnOfConnection((message) => context.warn?.(message));
      return await call(context);
    } catch (error) {
      if (error instanceof PartiallyCreatedError) {
        // The host adds the stored line only to results. Without it, the state could never be read again.
        const line = { [PROVIDER_KEY]: properties[PROVIDER_KEY] };
        throw error.rephrased(mask).with({ ...this.#outputs(error.properties, hiddenOf(properties)), ...line });
      }
      if (error instanceof ClassicLinkError) throw error.rephrased(mask);
      throw new ClassicLinkError(error instanceof Error ? error.message : String(error));
    }
  }
}
