/** The calls on a resource of type ClassicLink: protocol messages to the lifecycle and back. */

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
import { checkLink, diffLink, LINK_PROPERTIES, toLink } from "../../classicLink";
import { ClassicLinkError, HALF_MADE, HalfMadeError, isHalfMade } from "../../classicLinkError";
import type { Link } from "../../ecs/client";
import type { Properties } from "../../inputs";
import { formatLinkId, parseLinkId } from "../../linkId";
import { diffResponse, failureList } from "./answers";
import { HalfMadeResource } from "./failures";
import type { Session } from "./session";
import { unwrap, wrap } from "./values";

export class LinkCalls {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  check(request: CheckRequest): CheckResponse {
    const { values, secrets } = unwrap(request.getNews());
    const { inputs, failures } = checkLink(values, () => this.#session.settings.defaultRegion());
    const response = new CheckResponse();
    response.setInputs(wrap(inputs, secrets));
    response.setFailuresList(failureList(failures));
    return response;
  }

  diff(request: DiffRequest): DiffResponse {
    const olds = unwrap(request.getOlds()).values;
    const news = unwrap(request.getNews()).values;
    const ignored = new Set<string>(request.getIgnorechangesList());
    const changed = diffLink(olds, news).filter((property) => !ignored.has(property));
    // An instance cannot hold two links, so the old one has to go first.
    return diffResponse({
      olds,
      news,
      changed,
      replaces: changed,
      deleteBeforeReplace: true,
      unfinished: isHalfMade(olds),
    });
  }

  async create(request: CreateRequest): Promise<CreateResponse> {
    const { values, secrets } = unwrap(request.getProperties());
    const response = new CreateResponse();
    if (request.getPreview()) return response.setProperties(wrap(outputsOf(values), secrets));
    const link = toLink(values);
    await this.#change(secrets, async () => {
      const { lifecycle } = await this.#session.connect();
      await this.#session.run(request.getUrn(), request.getTimeout(), (context) => lifecycle.create(link, context));
    });
    return response
      .setId(formatLinkId(link.regionId, link.instanceId))
      .setProperties(wrap(outputsOf(link), secrets))
      .setRefreshBeforeUpdate(this.#session.settings.refreshBeforeUpdate());
  }

  async read(request: ReadRequest): Promise<ReadResponse> {
    const { values: state, secrets: stateSecrets } = unwrap(request.getProperties());
    const { values: inputs, secrets: inputSecrets } = unwrap(request.getInputs());
    // Without outputs this is an import or a lookup by id, and not the refresh of something known.
    const known = state.instanceId === undefined ? undefined : toLink(state);
    const named = known ?? parseLinkId(request.getId(), () => this.#session.settings.defaultRegion());
    const { lifecycle } = await this.#session.connect();
    // Older copies of the protocol know no timeout for reads.
    const timeoutS = request.getTimeout?.() ?? 0;
    const link = await this.#session.run(request.getUrn(), timeoutS, async (context) => {
      const found = await lifecycle.read(named, context);
      const drift = known === undefined || isHalfMade(state) ? undefined : driftOf(known, found);
      if (drift !== undefined) context.report?.(drift);
      return found;
    });
    const response = new ReadResponse();
    const secrets = new Set([...stateSecrets, ...inputSecrets]);
    if (link === undefined) {
      if (known !== undefined && isHalfMade(state)) {
        // It may be listed later. Without it in the state nobody would know whose it is.
        return response
          .setId(request.getId())
          .setProperties(wrap({ ...outputsOf(known), [HALF_MADE]: true }, secrets))
          .setInputs(wrap(inputsAsFound(inputs, known), secrets))
          .setRefreshBeforeUpdate(this.#session.settings.refreshBeforeUpdate());
      }
      // An empty id takes the resource out of the state.
      if (known !== undefined) return response;
      throw new ClassicLinkError(`${named.instanceId} is not linked in ${named.regionId}; check the id and the region`);
    }
    return response
      .setId(formatLinkId(link.regionId, link.instanceId))
      .setProperties(wrap(outputsOf(link), secrets))
      .setInputs(wrap(inputsAsFound(inputs, link), secrets))
      .setRefreshBeforeUpdate(this.#session.settings.refreshBeforeUpdate());
  }

  async update(request: UpdateRequest): Promise<UpdateResponse> {
    const { values, secrets } = unwrap(request.getNews());
    const response = new UpdateResponse();
    if (request.getPreview()) return response.setProperties(wrap(outputsOf(values), secrets));
    const link = toLink(values);
    await this.#change(secrets, async () => {
      const { lifecycle } = await this.#session.connect();
      await this.#session.run(request.getUrn(), request.getTimeout(), (context) => lifecycle.update(link, context));
    });
    return response
      .setProperties(wrap(outputsOf(link), secrets))
      .setRefreshBeforeUpdate(this.#session.settings.refreshBeforeUpdate());
  }

  async delete(request: DeleteRequest): Promise<void> {
    const link = toLink(unwrap(request.getProperties()).values);
    const { lifecycle } = await this.#session.connect();
    await this.#session.run(request.getUrn(), request.getTimeout(), (context) => lifecycle.delete(link, context));
  }

  /** Adds to a half-made link what only the door knows of it. */
  async #change(secrets: ReadonlySet<string>, change: () => Promise<void>): Promise<void> {
    // Asked before anything is done, because it may throw.
    const refreshBeforeUpdate = this.#session.settings.refreshBeforeUpdate();
    try {
      await change();
    } catch (error) {
      throw error instanceof HalfMadeError ? new HalfMadeResource(error, secrets, refreshBeforeUpdate) : error;
    }
  }
}

/** Says how a link is not as the state has it, or undefined for not at all. */
function driftOf(known: Link, found: Link | undefined): string | undefined {
  if (found === undefined) return `drift: ${known.instanceId} is no longer linked to ${known.vpcId}`;
  if (found.vpcId === known.vpcId) return undefined;
  return `drift: ${known.instanceId} is linked to ${found.vpcId}, no longer to ${known.vpcId}`;
}

/** The outputs: only what a link is made of. States of the dynamic door hold more, which ends here. */
function outputsOf(properties: Properties | Link): Properties {
  const all: Properties = { ...properties };
  return Object.fromEntries(LINK_PROPERTIES.map((property) => [property, all[property]]));
}

/** The inputs that would declare what was found: those that were given, or for an import all. */
function inputsAsFound(inputs: Properties, link: Link): Properties {
  const given = LINK_PROPERTIES.filter((property) => inputs[property] !== undefined);
  const names = given.length === 0 ? LINK_PROPERTIES : given;
  return Object.fromEntries(names.map((property) => [property, link[property]]));
}
