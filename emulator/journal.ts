/** What was asked of the emulator and what came of it, without anything secret. */
import type { EcsRequest } from "./request";

/** One call, as the journal keeps it. */
export interface Call {
  /** Milliseconds since the epoch, when the call arrived. */
  readonly at: number;
  /** The operation that was asked for; empty if there was none. */
  readonly action: string;
  /** Business parameters under their wire names: `RegionId`, `InstanceId`, `VpcId`, `PageNumber`, `PageSize`. */
  readonly params: Readonly<Record<string, string>>;
  /** `"ok"`, the error code, or the name of the fault that struck. */
  readonly outcome: string;
  readonly requestId: string;
  /** HTTP status; 0 when nothing was answered. */
  readonly status: number;
}

// A list, not "all but the secret ones": what a caller sends by mistake must not be kept.
const kept = ["RegionId", "InstanceId", "VpcId", "PageNumber", "PageSize"];
const LONGEST = 4096;
const MOST = 20_000;

export class Journal {
  #calls: Call[] = [];

  /** Keeps the newest 20000 calls. */
  add(
    at: number,
    { action, params }: Pick<EcsRequest, "action" | "params">,
    outcome: string,
    requestId: string,
    status: number,
  ): void {
    const business: Record<string, string> = {};
    for (const name of kept) {
      const value = params.get(name);
      if (value !== undefined) business[name] = value.slice(0, LONGEST);
    }
    this.#calls.push({ at, action: action.slice(0, 128), params: business, outcome, requestId, status });
    if (this.#calls.length > 2 * MOST) this.#calls = this.#calls.slice(-MOST);
  }

  calls(): Call[] {
    return this.#calls.slice(-MOST);
  }

  clear(): void {
    this.#calls = [];
  }
}
