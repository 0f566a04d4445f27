/** The provider plugin as a process, and an engine that it may talk to: spoken to over gRPC as the engine does. Needs a build. */

import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  Client,
  credentials,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServiceError,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

export const LINK_TYPE = "classiclink:index:ClassicLink";
export const LINKS_TYPE = "classiclink:index:ClassicLinks";
export const URN = `urn:pulumi:dev::shop::${LINK_TYPE}::web`;
export const LINKS_URN = `urn:pulumi:dev::shop::${LINKS_TYPE}::fleet`;
export const PROVIDER_URN = "urn:pulumi:dev::shop::pulumi:providers:classiclink::default";
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export type Props = Readonly<Record<string, JavaScriptValue>>;

/** A secret as it goes over the wire. */
export const secretOf = (value: JavaScriptValue): Props => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

export const struct = (props: Props) => Struct.fromJavaScript({ ...props });
export const plain = (message: Struct | undefined): Props => message?.toJavaScript() ?? {};

/** What the plugin told the engine. */
export interface Told {
  readonly urn: string;
  readonly message: string;
  readonly ephemeral: boolean;
}

/** Nobody listens there. */
const NO_ENGINE = "127.0.0.1:1";

const service = ResourceProviderService;
const EXECUTABLE = join(__dirname, "..", "..", "plugin", "pulumi-resource-classiclink");

export class PluginProcess {
  /** The resource that calls are about. */
  urn = URN;
  readonly told: Told[] = [];
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  readonly #child;
  #engine = new Server();
  readonly #logged = new EventEmitter();
  #client = new Client("127.0.0.1:1", credentials.createInsecure());

  private constructor(env: NodeJS.ProcessEnv, engineAddress: string) {
    this.#child = spawn(process.execPath, [EXECUTABLE, engineAddress], {
      env: { PATH: process.env.PATH, NODE_NO_WARNINGS: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    createInterface(this.#child.stderr).on("line", (line) => this.stderr.push(line));
  }

  /**
   * Starts one with nothing in its environment but `env`, and greets it.
   *
   * @param engine the engine that starts it.
   */
  static async start(env: NodeJS.ProcessEnv, { greet = true, engine = NO_ENGINE } = {}): Promise<PluginProcess> {
    const plugin = new PluginProcess(env, engine);
    const lines = createInterface(plugin.#child.stdout).on("line", (line) => plugin.stdout.push(line));
    const ended = once(plugin.#child, "exit").then(([code]) => {
      throw new Error(`the plugin ended with ${code}: ${plugin.stderr.join("\n")}`);
    });
    const [port] = await Promise.race([once(lines, "line"), ended]);
    ended.catch(() => {});
    plugin.#client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
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

  /** Resolves when the process has ended. */
  async ended(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
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

  /** One call. Rejects with what gRPC made of a failure. */
  call<Request, Answer>(definition: MethodDefinition<Request, Answer>, request: Request): Promise<Answer> {
    const { path, requestSerialize, responseDeserialize } = definition;
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error, answer) =>
        answer === undefined ? reject(error) : resolve(answer),
      );
    });
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
    const stream = this.#client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request);
    return stream.toArray();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Ends it as the engine does, and tells the code that it ended with. */
  async interrupt(): Promise<number | null> {
    this.#client.close();
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGINT");
    const [code] = await ended;
    return code;
  }

  async close(): Promise<void> {
    this.#client.close();
    this.#engine.forceShutdown();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }
}

/** The partially created resource in a failed call, or undefined when nothing is left of it. */
export function partiallyCreatedOf(error: unknown) {
  const details: unknown[] = isServiceError(error) ? error.metadata.get("grpc-status-details-bin") : [];
  for (const packed of details) {
    const anys = packed instanceof Buffer ? Status.deserializeBinary(packed).getDetailsList() : [];
    for (const any of anys) {
      const failed = any.unpack(rpc.ErrorResourceInitFailed.deserializeBinary, "pulumirpc.ErrorResourceInitFailed");
      if (failed)
        return { id: failed.getId(), properties: plain(failed.getProperties()), reasons: failed.getReasonsList() };
    }
  }
  return undefined;
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "metadata" in error;
}
