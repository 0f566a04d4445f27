/** What the process knows between two calls: its engine, its configuration, its connection, and whether it was cancelled. */

import type { Link } from "../../ecs/client";
import type { Properties } from "../../inputs";
import type { LinkSteps } from "../../linkSteps";
import type { CallContext } from "../../operation";
import { Settings } from "../../settings";
import { Turns } from "../../turns";
import { EngineLog } from "./engineLog";

export class Session {
  #settings = new Settings();
  #steps: Promise<LinkSteps> | undefined;
  /** Filled by diffs too, most of which need no connection. */
  #turns = new Turns();
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
    this.#steps = undefined;
    this.#turns = new Turns();
  }

  /** Notes links that the program of this update declares. */
  declare(links: readonly Link[]): void {
    this.#turns.declare(links);
  }

  /** Remembers that a resource of this update goes on to declare links that it has. */
  keep(links: readonly Link[], urn: string): void {
    this.#turns.keep(links, urn);
  }

  /** Ends what is under way, and whatever comes after it. Also sent at the end of every run. */
  cancel(): void {
    this.#cancel.abort();
  }

  /**
   * Runs one operation on a resource, or on none, and shows it in the resource's row meanwhile.
   *
   * @param urn of the resource; empty for none.
   * @param timeoutS how long it may take, in seconds; 0 for the default.
   * @param operation is given the steps, which all operations share.
   * @throws {SettingError} when credentials are configured by half.
   */
  async run<T>(
    urn: string,
    timeoutS: number,
    operation: (steps: LinkSteps, context: CallContext) => Promise<T>,
  ): Promise<T> {
    this.#steps ??= connectTo(this.#settings, this.#turns);
    const steps = await this.#steps;
    const log = this.#log;
    let hasStatus = false;
    try {
      return await operation(steps, {
        ...(urn === "" ? {} : { holder: urn }),
        ...(timeoutS > 0 ? { timeoutMs: timeoutS * 1000 } : {}),
        signal: this.#cancel.signal,
        report: (message) => log?.line(urn, message),
        warn: (message) => log?.warning(urn, message),
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

async function connectTo(settings: Settings, turns: Turns): Promise<LinkSteps> {
  // Loaded here and not above: whoever starts the plugin waits for its port, and most starts connect to nothing.
  const { connect } = await import("../connect.js");
  return await connect(settings, turns);
}

/** Settings out of the inputs of a provider, whose names are those of the stack's configuration without its prefix. */
export function settingsOf(inputs: Properties): Settings {
  return new Settings((key) => {
    const value = key.startsWith("classiclink:") ? inputs[key.slice("classiclink:".length)] : undefined;
    if (value === undefined || value === null) return undefined;
    return typeof value === "string" ? value : JSON.stringify(value);
  });
}
