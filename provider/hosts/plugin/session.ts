/** What the process knows between two calls: its engine, its configuration, its connection, and whether it was cancelled. */

import type { ClassicLinkLifecycle } from "../../classicLink";
import type { EcsClient } from "../../ecs/client";
import type { Properties } from "../../inputs";
import type { CallContext } from "../../operation";
import { Settings } from "../../settings";
import { EngineLog } from "./engineLog";

/** The way to ECS. */
export interface Connection {
  readonly client: EcsClient;
  readonly lifecycle: ClassicLinkLifecycle;
}

export class Session {
  #settings = new Settings();
  #connection: Promise<Connection> | undefined;
  #log: EngineLog | undefined;
  #cancel = new AbortController();

  /** What was configured; before that, the environment alone. */
  get settings(): Settings {
    return this.#settings;
  }

  /** A process that outlives its engine is greeted by the next one, and works again. */
  greet(engineAddress: string): void {
    if (engineAddress === "") return;
    this.#log?.close();
    this.#log = new EngineLog(engineAddress);
    this.#cancel = new AbortController();
  }

  /** Never throws: what is wrong with a setting is told by the call that needs it. */
  configure(inputs: Properties): void {
    this.#settings = settingsOf(inputs);
    this.#connection = undefined;
  }

  /** Ends what is under way, and whatever comes after it. Also sent at the end of every run. */
  cancel(): void {
    this.#cancel.abort();
  }

  /** @throws {SettingError} when credentials are configured by half. */
  connect(): Promise<Connection> {
    this.#connection ??= connectTo(this.#settings);
    return this.#connection;
  }

  /**
   * Runs one operation on a resource, and shows it in the resource's row meanwhile.
   *
   * @param timeoutS how long it may take, in seconds; 0 for the default.
   */
  async run<T>(urn: string, timeoutS: number, operation: (context: CallContext) => Promise<T>): Promise<T> {
    const log = this.#log;
    let hasStatus = false;
    try {
      return await operation({
        ...(timeoutS > 0 ? { timeoutMs: timeoutS * 1000 } : {}),
        signal: this.#cancel.signal,
        report: (message) => log?.line(urn, message),
        progress: (message) => {
          hasStatus = true;
          log?.status(urn, message);
        },
      });
    } finally {
      // The last status would stay in the row for good.
      if (hasStatus) log?.status(urn, "");
      await log?.flushed();
    }
  }
}

async function connectTo(settings: Settings): Promise<Connection> {
  // Loaded here and not above: whoever starts the plugin waits for its port, and most starts connect to nothing.
  const { connectClient, lifecycleOver } = await import("../connect.js");
  const client = await connectClient(settings);
  return { client, lifecycle: lifecycleOver(client) };
}

/** Settings out of the inputs of a provider, whose names are those of the stack's configuration without its prefix. */
export function settingsOf(inputs: Properties): Settings {
  return new Settings((key) => {
    const value = key.startsWith("classiclink:") ? inputs[key.slice("classiclink:".length)] : undefined;
    if (value === undefined || value === null) return undefined;
    return typeof value === "string" ? value : JSON.stringify(value);
  });
}
