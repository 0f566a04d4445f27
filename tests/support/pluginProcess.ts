/** The provider plugin as a process, and an engine that it may talk to: spoken to over gRPC as the engine does. Needs a build. */

import { EventEmitter, once } from "node:events";
import { join } from "node:path";
import { Server, ServerCredentials, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { NO_ENGINE, type Props, ProviderProcess, struct } from "./providerProcess";

export const LINK_TYPE = "classiclink:index:ClassicLink";
export const LINKS_TYPE = "classiclink:index:ClassicLinks";
export const URN = `urn:pulumi:dev::shop::${LINK_TYPE}::web`;
export const LINKS_URN = `urn:pulumi:dev::shop::${LINKS_TYPE}::fleet`;
export const PROVIDER_URN = "urn:pulumi:dev::shop::pulumi:providers:classiclink::default";
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What the plugin told the engine. */
export interface Told {
  readonly urn: string;
  readonly message: string;
  readonly ephemeral: boolean;
}

const service = ResourceProviderService;
const EXECUTABLE = join(__dirname, "..", "..", "plugin", "pulumi-resource-classiclink");

export class PluginProcess extends ProviderProcess {
  /** The resource that calls are about. */
  urn = URN;
  readonly told: Told[] = [];
  #engine = new Server();
  readonly #logged = new EventEmitter();

  /**
   * Starts one with nothing in its environment but `env`, and greets it.
   *
   * @param engine the engine that starts it.
   */
  static async start(env: NodeJS.ProcessEnv, { greet = true, engine = NO_ENGINE } = {}): Promise<PluginProcess> {
    const plugin = new PluginProcess([EXECUTABLE, engine], env);
    await plugin.connect();
    if (greet)
      await plugin.call(service.handshake, new rpc.ProviderHandshakeRequest().setEngineAddress(await plugin.engine()));
    return plugin;
  }

  /** Starts another engine, which takes logs as the first one does. Returns its address. */
  async engine(): Promise<string> {
    this.#engine.forceShutdown();
    this.#engine = new Server();
    return await this.#listen();
  }

  /** The engine's side, which takes logs. */
  async #listen(): Promise<string> {
    const log: UntypedServiceImplementation[string] = (
      { request }: { request: LogRequest },
      answer: (error: null, empty: Empty) => void,
    ) => {
      this.told.push({ urn: request.getUrn(), message: request.getMessage(), ephemeral: request.getEphemeral() });
      answer(null, new Empty());
      this.#logged.emit("line");
    };
    this.#engine.addService(EngineService, { log });
    const port = await new Promise((resolve, reject) => {
      const insecure = ServerCredentials.createInsecure();
      this.#engine.bindAsync("127.0.0.1:0", insecure, (error, bound) => (error ? reject(error) : resolve(bound)));
    });
    return `127.0.0.1:${port}`;
  }

  /** Waits until it has told the engine something. */
  async toldOf(message: RegExp): Promise<void> {
    while (!this.told.some((told) => message.test(told.message))) await once(this.#logged, "line");
  }

  configure(config: Props): Promise<rpc.ConfigureResponse> {
    return this.call(service.configure, new rpc.ConfigureRequest().setArgs(struct(config)));
  }

  checkConfig(news: Props): Promise<rpc.CheckResponse> {
    return this.call(service.checkConfig, new rpc.CheckRequest().setUrn(PROVIDER_URN).setNews(struct(news)));
  }

  diffConfig(olds: Props, news: Props): Promise<rpc.DiffResponse> {
    const request = new rpc.DiffRequest().setUrn(PROVIDER_URN).setOlds(struct(olds)).setOldInputs(struct(olds));
    return this.call(service.diffConfig, request.setNews(struct(news)));
  }

  check(news: Props, olds: Props = {}): Promise<rpc.CheckResponse> {
    return this.call(
      service.check,
      new rpc.CheckRequest().setUrn(this.urn).setOlds(struct(olds)).setNews(struct(news)),
    );
  }

  diff(olds: Props, news: Props, ignoreChanges: string[] = []): Promise<rpc.DiffResponse> {
    const request = new rpc.DiffRequest().setUrn(this.urn).setId("cn-hangzhou:i-a").setIgnorechangesList(ignoreChanges);
    return this.call(service.diff, request.setOlds(struct(olds)).setNews(struct(news)));
  }

  create(inputs: Props, { preview = false, timeout = 0 } = {}): Promise<rpc.CreateResponse> {
    const request = new rpc.CreateRequest().setUrn(this.urn).setPreview(preview).setTimeout(timeout);
    return this.call(service.create, request.setProperties(struct(inputs)));
  }

  read(id: string, state?: Props, inputs?: Props): Promise<rpc.ReadResponse> {
    const request = new rpc.ReadRequest().setUrn(this.urn).setId(id);
    if (state !== undefined) request.setProperties(struct(state));
    if (inputs !== undefined) request.setInputs(struct(inputs));
    return this.call(service.read, request);
  }

  update(olds: Props, news: Props, { preview = false, timeout = 0 } = {}): Promise<rpc.UpdateResponse> {
    const request = new rpc.UpdateRequest().setUrn(this.urn).setId("cn-hangzhou:i-a").setPreview(preview);
    request.setTimeout(timeout);
    return this.call(service.update, request.setOlds(struct(olds)).setNews(struct(news)));
  }

  delete(state: Props, { timeout = 0 } = {}): Promise<Empty> {
    const request = new rpc.DeleteRequest().setUrn(this.urn).setId("cn-hangzhou:i-a").setTimeout(timeout);
    return this.call(service.delete, request.setProperties(struct(state)));
  }

  invoke(args: Props, token = "classiclink:index:getLinks"): Promise<rpc.InvokeResponse> {
    return this.call(service.invoke, new rpc.InvokeRequest().setTok(token).setArgs(struct(args)));
  }

  cancel(): Promise<Empty> {
    return this.call(service.cancel, new Empty());
  }

  /** All that one List streams. */
  list(request: rpc.ListRequest): Promise<rpc.ListResponse[]> {
    const { path, requestSerialize, responseDeserialize } = service.list;
    const stream = this.client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request);
    return stream.toArray();
  }

  override async close(): Promise<void> {
    this.#engine.forceShutdown();
    await super.close();
  }
}
