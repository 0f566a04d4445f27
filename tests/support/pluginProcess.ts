/** The provider plugin, as a process or in that of the tests, and an engine that receives its logs. */

import { join } from "node:path";
import { Server, ServerCredentials, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { type LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import * as manifest from "../../package.json";
import { createServer } from "../../provider/hosts/plugin/server";
import { Session } from "../../provider/hosts/plugin/session";
import { callsTo, type HostProcess } from "../engine/providers";
import type { read } from "../engine/values";
import { REPOSITORY } from "./project";
import { NO_ENGINE, nodeWith, ProviderProcess } from "./providerProcess";

export { UNKNOWN } from "../engine/values";

/** A line that the plugin logged. */
export interface Logged {
  readonly urn: string;
  readonly message: string;
  readonly ephemeral: boolean;
  readonly isWarning: boolean;
}

export class PluginProcess extends ProviderProcess {
  readonly logged: Logged[] = [];
  #engine = new Server();

  /**
   * Starts one with nothing in its environment but `env`, and sends it a handshake.
   *
   * @param engine the engine that starts it.
   */
  static async start(env: NodeJS.ProcessEnv, engine = NO_ENGINE): Promise<PluginProcess> {
    const program = join(REPOSITORY, "plugin", "pulumi-resource-classiclink");
    const plugin = new PluginProcess(nodeWith([program, engine], env));
    await plugin.host;
    // With an engine of its own, it is of the run of that engine.
    if (engine === NO_ENGINE) await plugin.greet();
    return plugin;
  }

  /** Serves it in this process, which needs no build, and sends it a handshake. */
  static async here(): Promise<PluginProcess> {
    const plugin = new PluginProcess(serveHere);
    await plugin.greet();
    return plugin;
  }

  /** Sends the handshake of a new engine, as at the beginning of a run. That engine receives the logs from then on. */
  async greet() {
    this.#engine.forceShutdown();
    this.#engine = new Server();
    const log: UntypedServiceImplementation[string] = (
      { request }: { request: LogRequest },
      answer: (error: null, empty: Empty) => void,
    ) => {
      const [urn, message, ephemeral] = [request.getUrn(), request.getMessage(), request.getEphemeral()];
      this.logged.push({ urn, message, ephemeral, isWarning: request.getSeverity() === LogSeverity.WARNING });
      answer(null, new Empty());
      this.heard.emit("line");
    };
    this.#engine.addService(EngineService, { log });
    const port = await bind(this.#engine);
    return await this.call("handshake", { engineAddress: `127.0.0.1:${port}` });
  }

  get told(): readonly string[] {
    return this.logged.map(({ message }) => message);
  }

  /** All that one List streams. */
  async list(fields: object): Promise<ReturnType<typeof read>[]> {
    return await (await this.host).sendForStream("list", this.about(fields));
  }

  override async close(): Promise<void> {
    this.#engine.forceShutdown();
    await super.close();
  }
}

async function serveHere(): Promise<HostProcess> {
  const server = createServer(manifest, new Session());
  const { hangUp, ...calls } = callsTo(await bind(server));
  const close = async () => {
    hangUp();
    server.forceShutdown();
    return null;
  };
  return { ...calls, ended: Promise.resolve(), close };
}

/** Lets a server listen on loopback. Resolves with its port. */
function bind(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    const insecure = ServerCredentials.createInsecure();
    server.bindAsync("127.0.0.1:0", insecure, (error, port) => (error ? reject(error) : resolve(port)));
  });
}
