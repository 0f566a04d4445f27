/** What the process knows between two calls: its engine, its configured provider, and whether it was cancelled. */

import { Run } from "../../links/ledger";
import type { CallContext } from "../../links/operation";
import type { Properties } from "../../resources/inputs";
import { Provider } from "../../resources/provider";
import { Settings } from "../../settings";
import { EngineLog } from "./engineLog";

export class Session {
  #run = new Run();
  #engine = "";
  #provider = new Provider(new Settings(), this.#run);
  #log: EngineLog | undefined;
  #cancel = new AbortController();

  /** What was configured; before that, the environment alone. */
  get provider(): Provider {
    return this.#provider;
  }

  /** A process that outlives its engine is greeted by the next one. That is another run. */
  greet(engineAddress: string): void {
    if (engineAddress === "" || engineAddress === this.#engine) return;
    this.#engine = engineAddress;
    this.#run = new Run(engineAddress);
    this.#provider = new Provider(this.#provider.settings, this.#run);
    this.#log?.close();
    this.#log = new EngineLog(engineAddress);
    this.#cancel = new AbortController();
    if (this.#run.problem !== undefined) this.#log.debug(this.#run.problem);
  }

  /** Never throws: a setting that is wrong is reported by the call that needs it. */
  configure(inputs: Properties): void {
    this.#provider = new Provider(settingsOf(inputs), this.#run);
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
   */
  async run<T>(urn: string, timeoutS: number, operation: (context: CallContext) => Promise<T>): Promise<T> {
    const log = this.#log;
    let hasStatus = false;
    try {
      this.#provider.warnOfConnection((message) => log?.warning(urn, message));
      return await operation({
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

/** Settings out of the inputs of a provider, whose names are those of the stack's configuration without its prefix. */
export function settingsOf(inputs: Properties): Settings {
  return new Settings(
    (key) => {
      const value = key.startsWith("classiclink:") ? inputs[key.slice("classiclink:".length)] : undefined;
      if (value === undefined || value === null) return undefined;
      return typeof value === "string" ? value : JSON.stringify(value);
    },
    undefined,
    OWN_KEYS_ONLY,
  );
}

/** Pulumi gives a plugin the keys of its own package only. */
const OWN_KEYS_ONLY = (key: string) => (key.startsWith("classiclink:") ? key : undefined);
