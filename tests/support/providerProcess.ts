/** A provider as a process, spoken to over gRPC as the engine does: the same calls for both hosts. Needs a build. */

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { Client, credentials, type MethodDefinition, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderService as service } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import type { Message } from "google-protobuf";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

export type Props = Readonly<Record<string, JavaScriptValue>>;

/** A secret as it goes over the wire. */
export const secretOf = (value: JavaScriptValue): Props => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

export const struct = (props: Props) => Struct.fromJavaScript({ ...props });
export const plain = (message: Struct | undefined): Props => message?.toJavaScript() ?? {};

export const LINK_TYPE = "classiclink:index:ClassicLink";
export const URN = `urn:pulumi:dev::shop::${LINK_TYPE}::web`;
export const LINKS_URN = `urn:pulumi:dev::shop::${LINK_TYPE}s::fleet`;

/** Nobody listens there. */
export const NO_ENGINE = "127.0.0.1:1";

/** A call that failed. `partiallyCreated` is there when something of the resource is left. */
export class HostError extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly partiallyCreated: ReturnType<typeof partiallyCreatedOf>,
  ) {
    super(message);
  }
}

export abstract class ProviderProcess {
  /** The resource that calls are about. */
  urn = URN;
  /** What it printed, line by line. The first line to stdout is its port. */
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  /** What it told people. */
  abstract readonly told: readonly string[];
  /** Emits `line` when something was printed or told. */
  protected readonly heard = new EventEmitter();
  protected client = new Client(NO_ENGINE, credentials.createInsecure());
  readonly #answers: object[] = [];
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;

  /** Nothing is in its environment but `env`. */
  protected constructor(args: readonly string[], env: NodeJS.ProcessEnv, cwd?: string) {
    this.#child = spawn(process.execPath, args, {
      ...(cwd === undefined ? {} : { cwd }),
      // In a user's project the package is below node_modules, where Node does not warn of require(esm).
      env: { PATH: process.env.PATH, NODE_NO_WARNINGS: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const [stream, lines] of [
      [this.#child.stdout, this.stdout],
      [this.#child.stderr, this.stderr],
    ] as const) {
      createInterface(stream).on("line", (line) => {
        lines.push(line);
        this.heard.emit("line");
      });
    }
  }

  /** Waits until it listens. */
  protected async connect(): Promise<void> {
    const ended = once(this.#child, "exit").then(([code]) => {
      throw new Error(`the provider ended with ${code}: ${this.stderr.join("\n")}`);
    });
    await Promise.race([this.until(() => this.stdout.length > 0), ended]);
    ended.catch(() => {});
    this.client = new Client(`127.0.0.1:${this.stdout[0]}`, credentials.createInsecure());
  }

  /** Waits until that is so of what it printed or told. */
  protected async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await once(this.heard, "line");
  }

  /** Waits until it has told that, and gives back the line. */
  async toldOf(text: string): Promise<string> {
    await this.until(() => this.told.some((line) => line.includes(text)));
    return this.told.find((line) => line.includes(text)) ?? "";
  }

  /** Everything that it told anyone: printed, logged, answered. */
  get everything(): string {
    return [...this.stdout, ...this.stderr, ...this.told, JSON.stringify(this.#answers)].join("\n");
  }

  /** The properties as a state has them. */
  state(props: Props): Props {
    return props;
  }

  /** Inputs with `customTimeouts`, where they travel among them. */
  limited(inputs: Props, _timeouts: Props): Props {
    return inputs;
  }

  /** Inputs of which one is secret. */
  secretly(inputs: Props, name: string): Props {
    return { ...inputs, [name]: secretOf(inputs[name] ?? null) };
  }

  /** One call. Rejects with a {@link HostError}. */
  async call<Request extends Message, Answer extends Message>(
    { path, requestSerialize, responseDeserialize }: MethodDefinition<Request, Answer>,
    request: Request,
  ): Promise<Answer> {
    try {
      const answer = await new Promise<Answer>((resolve, reject) => {
        this.client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error, given) =>
          given === undefined ? reject(error) : resolve(given),
        );
      });
      this.#answers.push(answer.toObject());
      return answer;
    } catch (error) {
      if (!isServiceError(error)) throw error;
      const failed = new HostError(error.code, error.details, partiallyCreatedOf(error));
      this.#answers.push({ ...failed, message: failed.message });
      throw failed;
    }
  }

