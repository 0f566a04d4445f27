/** The one place that speaks HTTP: calls over `@alicloud/pop-core`, and the client of ECS that is made of them. */

import { isDeepStrictEqual } from "node:util";
import RpcClient from "@alicloud/pop-core";
import { Agents } from "./agents";
import { ANSWER_TIMEOUT_MS, type StatusListener } from "./answerLimit";
import { countOf, type Fields, failureCodeOf, fieldsOf, isFields, requestIdOf } from "./answerFields";
import { OutOfTime, orAborted } from "./budget";
import { type Caller, type EcsClient, type Link, type LinkPage, type LinkQuery, PAGE_SIZE } from "./client";
import { type Credentials, CredentialsError, type CredentialsProvider } from "./credentials";
import { fault } from "./errorCodes";
import type { ApiOperation, EcsOperation } from "./errors";
import type { Page } from "./pages";
import { type Addressee, refusal, toEcsError, unreadableAnswer } from "./toEcsError";
import { additionsFor, isPublic, type Scope } from "./privateCloud";

/** A version of a product's API. Apsara Stack's gateway needs the product. */
export interface Api {
  readonly product: "Ecs" | "Vpc";
  readonly version: string;
}

const ECS: Api = { product: "Ecs", version: "2014-05-26" };

/** pop-core with verbose answers: the body, and the response around it. */
interface VerboseRpcClient {
  request(action: string, params: object, options: object): Promise<unknown>;
}

/** The addresses, the credentials and the connections of calls. */
export interface PopCoreClientOptions {
  /** The address of the service for a region, with scheme: `https://ecs.cn-beijing.aliyuncs.com`. Throws when a setting is wrong. */
  readonly endpointOf: (regionId: string) => string;
  /** The scope of requests to a private cloud. Empty by default. Throws when a setting is wrong. */
  readonly scope?: () => Scope;
  /** Asked before each request, so that credentials may change while a long update runs. */
  readonly credentials: CredentialsProvider;
  /** The connections. By default its own, without a proxy. */
  readonly agents?: Agents;
  /** Whether a command asks. Then no advice is about a stack. */
  readonly isCommand?: boolean;
}

/** One call of an operation. Resolves with the body of a successful answer. */
export type Call = (operation: ApiOperation, params: Params, caller?: Caller) => Promise<Fields>;

