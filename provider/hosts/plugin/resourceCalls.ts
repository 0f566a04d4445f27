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
import { HalfMadeError, isHalfMade } from "../../classicLinkError";
import type { Link } from "../../ecs/client";
import type { CheckResult, Properties } from "../../inputs";
import type { LinkSteps } from "../../linkSteps";
import type { CallContext } from "../../operation";
import { diffResponse, failureList } from "./answers";
import { HalfMadeResource } from "./failures";
import type { Session } from "./session";
import { unwrap, wrap } from "./values";

/** What differs between the types of resources. All values are in clear, and inputs have been checked. */
export interface ResourceType {
  /** Outputs that would give a secret input away: output → input. */
  readonly tells: Readonly<Record<string, string>>;
  check(news: Properties, defaultRegion: () => string): CheckResult;
  diff(olds: Properties, news: Properties): { replaces: readonly string[]; updates: readonly string[] };
  /** The links that a resource has and goes on to declare. */
  kept(olds: Properties, news: Properties): readonly Link[];
  /** The outputs of what is as declared. Values that are not known yet stay so. */
  outputsOf(inputs: Properties): Properties;
  /** @throws {HalfMadeError} as {@link update} does. */
  create(steps: LinkSteps, inputs: Properties, context: CallContext): Promise<Found>;
  update(steps: LinkSteps, state: Properties, inputs: Properties, context: CallContext): Promise<Found>;
  /** Finds what the state knows, and tells of drift. Undefined when it is gone. */
  read(steps: LinkSteps, state: Properties, context: CallContext): Promise<Found | undefined>;
  /** Finds what nobody knows yet, by its id. Throws when there is no such thing. */
  find(steps: LinkSteps, id: string, defaultRegion: () => string, context: CallContext): Promise<Found>;
  delete(steps: LinkSteps, state: Properties, context: CallContext): Promise<void>;
}

/** A resource as it is in the cloud. */
export interface Found {
  readonly id: string;
  readonly outputs: Properties;
  /** The inputs that would declare it. */
  readonly declared: Properties;
}

export class ResourceCalls {
  readonly #type: ResourceType;
  readonly #session: Session;
  readonly #defaultRegion = () => this.#session.settings.defaultRegion();

  constructor(type: ResourceType, session: Session) {
    this.#type = type;
    this.#session = session;
  }

  check(request: CheckRequest): CheckResponse {
    const { values, secrets } = unwrap(request.getNews());
    const { inputs, failures } = this.#type.check(values, this.#defaultRegion);
    this.#session.declare(this.#type.kept(inputs, inputs));
    return new CheckResponse().setInputs(wrap(inputs, secrets)).setFailuresList(failureList(failures));
  }

  diff(request: DiffRequest): DiffResponse {
    const olds = unwrap(request.getOlds()).values;
    const news = unwrap(request.getNews()).values;
    const ignored = new Set<string>(request.getIgnorechangesList());
    const { replaces, updates } = this.#type.diff(olds, news);
    this.#session.keep(this.#type.kept(olds, news), request.getUrn());
    const counts = (property: string) => !ignored.has(property);
    return diffResponse({
      olds,
      news: this.#type.outputsOf(news),
      changed: [...replaces, ...updates].filter(counts),
      replaces: replaces.filter(counts),
      // An instance cannot hold two links, so the old ones have to go first.
      deleteBeforeReplace: true,
      unfinished: isHalfMade(olds),
    });
  }

  async create(request: CreateRequest): Promise<CreateResponse> {
    const { values, secrets } = unwrap(request.getProperties());
    const response = new CreateResponse();
    if (request.getPreview()) return response.setProperties(this.#wrap(this.#type.outputsOf(values), secrets));
    const { id, outputs } = await this.#change(request, secrets, (steps, context) =>
      this.#type.create(steps, values, context),
    );
    return response
      .setId(id)
      .setProperties(this.#wrap(outputs, secrets))
      .setRefreshBeforeUpdate(this.#session.settings.refreshBeforeUpdate());
  }

  async read(request: ReadRequest): Promise<ReadResponse> {
    const { values: state, secrets: stateSecrets } = unwrap(request.getProperties());
    const { values: inputs, secrets: inputSecrets } = unwrap(request.getInputs());
    // Without outputs this is an import or a lookup by id, and not the refresh of something known.
    const isKnown = state.regionId !== undefined;
    // Older copies of the protocol know no timeout for reads.
    const timeoutS = request.getTimeout?.() ?? 0;
    const found = await this.#session.run(request.getUrn(), timeoutS, async (steps, context) =>
      isKnown
        ? await this.#type.read(steps, state, context)
        : await this.#type.find(steps, request.getId(), this.#defaultRegion, context),
    );
    // An empty id takes the resource out of the state.
    if (found === undefined) return new ReadResponse();
    const secrets = new Set([...stateSecrets, ...inputSecrets]);
    return new ReadResponse()
      .setId(found.id)
      .setProperties(this.#wrap(found.outputs, secrets))
      .setInputs(wrap(asGiven(found.declared, inputs), secrets))
      .setRefreshBeforeUpdate(this.#session.settings.refreshBeforeUpdate());
  }

  async update(request: UpdateRequest): Promise<UpdateResponse> {
    const { values, secrets } = unwrap(request.getNews());
    const response = new UpdateResponse();
    if (request.getPreview()) return response.setProperties(this.#wrap(this.#type.outputsOf(values), secrets));
    const state = unwrap(request.getOlds()).values;
    const { outputs } = await this.#change(request, secrets, (steps, context) =>
      this.#type.update(steps, state, values, context),
    );
    return response
      .setProperties(this.#wrap(outputs, secrets))
      .setRefreshBeforeUpdate(this.#session.settings.refreshBeforeUpdate());
  }

  async delete(request: DeleteRequest): Promise<void> {
    const state = unwrap(request.getProperties()).values;
    await this.#session.run(request.getUrn(), request.getTimeout(), (steps, context) =>
      this.#type.delete(steps, state, context),
    );
  }

  /** Adds to what is half made what only the door knows of it. */
  async #change(
    request: CreateRequest | UpdateRequest,
    secrets: ReadonlySet<string>,
    change: (steps: LinkSteps, context: CallContext) => Promise<Found>,
  ): Promise<Found> {
    // Asked before anything is done, because it may throw.
    const refreshBeforeUpdate = this.#session.settings.refreshBeforeUpdate();
    try {
      return await this.#session.run(request.getUrn(), request.getTimeout(), change);
    } catch (error) {
      if (!(error instanceof HalfMadeError)) throw error;
      throw new HalfMadeResource(error, this.#withTelling(secrets), refreshBeforeUpdate);
    }
  }

  #wrap(outputs: Properties, secrets: ReadonlySet<string>) {
    return wrap(outputs, this.#withTelling(secrets));
  }

  #withTelling(secrets: ReadonlySet<string>): ReadonlySet<string> {
    const telling = Object.entries(this.#type.tells).filter(([, input]) => secrets.has(input));
    return new Set([...secrets, ...telling.map(([output]) => output)]);
  }
}

/** Those inputs that the program gives, or for an import all. */
function asGiven(declared: Properties, inputs: Properties): Properties {
  const given = Object.entries(declared).filter(([name]) => inputs[name] !== undefined);
  return given.length === 0 ? declared : Object.fromEntries(given);
}
