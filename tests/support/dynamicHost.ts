/** Pulumi's own host of dynamic providers as a process, spoken to as the engine does. Needs a build. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { STORED_LINE } from "../../provider/hosts/dynamic/storedLine";

export type Props = Readonly<Record<string, JavaScriptValue>>;

const ROOT = join(__dirname, "..", "..");
const LAZY_MODULES = join(ROOT, "tests", "engine", "lazyModules.js");

/** A call that failed. `initFailed` is there when the resource is partially created. */
export class HostError extends Error {
  readonly initFailed:
    | { readonly id: string; readonly properties: Props; readonly reasons: readonly string[] }
    | undefined;

  constructor(error: ServiceError) {
    super(error.details);
    const [packed] = error.metadata?.get("grpc-status-details-bin") ?? [];
    const details = packed instanceof Buffer ? Status.deserializeBinary(packed).getDetailsList() : [];
    const unpack = rpc.ErrorResourceInitFailed.deserializeBinary;
    const init = details.map((any) => any.unpack(unpack, "pulumirpc.ErrorResourceInitFailed"))[0];
    this.initFailed = init
      ? { id: init.getId(), properties: plain(init.getProperties()), reasons: init.getReasonsList() }
      : undefined;
  }
}

/** Secrets travel to `configure` in this envelope. */
export const secretOf = (value: JavaScriptValue): Props => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

/** A host that runs, and the calls of the engine as methods. Properties go without `__provider`, which is added. */
export class DynamicHost {
  /** What it printed and nobody has taken yet, line by line. */
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  /** All that calls answered with, errors among it. */
  readonly answers: Props[] = [];
  #client: ResourceProviderClient | undefined;
  readonly #child;
  readonly #errors: Interface;
  #lines: Interface | undefined;
  #marks = 0;
  readonly #printed: string[] = [];

