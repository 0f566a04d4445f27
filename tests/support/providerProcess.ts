/** A provider as a process, spoken to over gRPC as the engine does. */

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";
import type { Readable } from "node:stream";
import { Client, credentials, type MethodDefinition, type ServiceError } from "@grpc/grpc-js";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

export type Props = Readonly<Record<string, JavaScriptValue>>;

/** A secret as it goes over the wire. */
export const secretOf = (value: JavaScriptValue): Props => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

export const struct = (props: Props) => Struct.fromJavaScript({ ...props });
export const plain = (message: Struct | undefined): Props => message?.toJavaScript() ?? {};

/** Nobody listens there. */
export const NO_ENGINE = "127.0.0.1:1";

export class ProviderProcess {
  /** What it printed, line by line. The first line to stdout is its port. */
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  protected readonly lines: Interface;
  protected readonly errors: Interface;
  protected client = new Client(NO_ENGINE, credentials.createInsecure());
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;

  /** Nothing is in its environment but `env`. */
  protected constructor(args: readonly string[], env: NodeJS.ProcessEnv, cwd?: string) {
    this.#child = spawn(process.execPath, args, {
      ...(cwd === undefined ? {} : { cwd }),
      // In a user's project the package is below node_modules, where Node does not warn of require(esm).
      env: { PATH: process.env.PATH, NODE_NO_WARNINGS: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.lines = createInterface(this.#child.stdout).on("line", (line) => this.stdout.push(line));
    this.errors = createInterface(this.#child.stderr).on("line", (line) => this.stderr.push(line));
  }

  /** Waits until it listens. */
  protected async connect(): Promise<void> {
    const ended = once(this.#child, "exit").then(([code]) => {
      throw new Error(`the provider ended with ${code}: ${this.stderr.join("\n")}`);
    });
    const [port] = await Promise.race([once(this.lines, "line"), ended]);
    ended.catch(() => {});
    this.client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  }

  /** One call. Rejects with what gRPC made of a failure. */
  call<Request, Answer>(definition: MethodDefinition<Request, Answer>, request: Request): Promise<Answer> {
    const { path, requestSerialize, responseDeserialize } = definition;
    return new Promise((resolve, reject) => {
      this.client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error, answer) =>
        answer === undefined ? reject(error) : resolve(answer),
      );
    });
  }

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

export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "metadata" in error;
}
