/** Pulumi's own host of dynamic providers as a process, spoken to as the engine does. Needs a build. */

import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { MethodDefinition } from "@grpc/grpc-js";
import { ResourceProviderService as service } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { STORED_LINE } from "../../provider/hosts/dynamic/storedLine";
import {
  isServiceError,
  NO_ENGINE,
  partiallyCreatedOf,
  plain,
  type Props,
  ProviderProcess,
  struct,
} from "./providerProcess";

const ROOT = join(__dirname, "..", "..");
const LAZY_MODULES = join(ROOT, "tests", "engine", "lazyModules.js");

/** A call that failed. `initFailed` is there when the resource is partially created. */
export class HostError extends Error {
  constructor(
    message: string,
    readonly initFailed: ReturnType<typeof partiallyCreatedOf>,
  ) {
    super(message);
  }
}

/** A host that runs, and the calls of the engine as methods. Properties go without `__provider`, which is added. */
export class DynamicHost extends ProviderProcess {
  /** All that calls answered with, errors among it. */
  readonly answers: Props[] = [];
  #marks = 0;
  readonly #printed: string[] = [];

  /**
   * Starts one in the folder of this repository, with nothing in its environment but `env`.
   *
   * @param engine its address. Processes that have the same one are of one run.
   */
  static async start(env: NodeJS.ProcessEnv, engine = NO_ENGINE): Promise<DynamicHost> {
    if (!existsSync(join(ROOT, "dist", "provider"))) {
      throw new Error("dist is missing: run npm run build before this test");
    }
    const program = require.resolve("@pulumi/pulumi/cmd/dynamic-provider");
    const args = ["--require", LAZY_MODULES, program, engine];
    const host = new DynamicHost(args, { PULUMI_NODEJS_PROJECT: "test", ...env }, ROOT);
    await host.connect();
    return host;
  }

  async configure(config: Props): Promise<void> {
    const request = new rpc.ConfigureRequest().setArgs(struct(config));
    await this.#ask(service.configure, request);
  }

  async check(news: Props, olds: Props = {}) {
    const request = new rpc.CheckRequest().setNews(withLine(news)).setOlds(struct(olds));
    const answer = await this.#ask(service.check, request);
    const failures = answer.getFailuresList().map((failure) => failure.toObject());
    return { inputs: this.#keep(answer.getInputs()), failures };
  }

  async diff(id: string, olds: Props, news: Props) {
    const request = new rpc.DiffRequest().setId(id).setOlds(withLine(olds)).setNews(withLine(news));
    const answer = await this.#ask(service.diff, request);
    return {
      changes: answer.getChanges() === rpc.DiffResponse.DiffChanges.DIFF_SOME,
      none: answer.getChanges() === rpc.DiffResponse.DiffChanges.DIFF_NONE,
      replaces: answer.getReplacesList(),
      deleteBeforeReplace: answer.getDeletebeforereplace(),
    };
  }

  async create(inputs: Props) {
    const request = new rpc.CreateRequest().setProperties(withLine(inputs));
    const answer = await this.#ask(service.create, request);
    return { id: answer.getId(), properties: this.#keep(answer.getProperties()) };
  }

  async read(id: string, state: Props) {
    const request = new rpc.ReadRequest().setId(id).setProperties(withLine(state));
    const answer = await this.#ask(service.read, request);
    return { id: answer.getId(), properties: this.#keep(answer.getProperties()) };
  }

  async update(id: string, olds: Props, news: Props) {
    const request = new rpc.UpdateRequest().setId(id).setOlds(withLine(olds)).setNews(withLine(news));
    const answer = await this.#ask(service.update, request);
    return this.#keep(answer.getProperties());
  }

  async delete(id: string, state: Props): Promise<void> {
    const request = new rpc.DeleteRequest().setId(id).setProperties(withLine(state));
    await this.#ask(service.delete, request);
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
      await once(this.errors, "line");
    }
  }

  /** The line with this text that it prints to stdout, which is what a user sees. Waits for it. */
  async lineWith(text: string): Promise<string> {
    for (;;) {
      const line = this.stdout.find((printed) => printed.includes(text));
      if (line !== undefined) return line;
      await once(this.lines, "line");
    }
  }

  /** Everything that it told anyone: printed, answered. */
  get told(): string {
    return [...this.#printed, ...this.stdout, ...this.stderr, JSON.stringify(this.answers)].join("\n");
  }

  async #ask<Request, Answer>(definition: MethodDefinition<Request, Answer>, request: Request): Promise<Answer> {
    try {
      return await this.call(definition, request);
    } catch (error) {
      if (!isServiceError(error)) throw error;
      const failed = new HostError(error.details, partiallyCreatedOf(error));
      this.answers.push({ error: failed.message, ...failed.initFailed?.properties });
      throw failed;
    }
  }

  #keep(message: Struct | undefined): Props {
    const props = plain(message);
    this.answers.push(props);
    return props;
  }
}

/** The state of every link holds the line; each call carries it. */
const withLine = (props: Props) => struct({ __provider: STORED_LINE, ...props });
