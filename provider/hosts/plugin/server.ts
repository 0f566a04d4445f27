/** The gRPC service: each call of the provider protocol, and its function. */

import type { handleUnaryCall, Server } from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import {
  ConfigureResponse,
  GetMappingResponse,
  GetSchemaResponse,
  ProviderHandshakeResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import { classicLink } from "../../resources/classicLink";
import { classicLinks } from "../../resources/classicLinks";
import { checkConfig, diffConfig } from "./configuration";
import { RefusedCall, toFailure } from "./grpcFailure";
import { Empty, grpc } from "./fromPulumi";
import { invoke, list } from "./functionCalls";
import { ResourceCalls } from "./resourceCalls";
import { LINK_TYPE, LINKS_TYPE, type Manifest, packageSchema } from "./schema";
import type { Session } from "./session";
import { unwrap } from "./values";

/** Creates a server that does not listen yet. Source: Pulumi's provider protocol, service ResourceProvider. */
export function createServer(manifest: Manifest, session: Session): Server {
  // The engine does not limit the size of messages.
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(ResourceProviderService, createService(manifest, session));
  return server;
}

function createService(manifest: Manifest, session: Session): IResourceProviderServer {
  const types = new Map([
    [LINK_TYPE, new ResourceCalls(classicLink, session)],
    [LINKS_TYPE, new ResourceCalls(classicLinks, session)],
  ]);
  /** The calls for the type in a URN. Source: the grammar of URNs. */
  const callsOn = (request: { getUrn(): string }): ResourceCalls => {
    const type = request.getUrn().split("::")[2]?.split("$").at(-1) ?? "";
    const calls = types.get(type);
    if (calls !== undefined) return calls;
    throw new RefusedCall(`classiclink has no resource type "${type}"; it has ${[...types.keys()].join(" and ")}`);
  };
  return {
    handshake: unary((request) => {
      session.connect(request.getEngineAddress());
      return new ProviderHandshakeResponse().setAcceptSecrets(true).setAcceptResources(true);
    }),
    attach: unary((request) => {
      session.connect(request.getAddress());
      return new Empty();
    }),
    getPluginInfo: unary(() => new PluginInfo().setVersion(manifest.version)),
    getSchema: unary((request) => {
      // The metaschema has one version so far, whose number is 0.
      if (request.getVersion() !== 0)
        throw new RefusedCall(`schema version ${request.getVersion()} is not known; request version 0`);
      return new GetSchemaResponse().setSchema(JSON.stringify(packageSchema(manifest)));
    }),
    checkConfig: unary(checkConfig),
    diffConfig: unary(diffConfig),
    configure: unary((request) => {
      session.configure(unwrap(request.getArgs()).values);
      return new ConfigureResponse().setAcceptsecrets(true).setAcceptresources(true).setSupportspreview(true);
    }),
    check: unary((request) => callsOn(request).check(request)),
    diff: unary((request) => callsOn(request).diff(request)),
    create: unary((request) => callsOn(request).create(request)),
    read: unary((request) => callsOn(request).read(request)),
    update: unary((request) => callsOn(request).update(request)),
    delete: unary(async (request) => {
      await callsOn(request).delete(request);
      return new Empty();
    }),
    list: (call) => {
      list(session, call.request, (response) => call.write(response)).then(
        () => call.end(),
        (error: unknown) => call.emit("error", toFailure(error)),
      );
    },
    invoke: unary((request) => invoke(session, request)),
    cancel: unary(() => {
      session.cancel();
      return new Empty();
    }),
    // An empty response means that there is no mapping.
    getMapping: unary(() => new GetMappingResponse()),
    getMappings: notServed("GetMappings", "there is no other tool's provider to map from"),
    parameterize: notServed("Parameterize", "the package takes no parameters"),
    construct: notServed("Construct", "the package has no components"),
    call: notServed("Call", "its resources have no methods"),
  };
}

function unary<Request, Response>(
  serve: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return async ({ request }, callback) => {
    try {
      callback(null, await serve(request));
    } catch (error) {
      callback(toFailure(error));
    }
  };
}

function notServed<Request, Response>(call: string, reason: string): handleUnaryCall<Request, Response> {
  const details = `classiclink does not serve ${call}: ${reason}`;
  return (_, callback) => callback({ code: grpc.status.UNIMPLEMENTED, details });
}