/** Makes the calls of one version of an API. Its connections stay open. */
export function createCall(
  { product, version: apiVersion }: Api,
  { endpointOf, scope = () => ({}), credentials, agents = new Agents(), isCommand = false }: PopCoreClientOptions,
): Call {
  const rpcClients = new Map<string, { readonly keys: Credentials; readonly rpcClient: VerboseRpcClient }>();

  /** A client of pop-core has one set of keys and its own connections, so it is reused as long as the keys are the same. */
  function rpcClientOf(endpoint: string, keys: Credentials): VerboseRpcClient {
    const known = rpcClients.get(endpoint);
    if (known !== undefined && isDeepStrictEqual(known.keys, keys)) return known.rpcClient;
    // Reflect.construct, because the published type of the constructor lacks the argument that makes answers verbose.
    const rpcClient: VerboseRpcClient = Reflect.construct(RpcClient, [{ endpoint, apiVersion, ...keys }, true]);
    rpcClients.set(endpoint, { keys, rpcClient });
    return rpcClient;
  }

  return async (operation, params, caller = { signal: new AbortController().signal }) => {
    const { signal } = caller;
    const endpoint = endpointOf(params.RegionId);
    const additions = additionsFor(endpoint, product, params.RegionId, scope());
    const { agent, proxy } = await agents.to(endpoint);
    const asked = await orAborted(credentials.getCredentials(), signal).catch((error: unknown) => {
      if (signal.aborted) throw new OutOfTime(undefined, { neverSent: true });
      const isTransient = error instanceof CredentialsError && error.isTransient;
      throw isTransient ? fault(operation, "NoCredentials", error.message) : error;
    });
    const secrets = [asked.accessKeyId, asked.accessKeySecret, asked.securityToken];
    const addressee: Addressee = { endpoint, proxy, isPrivate: !isPublic(endpoint), isCommand, secrets };
    const rpcClient = rpcClientOf(endpoint, asked);
    const cutOff = new AbortController();
    const abort = () => cutOff.abort();
    let status: number | undefined;
    const listener: StatusListener = {
      onStatus: (given) => {
        status = given;
      },
    };
    signal.addEventListener("abort", abort, { once: true });
    try {
      caller.onRequest?.();
      const answer = await rpcClient.request(operation, withoutUndefined({ ...params, ...additions.params }), {
        // With "POST" it sends a form, with "post" a query. A form keeps the key and the signature out of URLs, and so out of logs.
        method: additions.inQuery ? "post" : "POST",
        agent,
        // httpx, below pop-core, uses the first one as a limit on silence of the socket, so it must not be shorter.
        connectTimeout: ANSWER_TIMEOUT_MS,
        readTimeout: ANSWER_TIMEOUT_MS,
        beforeRequest: (options: { readonly headers?: object }) => ({
          ...options,
          headers: { ...options.headers, ...additions.headers, "accept-encoding": "identity" },
          ...agents.tlsOf(endpoint),
          ...listener,
          // For the agents of proxies, which otherwise guess it from the call stack, sometimes wrongly.
          protocol: new URL(endpoint).protocol,
          signal: cutOff.signal,
        }),
      });
      return readAnswer(operation, answer, addressee);
    } catch (error) {
      // After a timeout, httpx still reads the body into memory. This closes the connection.
      cutOff.abort();
      signal.throwIfAborted();
      throw toEcsError(operation, error, addressee, status);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  };
}

/** Makes the client of ECS. Source: ECS API reference, version 2014-05-26. */
export function createPopCoreClient(options: PopCoreClientOptions): EcsClient {
  const call = createCall(ECS, options);

  async function change(operation: EcsOperation, link: Link, caller?: Caller): Promise<void> {
    const params = { RegionId: link.regionId, InstanceId: link.instanceId, VpcId: link.vpcId };
    const body = await call(operation, params, caller);
    // A broken gateway answers an empty object with status 200. ECS confirms with a request id.
    if (requestIdOf(body) === undefined) throw fault(operation, "UnreadableAnswer", "an answer without RequestId");
  }

  return {
    attach: (link, caller) => change("AttachClassicLinkVpc", link, caller),
    detach: (link, caller) => change("DetachClassicLinkVpc", link, caller),

    async describe(query, caller) {
      const params = {
        RegionId: query.regionId,
        VpcId: query.vpcId,
        InstanceId: query.instanceIds?.join(","),
        PageNumber: String(query.pageNumber ?? 1),
        PageSize: String(PAGE_SIZE),
      };
      return readLinkPage(query, await call("DescribeClassicLinkInstances", params, caller));
    },

    async existing(regionId, instanceIds, caller) {
      const found = new Set<string>();
      // A service may return smaller pages than requested. An empty page is the last one.
      for (let pageNumber = 1, listed = 0; ; pageNumber += 1) {
        const params = {
          RegionId: regionId,
          InstanceIds: JSON.stringify(instanceIds),
          PageNumber: String(pageNumber),
          PageSize: String(PAGE_SIZE),
        };
        const body = await call("DescribeInstances", params, caller);
        const page = readIdPage("DescribeInstances", body, ["Instances", "Instance", "InstanceId"]);
        for (const instanceId of page.items) found.add(instanceId);
        listed += page.items.length;
        if (page.items.length === 0 || listed >= page.totalCount) return found;
      }
    },
  };
}

/** Parameters as they go over the wire. */
type Params = { readonly RegionId: string } & Readonly<Record<string, string | undefined>>;

/** pop-core would send the word "undefined". */
function withoutUndefined(params: Params): object {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
}

/** For pop-core, everything without a `Code` is a success, whatever the HTTP status and ASAPI's own fields say. */
function readAnswer(operation: ApiOperation, answer: unknown, addressee: Addressee): Fields {
  const [body, entry] = Array.isArray(answer) ? answer : [];
  const response = fieldsOf(fieldsOf(entry).response);
  const { statusCode: status } = response;
  if (failureCodeOf(fieldsOf(body)) !== undefined) throw refusal(operation, fieldsOf(body), response, addressee);
  if (typeof status !== "number" || status >= 400 || !isFields(body)) {
    throw unreadableAnswer(operation, typeof status === "number" ? status : undefined, "no error code");
  }
  return body;
}

/** An answer that does not prove what is linked is an error. Read as "no links", it would lose links. */
function readLinkPage(query: LinkQuery, body: Fields): LinkPage {
  const totalCount = countOf(body.TotalCount);
  const given = fieldsOf(body.Links).Link;
  // Services write an empty list in several ways. Then the count decides.
  const listed = totalCount === 0 && !Array.isArray(given) ? [] : given;
  const unreadable = (what: string) => fault("DescribeClassicLinkInstances", "UnreadableAnswer", what);
  if (totalCount === undefined) throw unreadable("an answer without TotalCount");
  if (!Array.isArray(listed)) throw unreadable("an answer without Links");
  const links = listed.map((item: unknown): Link => {
    const { InstanceId: instanceId, VpcId: vpcId } = fieldsOf(item);
    if (typeof instanceId !== "string" || typeof vpcId !== "string" || instanceId === "" || vpcId === "") {
      throw unreadable("a link without InstanceId or VpcId");
    }
    return { regionId: query.regionId, instanceId, vpcId };
  });
  if (links.length === 0 && totalCount > 0 && (query.pageNumber ?? 1) === 1) {
    throw unreadable(`TotalCount ${totalCount} and no links`);
  }
  return { links, totalCount };
}

/**
 * Reads a page of ids. An unreadable answer is an error, because it proves nothing about the items.
 *
 * @param names the fields of the list, of an item in it, and of the item's id.
 */
export function readIdPage(
  operation: ApiOperation,
  body: Fields,
  [list, item, id]: readonly [list: string, item: string, id: string],
): Page<string> {
  const totalCount = countOf(body.TotalCount);
  const listed = fieldsOf(body[list])[item];
  const unreadable = (what: string) => fault(operation, "UnreadableAnswer", what);
  if (totalCount === undefined) throw unreadable("an answer without TotalCount");
  if (!Array.isArray(listed)) throw unreadable(`an answer without ${list}`);
  const items = listed.map((one: unknown) => {
    const value = fieldsOf(one)[id];
    if (typeof value !== "string" || value === "") throw unreadable(`an item without ${id}`);
    return value;
  });
  return { items, totalCount };
}
