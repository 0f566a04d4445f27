/** The journal: the calls and their outcomes, without secrets. */
import { type ApiRequest, header } from "./requests";
import type { Call } from "./types";

// Only these parameters and headers are recorded. Others may have a secret.
const parameters = ["RegionId", "InstanceId", "InstanceIds", "VpcId", "PageNumber", "PageSize", "RoleArn", "Product"];
const headerNames = [
  "x-acs-organizationid",
  "x-acs-resourcegroupid",
  "x-acs-regionid",
  "x-acs-caller-sdk-source",
  "x-acs-asapi-product",
  "x-ascm-product-name",
];
/** In characters. */
const LONGEST_VALUE = 4096;
const MOST_CALLS = 20_000;
/** The limit for the text of all calls, in characters. Usual calls need much less. */
const MOST_TEXT = 16 * 1024 * 1024;

type Recorded = Pick<ApiRequest, "action" | "params" | "headers">;

export class Journal {
  #calls: Call[] = [];
  #text = 0;

  /** Adds a call. If there are more than 20000 calls, or their text is too long, drops the oldest ones. */
  add({ action, params, headers }: Recorded, result: Omit<Call, "action" | "params" | "headers">): void {
    const call = {
      ...result,
      action: copy(action, 128),
      params: pick(parameters, (name) => params.get(name)),
      headers: pick(headerNames, (name) => header(headers, name)),
    };
    this.#calls.push(call);
    this.#text += lengthOf(call);
    if (this.#calls.length > 2 * MOST_CALLS || this.#text > 2 * MOST_TEXT) this.#trim();
  }

  calls(): Call[] {
    return this.#calls.slice(-MOST_CALLS);
  }

  clear(): void {
    this.#calls = [];
    this.#text = 0;
  }

  #trim(): void {
    let from = this.#calls.length;
    this.#text = 0;
    for (const call of this.#calls.slice(-MOST_CALLS).reverse()) {
      if (this.#text + lengthOf(call) > MOST_TEXT) break;
      this.#text += lengthOf(call);
      from -= 1;
    }
    this.#calls = this.#calls.slice(from);
  }
}

/** The start of a text, as a copy. A slice would keep the whole text in memory, which may have 1 MiB. */
function copy(text: string, most: number): string {
  return Buffer.from(text.slice(0, most)).toString();
}

function pick(names: readonly string[], value: (name: string) => string | undefined): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of names) {
    const given = value(name);
    if (given !== undefined) found[name] = copy(given, LONGEST_VALUE);
  }
  return found;
}

function lengthOf({ params, headers }: Call): number {
  return [...Object.values(params), ...Object.values(headers)].reduce((sum, value) => sum + value.length, 0);
}
