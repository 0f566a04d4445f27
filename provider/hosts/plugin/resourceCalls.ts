/** The calls on resources of one type: translates protocol messages to the resource and back. */

import {
  type CheckRequest,
  CheckResponse,
  type CreateRequest,
  CreateResponse,
  type DeleteRequest,
  type DiffRequest,
  type DiffResponse,
  type ReadRequest,
  ReadResponse,
  type UpdateRequest,
  UpdateResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import type { Declarer } from "../../links/ledger";
import type { CallContext } from "../../links/operation";
import { isHidden } from "../../resources/hidden";
import type { Properties } from "../../resources/inputs";
import { PartiallyCreatedError } from "../../resources/partiallyCreated";
import type { Found, Resource } from "../../resources/resource";
import { maskOf, withRevealing } from "../secret";
import { diffResponse, failureList } from "./responses";
import { PartiallyCreatedResource } from "./grpcFailure";
import type { Session } from "./session";
import { unwrap, wrap } from "./values";

export class ResourceCalls {
  readonly #resource: Resource;
  readonly #session: Session;

  constructor(resource: Resource, session: Session) {
    this.#resource = resource;
    this.#session = session;
  }

  check(request: CheckRequest): CheckResponse {
    const { values, secrets } = unwrap(request.getNews());
    const olds = unwrap(request.getOlds()).values;
    const by = declarerOf(request.getUrn(), this.#resource.isSingle);
    const { inputs, failures } = this.#resource.check(this.#session.provider, values, olds, by);
    return new CheckResponse().setInputs(wrap(inputs, secrets)).setFailuresList(failureList(failures));
  }

  diff(request: DiffRequest): DiffResponse {
    const olds = unwrap(request.getOlds()).values;
    const news = unwrap(request.getNews()).values;
    const ignored = new Set<string>(request.getIgnorechangesList());
    const { replaces, updates, isDue } = this.#resource.diff(this.#session.provider, olds, news);
    const counts = (property: string) => !ignored.has(property);
    return diffResponse({
      olds,
      news: this.#resource.preview(news),
      changed: [...replaces, ...updates].filter(counts),
      replaces: replaces.filter(counts),
      // An instance cannot have two links, so the old link is detached first.
      deleteBeforeReplace: true,
      isDue,
    });
  }

  async create(request: CreateRequest): Promise<CreateResponse> {
    const { values, secrets } = unwrap(request.getProperties());
    const response = new CreateResponse();
    if (request.getPreview()) return response.setProperties(this.#wrap(this.#resource.preview(values), secrets));
    const { id, outputs } = await this.#change(request, secrets, [values], (context) =>
      this.#resource.create(this.#session.provider, values, context),
    );
    return response
      .setId(id)
      .setProperties(this.#wrap(outputs, secrets))
      .setRefreshBeforeUpdate(this.#session.provider.settings.refreshBeforeUpdate());
  }

  async read(request: ReadRequest): Promise<ReadResponse> {
    const { values: state, secrets: stateSecrets } = unwrap(request.getProperties());
    const { values: inputs, secrets: inputSecrets } = unwrap(request.getInputs());
    // Without outputs, this is an import or a lookup by id. Otherwise it is a refresh.
    const isKnown = state.regionId !== undefined;
    // In older versions of the protocol, reads have no timeout.
    const timeoutS = request.getTimeout?.() ?? 0;
    const secrets = new Set([...stateSecrets, ...inputSecrets]);
    const by = declarerOf(request.getUrn(), this.#resource.isSingle);
    const found = await this.#session.run<Found | undefined>(
      request.getUrn(),
      timeoutS,
      (context) =>
        isKnown
          ? this.#resource.read(this.#session.provider, state, context)
          : this.#resource.find(this.#session.provider, request.getId(), context, by),
      maskOf(this.#withRevealing(secrets), state, inputs),
    );
    // An empty id removes the resource from the state.
    if (found === undefined) return new ReadResponse();
    return new ReadResponse()
      .setId(found.id)
      .setProperties(this.#wrap(found.outputs, secrets))
      .setInputs(this.#wrap(declaredInputs(found.inputs, inputs), secrets))
      .setRefreshBeforeUpdate(this.#session.provider.settings.refreshBeforeUpdate());
  }

  async update(request: UpdateRequest): Promise<UpdateResponse> {
    const { values, secrets } = unwrap(request.getNews());
    const response = new UpdateResponse();
    if (request.getPreview()) return response.setProperties(this.#wrap(this.#resource.preview(values), secrets));
    const { values: state, secrets: stateSecrets } = unwrap(request.getOlds());
    const { outputs } = await this.#change(
      request,
      new Set([...secrets, ...stateSecrets]),
      [values, state],
      (context) => this.#resource.update(this.#session.provider, state, values, context),
    );
    return response
      .setProperties(this.#wrap(outputs, secrets))
      .setRefreshBeforeUpdate(this.#session.provider.settings.refreshBeforeUpdate());
  }

  async delete(request: DeleteRequest): Promise<void> {
    const { values: state, secrets } = unwrap(request.getProperties());
    await this.#session.run(
      request.getUrn(),
      request.getTimeout(),
      (context) => this.#resource.delete(this.#session.provider, state, context),
      maskOf(this.#withRevealing(secrets), state),
    );
  }

  /** Runs a create or an update. Adds the host's facts to the error of a partially created resource. */
  async #change(
    request: CreateRequest | UpdateRequest,
    secrets: ReadonlySet<string>,
    properties: readonly Properties[],
    change: (context: CallContext) => Promise<Found>,
  ): Promise<Found> {
    // Reads the setting before the change, because it may throw.
    const refreshBeforeUpdate = this.#session.provider.settings.refreshBeforeUpdate();
    try {
      const mask = maskOf(this.#withRevealing(secrets), ...properties);
      return await this.#session.run(request.getUrn(), request.getTimeout(), change, mask);
    } catch (error) {
      if (!(error instanceof PartiallyCreatedError)) throw error;
      throw new PartiallyCreatedResource(error, this.#withRevealing(secrets), refreshBeforeUpdate);
    }
  }

  #wrap(outputs: Properties, secrets: ReadonlySet<string>) {
    return wrap(outputs, this.#withRevealing(secrets));
  }

  /** The secret inputs, and the outputs that reveal them. */
  #withRevealing(secrets: ReadonlySet<string>): ReadonlySet<string> {
    return withRevealing(secrets, this.#resource.reveals);
  }
}

/** The declarer with a URN. Source: the grammar of URNs. */
function declarerOf(urn: string, single: boolean): Declarer {
  const name = urn.split("::").slice(3).join("::");
  return { key: urn, label: `${single ? "ClassicLink" : "ClassicLinks"} "${name}"`, single };
}

/** The inputs that the program sets, and the hidden ones. For an import, all inputs. */
function declaredInputs(found: Properties, inputs: Properties): Properties {
  const given = Object.entries(found).filter(([name]) => inputs[name] !== undefined);
  if (given.length === 0) return found;
  return Object.fromEntries([...given, ...Object.entries(found).filter(([name]) => isHidden(name))]);
}
