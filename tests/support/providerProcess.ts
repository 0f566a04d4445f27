/** A provider as a process, which is called over gRPC as the engine does: the same calls for both hosts. Needs a build. */

import { EventEmitter, once } from "node:events";
import { type HostProcess, type OnLine, startHost } from "../engine/providers";
import { envelope, type read, type Value, type Values } from "../engine/values";

export type Props = Values;

/** A secret as it goes over the wire. */
export const secretOf = (value: Value) => envelope({ value });

export const LINK_TYPE = "classiclink:index:ClassicLink";
export const URN = `urn:pulumi:dev::shop::${LINK_TYPE}::web`;
export const LINKS_URN = `urn:pulumi:dev::shop::${LINK_TYPE}s::fleet`;

/** Nobody listens there. */
export const NO_ENGINE = "127.0.0.1:1";

/** How long a call may take, in seconds, and whether it is of a preview. */
export type How = Readonly<{ timeout?: number; preview?: boolean }>;

/** Starts Node with nothing in its environment but `env`. */
export const nodeWith = (args: readonly string[], env: NodeJS.ProcessEnv, cwd?: string) => (onLine: OnLine) => {
  const surroundings = {
    ...(cwd === undefined ? {} : { cwd }),
    // In a user's project the package is below node_modules, where Node does not warn of require(esm).
    env: { PATH: process.env.PATH, NODE_NO_WARNINGS: "1", ...env },
  };
  return startHost(process.execPath, args, surroundings, onLine);
};

export abstract class ProviderProcess {
  /** The resource that calls are about. */
  urn = URN;
  /** What it printed, line by line, besides its port. */
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  /** What it showed to users. */
  abstract readonly told: readonly string[];
  /** Emits `line` for each line that is printed or logged. */
  protected readonly heard = new EventEmitter();
  readonly #answers: object[] = [];
  protected readonly host: Promise<HostProcess>;

  protected constructor(start: (onLine: OnLine) => Promise<HostProcess>) {
    this.host = start((line, stream) => {
      this[stream].push(line);
      this.heard.emit("line");
    });
  }

  /** Waits until this is true of the lines that it printed or logged. */
  protected async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await once(this.heard, "line");
  }

  /** Waits for a line that users see with this text, and returns it. */
  async toldOf(text: string): Promise<string> {
    await this.until(() => this.told.some((line) => line.includes(text)));
    return this.told.find((line) => line.includes(text)) ?? "";
  }

  /** Everything that it printed, logged or answered. */
  get everything(): string {
    return [...this.stdout, ...this.stderr, ...this.told, JSON.stringify(this.#answers)].join("\n");
  }

  /** The properties as a state has them. */
  state(props: Props): Props {
    return props;
  }

  /** Inputs with `customTimeouts`, if the host has them among the inputs. */
  limited(inputs: Props, _timeouts: Props): Props {
    return inputs;
  }

  /** Inputs of which one is secret. */
  secretly(inputs: Props, name: string): Props {
    return { ...inputs, [name]: secretOf(inputs[name] ?? null) };
  }

  /** A request, about the resource. Fields that are not named have an empty value. */
  protected about(fields: object): object {
    return { urn: this.urn, id: "cn-hangzhou:i-a", ...fields };
  }

  /** One call, about the resource. The error of a partial creation has its properties. */
  async call(name: string, fields: object = {}): Promise<ReturnType<typeof read>> {
    const { send } = await this.host;
    const told = await send(name, this.about(fields)).catch((error: Error) => error);
    this.#answers.push({ ...told, message: told.message });
    if (told instanceof Error) throw told;
    return told;
  }

  async configure(args: Props): Promise<void> {
    await this.call("configure", { args });
  }

  async check(news: Props, olds: Props = {}) {
    const { inputs, failuresList } = await this.call("check", { olds, news: this.state(news) });
    return { inputs, failures: failuresList };
  }

  diff(olds: Props, news: Props, ignorechangesList: readonly string[] = []) {
    return this.call("diff", { olds: this.state(olds), news: this.state(news), ignorechangesList });
  }

  async create(inputs: Props, how: How = {}) {
    const { id, properties } = await this.call("create", { ...how, properties: this.state(inputs) });
    return { id, properties };
  }

  /** Without a state, a read by id alone, as in an import. */
  async read(givenId: string, state: Props = {}, given: Props = state) {
    const fields = { id: givenId, properties: this.state(state), inputs: this.state(given) };
    const { id, properties, inputs } = await this.call("read", fields);
    return { id, properties, inputs };
  }

  async update(olds: Props, news: Props, how: How = {}) {
    return (await this.call("update", { ...how, olds: this.state(olds), news: this.state(news) })).properties;
  }

  async delete(state: Props, how: How = {}): Promise<void> {
    await this.call("delete", { ...how, properties: this.state(state) });
  }

  /** Resolves when the process has ended. */
  async ended(): Promise<void> {
    await (await this.host).ended;
  }

  /** Ends it as the engine does. Resolves with its exit code. */
  async interrupt(): Promise<number | null> {
    return await (await this.host).close("SIGINT");
  }

  async close(): Promise<void> {
    await (await this.host).close();
  }
}

/** The error of a call that has to fail. */
export const errorOf = (call: Promise<unknown>): Promise<Error> =>
  call.then(
    () => {
      throw new Error("it should have failed");
    },
    (error) => error,
  );
