/** The provider plugin as a process, and an engine that takes its logs. */

import { join } from "node:path";
import { Server, ServerCredentials, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderService as service } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { REPOSITORY } from "./project";
import { NO_ENGINE, type Props, ProviderProcess, struct } from "./providerProcess";

export const PROVIDER_URN = "urn:pulumi:dev::shop::pulumi:providers:classiclink::default";
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What the plugin told the engine. */
export interface Logged {
  readonly urn: string;
  readonly message: string;
  readonly ephemeral: boolean;
}

export class PluginProcess extends ProviderProcess {
  readonly logged: Logged[] = [];
  #engine = new Server();

  /**
   * Starts one with nothing in its environment but `env`, and greets it.
   *
   * @param engine the engine that starts it.
   */
  static async start(env: NodeJS.ProcessEnv, engine = NO_ENGINE): Promise<PluginProcess> {
    const plugin = new PluginProcess([join(REPOSITORY, "plugin", "pulumi-resource-classiclink"), engine], env);
    await plugin.connect();
    // With an engine of its own, it is of the run of that engine.
    if (engine === NO_ENGINE) await plugin.greet();
    return plugin;
  }

  /** Greets it as an engine does at the beginning of a run: another one, which takes logs as the one before did. */
  async greet(): Promise<rpc.ProviderHandshakeResponse> {
    this.#engine.forceShutdown();
    this.#engine = new Server();
    const log: UntypedServiceImplementation[string] = (
      { request }: { request: LogRequest },
      answer: (error: null, empty: Empty) => void,
    ) => {
      this.logged.push({ urn: request.getUrn(), message: request.getMessage(), ephemeral: request.getEphemeral() });
      answer(null, new Empty());
      this.heard.emit("line");
    };
    this.#engine.addService(EngineService, { log });
    const port = await new Promise((resolve, reject) => {
      const insecure = ServerCredentials.createInsecure();
      this.#engine.bindAsync("127.0.0.1:0", insecure, (error, bound) => (error ? reject(error) : resolve(bound)));
    });
    return await this.call(service.handshake, new rpc.ProviderHandshakeRequest().setEngineAddress(`127.0.0.1:${port}`));
  }

  get told(): readonly string[] {
    return this.logged.map(({ message }) => message);
  }

  checkConfig(news: Props): Promise<rpc.CheckResponse> {
    return this.call(service.checkConfig, new rpc.CheckRequest().setUrn(PROVIDER_URN).setNews(struct(news)));
  }

  diffConfig(olds: Props, news: Props): Promise<rpc.DiffResponse> {
    const request = new rpc.DiffRequest().setUrn(PROVIDER_URN).setOlds(struct(olds)).setOldInputs(struct(olds));
    return this.call(service.diffConfig, request.setNews(struct(news)));
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
