/** What the dynamic door adds to properties and takes from them, and how its errors leave. */

import { randomBytes } from "node:crypto";
import { ClassicLinkError, HalfMadeError } from "../../classicLinkError";
import type { Properties } from "../../inputs";
import type { CallContext } from "../../operation";

/** Pulumi's own: the stored line. It hides all names that begin with two underscores. */
export const PROVIDER_KEY = "__provider";

/** `customTimeouts`, in seconds, which Pulumi does not pass on. Kept in the outputs, the only thing that a delete is given. */
const TIMEOUTS_KEY = "__timeouts";

/** Tells resources apart, because the host does not say which one a call is about. See `CallContext.holder`. */
export const HOLDER_KEY = "__holder";

/** A mark for a resource that is being created. */
export function newHolder(): Properties {
  return { [HOLDER_KEY]: randomBytes(6).toString("base64url") };
}

/** Outputs as the state keeps them, with what belongs to the resource but not to the link. The last source is the inputs, or the state. */
export function toOutputs(outputs: object, ...sources: readonly Properties[]): Record<string, unknown> {
  return { ...outputs, ...keptOf(sources) };
}

/** Inputs and outputs of what a refresh has found. */
export function toSides(found: object, state: Properties): Record<"inputs" | "outputs", Record<string, unknown>> {
  const { [HOLDER_KEY]: _, ...inputs } = toOutputs(found, state);
  return { inputs, outputs: toOutputs(found, state) };
}

/** The mark in the outputs of a resource. See `CallContext.holder`. */
export function holderOf(state: Properties): string | undefined {
  const { [HOLDER_KEY]: holder } = state;
  return typeof holder === "string" ? holder : undefined;
}

/** The context of a call: who it is about, its timeout, and where it reports. Sources as for {@link toOutputs}. */
export function toContext(
  subject: string,
  call: "create" | "read" | "update" | "delete",
  ...sources: readonly Properties[]
): CallContext {
  const kept = keptOf(sources);
  const { [TIMEOUTS_KEY]: timeouts } = kept;
  const holder = holderOf(kept);
  const seconds: unknown = Object.entries(timeouts ?? {}).find(([name]) => name === call)?.[1];
  return {
    ...(typeof seconds === "number" ? { timeoutMs: seconds * 1000 } : {}),
    ...(holder === undefined ? {} : { holder }),
    // The host's output is shown under the stack, so the line itself has to say whom it is about.
    report: (message) => console.log(`${subject}: ${message}`),
    warn: (message) => console.log(`${subject}: warning: ${message}`),
  };
}

/** Lets only errors out that read well in Pulumi's output, and gives half-made ones what their state needs. */
export async function told<T>(sources: readonly Properties[], call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof HalfMadeError) {
      // The host adds the stored line to what succeeds, and not to this; without it the state could never be read again.
      const line = { [PROVIDER_KEY]: sources.at(-1)?.[PROVIDER_KEY] };
      throw new HalfMadeError(error.id, { ...toOutputs(error.properties, ...sources), ...line }, error.reasons);
    }
    if (error instanceof ClassicLinkError) throw error;
    throw new ClassicLinkError(error instanceof Error ? error.message : String(error));
  }
}

/** A member that is undefined cannot be encoded, and the call would fail after its work is done, so there is none. */
function keptOf(sources: readonly Properties[]): Properties {
  // The inputs come last: a timeout that the program no longer has is not kept from the state.
  const timeouts = sources.at(-1)?.[TIMEOUTS_KEY];
  const holder = sources.find((source) => source[HOLDER_KEY] !== undefined)?.[HOLDER_KEY];
  return {
    ...(timeouts === undefined ? {} : { [TIMEOUTS_KEY]: timeouts }),
    ...(holder === undefined ? {} : { [HOLDER_KEY]: holder }),
  };
}