  async configure(args: Props): Promise<rpc.ConfigureResponse> {
    return await this.call(service.configure, new rpc.ConfigureRequest().setArgs(struct(args)));
  }

  async check(news: Props, olds: Props = {}) {
    const request = new rpc.CheckRequest().setUrn(this.urn).setOlds(struct(olds));
    const answer = await this.call(service.check, request.setNews(this.#stated(news)));
    const failures = answer.getFailuresList().map((failure) => failure.toObject());
    return { inputs: plain(answer.getInputs()), failures };
  }

  diff(olds: Props, news: Props, ignoreChanges: string[] = []): Promise<rpc.DiffResponse> {
    const request = new rpc.DiffRequest().setUrn(this.urn).setId("cn-hangzhou:i-a").setIgnorechangesList(ignoreChanges);
    return this.call(service.diff, request.setOlds(this.#stated(olds)).setNews(this.#stated(news)));
  }

  async create(inputs: Props, { preview = false, timeout = 0 } = {}) {
    const request = new rpc.CreateRequest().setUrn(this.urn).setPreview(preview).setTimeout(timeout);
    const answer = await this.call(service.create, request.setProperties(this.#stated(inputs)));
    return { id: answer.getId(), properties: plain(answer.getProperties()) };
  }

  /** Without a state, a read by id alone, as in an import. */
  async read(id: string, state: Props = {}, inputs: Props = state) {
    const request = new rpc.ReadRequest().setUrn(this.urn).setId(id).setProperties(this.#stated(state));
    const answer = await this.call(service.read, request.setInputs(this.#stated(inputs)));
    return { id: answer.getId(), properties: plain(answer.getProperties()), inputs: plain(answer.getInputs()) };
  }

  async update(olds: Props, news: Props, { preview = false, timeout = 0 } = {}): Promise<Props> {
    const request = new rpc.UpdateRequest().setUrn(this.urn).setId("cn-hangzhou:i-a").setPreview(preview);
    request.setTimeout(timeout).setOlds(this.#stated(olds));
    return plain((await this.call(service.update, request.setNews(this.#stated(news)))).getProperties());
  }

  async delete(state: Props, { timeout = 0 } = {}): Promise<void> {
    const request = new rpc.DeleteRequest().setUrn(this.urn).setId("cn-hangzhou:i-a").setTimeout(timeout);
    await this.call(service.delete, request.setProperties(this.#stated(state)));
  }

  #stated = (props: Props) => struct(this.state(props));

  /** Resolves when the process has ended, with its exit code. */
  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
    return this.#child.exitCode;
  }

  /** Ends it as the engine does. Resolves with its exit code. */
  async interrupt(): Promise<number | null> {
    this.client.close();
    this.#child.kill("SIGINT");
    return await this.ended();
  }

  async close(): Promise<void> {
    this.client.close();
    this.#child.kill("SIGKILL");
    await this.ended();
  }
}

/** The partially created resource in a failed call, or undefined when nothing is left of it. */
function partiallyCreatedOf(error: ServiceError) {
  for (const packed of error.metadata.get("grpc-status-details-bin")) {
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

/** The error of a call that has to fail. */
export async function errorOf(call: Promise<unknown>): Promise<HostError> {
  const error: unknown = await call.then(
    () => new Error("it should have failed"),
    (thrown: unknown) => thrown,
  );
  if (error instanceof HostError) return error;
  throw error;
}
