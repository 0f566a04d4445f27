/** The calls on resources of one type: protocol messages to the lifecycle and back. */

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
import { hiddenTwin, isHidden } from "../../resources/hidden";
import type { Properties } from "../../resources/inputs";
import { PartiallyCreatedError } from "../../resources/partiallyCreated";
import type { Found, Resource } from "../../resources/resource";
import { diffResponse, failureList } from "./answers";
import { PartiallyCreatedResource } from "./failures";
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
      // An instance cannot hold two links, so the old ones have to go first.
      deleteBeforeReplace: true,
      isDue,
    });
  }

  async create(request: CreateRequest): Promise<CreateResponse> {
    const { values, secrets } = unwrap(request.getProperties());
    const response = new CreateResponse();
    if (request.getPreview()) return response.setProperties(this.#wrap(this.#resource.preview(values), secrets));
    const { id, outputs } = await this.#change(request, secrets, (context) =>
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
    // Without outputs this is an import or a lookup by id, and not the refresh of something known.
    const isKnown = state.regionId !== undefined;
    // Older copies of the protocol know no timeout for reads.
    const timeoutS = request.getTimeout?.() ?? 0;
    const found = await this.#session.run<Found | undefined>(request.getUrn(), timeoutS, (context) =>
      isKnown
        ? this.#resource.read(this.#session.provider, state, context)
        : this.#resource.find(this.#session.provider, request.getId(), context),
    );
    // An empty id takes the resource out of the state.
    if (found === undefined) return new ReadResponse();
    const secrets = new Set([...stateSecrets, ...inputSecrets]);
    return new ReadResponse()
      .setId(found.id)
      .setProperties(this.#wrap(found.outputs, secrets))
      .setInputs(this.#wrap(asGiven(found.inputs, inputs), secrets))
      .setRefreshBeforeUpdate(this.#session.provider.settings.refreshBeforeUpdate());
  }

  async update(request: UpdateRequest): Promise<UpdateResponse> {
    const { values, secrets } = unwrap(request.getNews());
    const response = new UpdateResponse();
    if (request.getPreview()) return response.setProperties(this.#wrap(this.#resource.preview(values), secrets));
    const state = unwrap(request.getOlds()).values;
    const { outputs } = await this.#change(request, secrets, (context) =>
      this.#resource.update(this.#session.provider, state, values, context),
    );
    return response
      .setProperties(this.#wrap(outputs, secrets))
      .setRefreshBeforeUpdate(this.#session.provider.settings.refreshBeforeUpdate());
  }

  async delete(request: DeleteRequest): Promise<void> {
    const state = unwrap(request.getProperties()).values;
    await this.#session.run(request.getUrn(), request.getTimeout(), (context) =>
      this.#resource.delete(this.#session.provider, state, context),
    );
  }

  /** Adds to a partially created resource what only the host knows of it. */
  async #change(
    request: CreateRequest | UpdateRequest,
    secrets: ReadonlySet<string>,
    change: (context: CallContext) => Promise<Found>,
  ): Promise<Found> {
    // Asked before anything is done, because it may throw.
    const refreshBeforeUpdate = this.#session.provider.settings.refreshBeforeUpdate();
    try {
      return await this.#session.run(request.getUrn(), request.getTimeout(), change);
    } catch (error) {
      if (!(error instanceof PartiallyCreatedError)) throw error;
      throw new PartiallyCreatedResource(error, this.#withRevealing(secrets), refreshBeforeUpdate);
    }
  }

  #wrap(outputs: Properties, secrets: ReadonlySet<string>) {
    return wrap(outputs, this.#withRevealing(secrets));
  }

  #withRevealing(secrets: ReadonlySet<string>): ReadonlySet<string> {
    const revealing = Object.entries(this.#resource.reveals).filter(([, input]) => secrets.has(input));
    return new Set([...secrets, ...revealing.flatMap(([output]) => [output, hiddenTwin(output)])]);
  }
}

/** Names the resource of a URN for a message. Source: the grammar of URNs. */
function declarerOf(urn: string, single: boolean): Declarer {
  const name = urn.split("::").slice(3).join("::");
  return { key: urn, label: `${single ? "ClassicLink" : "ClassicLinks"} "${name}"`, single };
}

/** Those inputs that the program gives, or for an import all; and those that Pulumi does not show. */
function asGiven(found: Properties, inputs: Properties): Properties {
  const given = Object.entries(found).filter(([name]) => inputs[name] !== undefined);
  if (given.length === 0) return found;
  return Object.fromEntries([...given, ...Object.entries(found).filter(([name]) => isHidden(name))]);
}