  private constructor(env: NodeJS.ProcessEnv, engine: string) {
    const host = require.resolve("@pulumi/pulumi/cmd/dynamic-provider");
    this.#child = spawn(process.execPath, ["--require", LAZY_MODULES, host, engine], {
      cwd: ROOT,
      // In a user's project the package is below node_modules, where Node does not warn of require(esm).
      env: { PATH: process.env.PATH, PULUMI_NODEJS_PROJECT: "test", NODE_NO_WARNINGS: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#errors = createInterface(this.#child.stderr).on("line", (line) => this.stderr.push(line));
  }

  /**
   * Starts one in the folder of this repository, with nothing in its environment but `env`.
   *
   * @param engine its address. Processes that have the same one are of one run.
   */
  static async start(env: NodeJS.ProcessEnv, engine = "127.0.0.1:1"): Promise<DynamicHost> {
    if (!existsSync(join(ROOT, "dist", "provider"))) {
      throw new Error("dist is missing: run npm run build before this test");
    }
    const host = new DynamicHost(env, engine);
    const lines = createInterface(host.#child.stdout);
    const ended = once(host.#child, "exit").then(([code]) => {
      throw new Error(`the host ended with ${code}: ${host.stderr.join("\n")}`);
    });
    const [port] = await Promise.race([once(lines, "line"), ended]);
    ended.catch(() => {});
    host.#lines = lines.on("line", (line) => host.stdout.push(line));
    host.#client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
    return host;
  }

  async configure(config: Props): Promise<void> {
    const request = new rpc.ConfigureRequest().setArgs(Struct.fromJavaScript(config));
    await this.#ask<rpc.ConfigureResponse>((client, answer) => client.configure(request, answer));
  }

  async check(news: Props, olds: Props = {}) {
    const request = new rpc.CheckRequest().setNews(withLine(news)).setOlds(Struct.fromJavaScript(olds));
    const answer = await this.#ask<rpc.CheckResponse>((client, answered) => client.check(request, answered));
    const failures = answer.getFailuresList().map((failure) => failure.toObject());
    return { inputs: this.#keep(answer.getInputs()), failures };
  }

  async diff(id: string, olds: Props, news: Props) {
    const request = new rpc.DiffRequest().setId(id).setOlds(withLine(olds)).setNews(withLine(news));
    const answer = await this.#ask<rpc.DiffResponse>((client, answered) => client.diff(request, answered));
    return {
      changes: answer.getChanges() === rpc.DiffResponse.DiffChanges.DIFF_SOME,
      none: answer.getChanges() === rpc.DiffResponse.DiffChanges.DIFF_NONE,
      replaces: answer.getReplacesList(),
      deleteBeforeReplace: answer.getDeletebeforereplace(),
    };
  }

  async create(inputs: Props) {
    const request = new rpc.CreateRequest().setProperties(withLine(inputs));
    const answer = await this.#ask<rpc.CreateResponse>((client, answered) => client.create(request, answered));
    return { id: answer.getId(), properties: this.#keep(answer.getProperties()) };
  }

  async read(id: string, state: Props) {
    const request = new rpc.ReadRequest().setId(id).setProperties(withLine(state));
    const answer = await this.#ask<rpc.ReadResponse>((client, answered) => client.read(request, answered));
    return { id: answer.getId(), properties: this.#keep(answer.getProperties()) };
  }

  async update(id: string, olds: Props, news: Props) {
    const request = new rpc.UpdateRequest().setId(id).setOlds(withLine(olds)).setNews(withLine(news));
    const answer = await this.#ask<rpc.UpdateResponse>((client, answered) => client.update(request, answered));
    return this.#keep(answer.getProperties());
  }

  async delete(id: string, state: Props): Promise<void> {
    const request = new rpc.DeleteRequest().setId(id).setProperties(withLine(state));
    await this.#ask<unknown>((client, answered) => client.delete(request, answered));
  }

  /** What it has printed to stderr since this was asked last. What is printed and what is answered race, so a mark ends it. */
  async errorLines(): Promise<string[]> {
    this.#marks += 1;
    const mark = `no:id:${this.#marks}`;
    await this.read(mark, {}).catch(() => {});
    for (;;) {
      const end = this.stderr.findIndex((line) => line.includes(mark));
      const lines = end < 0 ? [] : this.stderr.splice(0, end + 1);
      this.#printed.push(...lines);
      if (end >= 0) return lines.slice(0, -1);
      await once(this.#errors, "line");
    }
  }

  /** The line with this text that it prints to stdout, which is what a user sees. Waits for it. */
  async lineWith(text: string): Promise<string> {
    for (;;) {
      const line = this.stdout.find((printed) => printed.includes(text));
      if (line !== undefined) return line;
      if (this.#lines === undefined) throw new Error("the host has not started");
      await once(this.#lines, "line");
    }
  }

  /** Everything that it told anyone: printed, answered. */
  get told(): string {
    return [...this.#printed, ...this.stdout, ...this.stderr, JSON.stringify(this.answers)].join("\n");
  }

  /** Resolves when the process has ended. */
  async ended(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
  }

  async close(): Promise<void> {
    this.#client?.close();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }

  #ask<T>(send: (client: ResourceProviderClient, answered: (error: ServiceError | null, answer: T) => void) => void) {
    const client = this.#client;
    if (client === undefined) throw new Error("the host has not started");
    return new Promise<T>((resolve, reject) => {
      send(client, (error, answer) => {
        if (error === null) return resolve(answer);
        const failed = new HostError(error);
        this.answers.push({ error: failed.message, ...failed.initFailed?.properties });
        reject(failed);
      });
    });
  }

  #keep(struct: Struct | undefined): Props {
    const props = plain(struct);
    this.answers.push(props);
    return props;
  }
}

/** The state of every link holds the line; each call carries it. */
const withLine = (props: Props) => Struct.fromJavaScript({ __provider: STORED_LINE, ...props });

const plain = (struct: Struct | undefined): Props => struct?.toJavaScript() ?? {};
