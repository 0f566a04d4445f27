// The two services that a program talks to: ResourceMonitor, where it registers resources, and Engine, where it logs.
import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import type * as proto from "@pulumi/pulumi/proto/resource_pb";
import type { Message } from "google-protobuf";
import type { Deployment, World } from "./deploy";
import type { RecordedCall } from "./providers";
import type { ResourceState } from "./state";
import { asValues, fill, read } from "./values";

/** What the SDK may use; of the rest it says itself that the engine does not support it. */
const features = ["secrets", "aliasSpecs", "deletedWith"];
const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };

function seconds(duration: string): number {
  const parts = [...duration.matchAll(/([\d.]+)(h|ms|m|s)/g)];
  return parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (units[unit] ?? 0), 0);
}

function wantedBy(asked: proto.RegisterResourceRequest.AsObject, urnOf: World["urnOf"]): ResourceState {
  const { remote, importid, deletebeforereplacedefined, replacementTrigger } = asked;
  const lists = [...asked.ignorechangesList, ...asked.replaceonchangesList, ...asked.additionalsecretoutputsList];
  if (remote || importid || deletebeforereplacedefined || replacementTrigger || lists.length > 0)
    throw new Error("this engine does not know what the resource is declared with; see its README");
  const { type, name, parent, provider, custom, dependenciesList: dependencies } = asked;
  const aliases = asked.aliasesList.map(({ urn, spec }) => {
    const above = spec?.noparent ? "" : spec?.parenturn || parent;
    return urn || urnOf(above, spec?.type || type, spec?.name || name);
  });
  const about = { urn: urnOf(parent, type, name), type, custom, id: "", parent, provider, dependencies, aliases };
  const byProperty = asked.propertydependenciesMap.map(([key, { urnsList }]) => [key, urnsList] as const);
  const known = { inputs: asValues(asked.object), outputs: {}, propertyDependencies: Object.fromEntries(byProperty) };
  const { create, update, pb_delete } = asked.customtimeouts ?? { create: "", update: "", pb_delete: "" };
  const customTimeouts = { create: seconds(create), update: seconds(update), delete: seconds(pb_delete) };
  const { protect = false, retainondelete = false, deletedwith: deletedWith } = asked;
  return { ...about, ...known, customTimeouts, protect, retainOnDelete: retainondelete, deletedWith };
}

type Method<Q, S> = grpc.MethodDefinition<Q, S>;
type Work<Q extends Message> = (asked: ReturnType<Q["toObject"]>) => object | Promise<object>;

export async function serve({ urnOf, display }: World, deployment: Deployment, record: (call: RecordedCall) => void) {
  const server = new grpc.Server();
  const on = <Q extends Message, S extends Message>(method: Method<Q, S>, work: Work<Q>) => {
    const handle: grpc.handleUnaryCall<Q, S> = async ({ request }, answer) => {
      try {
        const response = fill(method.responseDeserialize(Buffer.alloc(0)), await work(read(request)));
        const messages = { request: asValues(read(request)), response: asValues(read(response)) };
        record({ call: method.path.replace("/pulumirpc.", ""), ...messages });
        answer(null, response);
      } catch (error) {
        const details = error instanceof Error ? error.message : String(error);
        // A failed registration is not answered: the program could only stumble over it, and the operation ends it soon.
        if (!deployment.halt.signal.aborted) answer({ code: grpc.status.UNKNOWN, details });
      }
    };
    server.register(method.path, handle, method.responseSerialize, method.requestDeserialize, "unary");
  };
  on(ResourceMonitorService.supportsFeature, ({ id }) => ({ hassupport: features.includes(id) }));
  on(ResourceMonitorService.registerResource, async (asked) => {
    const { urn, id, custom, inputs, outputs } = await deployment.register(wantedBy(asked, urnOf));
    return { urn, id, object: custom ? outputs : inputs, unknown: deployment.skipped.has(urn) };
  });
  on(ResourceMonitorService.readResource, async ({ id, type, name, parent, provider, properties }) => {
    const about = { urn: urnOf(parent, type, name), type, custom: true, id, parent, provider };
    const { urn, outputs } = await deployment.register({ ...about, inputs: asValues(properties), outputs: {} });
    return { urn, properties: outputs };
  });
  on(ResourceMonitorService.registerResourceOutputs, ({ urn, outputs }) => {
    deployment.registerOutputs(urn, asValues(outputs));
    return {};
  });
  on(ResourceMonitorService.invoke, async ({ tok, args, provider }) => {
    return { return: await deployment.invoke(tok, asValues(args), provider) };
  });
  on(ResourceMonitorService.signalAndWaitForShutdown, () => ({}));
  on(EngineService.log, ({ severity, urn, message, ephemeral }) => {
    const label = ["debug", "", "warning: ", "error: "][severity] ?? "";
    if (message && label !== "debug") display.log(urn, label + message, ephemeral);
    return {};
  });
  on(EngineService.setRootResource, () => ({}));
  const bind = promisify(server.bindAsync.bind(server));
  const port = await bind("127.0.0.1:0", grpc.ServerCredentials.createInsecure());
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}
