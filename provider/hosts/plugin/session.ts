/** The state of the process between calls: its engine, its configured provider, and its cancellation. */

import { Run } from "../../links/run";
import { ClassicLinkError } from "../../links/errors";
import type { CallContext } from "../../links/operation";
import type { Properties } from "../../resources/inputs";
import { Provider } from "../../resources/provider";
import { Settings } from "../../settings";
import type { Mask } from "../secret";
import { EngineLog } from "./engineLog";

export class Session {
  #run = new Run();
  #engine = "";
  #provider = new Provider(new Settings(), this.#run);
  #log: EngineLog | undefined;
  #cancel = new AbortController();

  /** The configured provider. Before the configuration, a provider that reads only the environment. */
  get provider(): Provider {
    return this.#provider;
  }

  /** Connects to an engine, and starts a new run if it is another engine. A process may outlive its engine. */
  connect(engineAddress: string): void {
    if (engineAddress === "" || engineAddress === this.#engine) return;
    this.#engine = engineAddress;
    this.#run = new Run(engineAddress);
    this.#provider = new Provider(this.#provider.settings, this.#run);
    this.#log?.close();
    this.#log = new EngineLog(engineAddress);
    this.#cancel = new AbortController();
    if (this.#run.problem !== undefined) this.#log.debug(this.#run.problem);
  }

  /** Never throws. The call that needs a wrong setting reports it. */
  configure(inputs: Properties): void {
    this.#provider = new Provider(settingsOf(inputs), this.#run);
  }

  /** Ends all running and later operations. The engine also sends this at the end of each run. */
  cancel(): void {
    this.#cancel.abort();
  }

  /**
   * Runs one operation, and reports its progress in the resource's row.
   *
   * @param urn the resource. Empty if there is none.
   * @param timeoutS the time limit, in seconds. 0 for the default.
   * @param mask removes secrets from messages and errors.
   */
  async run<T>(
    urn: string,
    timeoutS: number,
    operation: (context: CallContext) => Promise<T>,
    mask: Mask = (message) => message,
  ): Promise<T> {
    const log = this.#log;
    let hasStatus = false;
    try {
      this.#provider.warnOfConnection((message) => log?.warning(urn, message));
      return await operation({
        ...(timeoutS > 0 ? { timeoutMs: timeoutS * 1000 } : {}),
        signal: this.#cancel.signal,
        report: (message) => log?.line(urn, mask(message)),
        warn: (message) => log?.warning(urn, mask(message)),
        progress: (message) => {
          hasStatus = true;
          log?.status(urn, mask(message));
        },
      });
    } catch (error) {
      throw error instanceof ClassicLinkError ? error.rephrased(mask) : error;
    } finally {
      // Otherwise the last status would stay in the row.
      if (hasStatus) log?.clearStatus(urn);
      await log?.flushed();
    }
  }
}

/** The settings in a provider's inputs. Their names are those of the stack's configuration, without `classiclink:`. */
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

/** Pulumi passes to a plugin only the configuration of its own package. */
const OWN_KEYS_ONLY = (key: string) => (key.startsWith("classiclink:") ? key : undefined);
