/** A scripted ECS on Jest's simulated clock, and the outcome of a promise there. */

import { jest } from "@jest/globals";
import { ClassicLinkError } from "../../provider/links/errors";
import { PartiallyCreatedError } from "../../provider/resources/partiallyCreated";

export * from "./simulatedEcs";

/** The outcome of a promise after all simulated timers have run. `afterMs` is how long it took on the simulated clock. */
export type Outcome<T> = { readonly afterMs: number } & (
  | { readonly value: T; readonly error?: undefined }
  | { readonly error: Error }
);

/** Lets simulated time run until nothing is left to wait for. Fails when the promise has not settled by then. */
export async function run<T>(promise: Promise<T>): Promise<Outcome<T>> {
  const from = performance.now();
  let outcome: Outcome<T> | undefined;
  promise.then(
    (value) => {
      outcome = { afterMs: performance.now() - from, value };
    },
    (error) => {
      outcome = { afterMs: performance.now() - from, error };
    },
  );
  await jest.runAllTimersAsync();
  if (outcome === undefined) throw new Error("nothing is left to wait for, and the promise has not settled");
  return outcome;
}

/** The value of what must succeed. */
export async function done<T>(promise: Promise<T>): Promise<T> {
  const outcome = await run(promise);
  if (outcome.error !== undefined) throw outcome.error;
  return outcome.value;
}

/** The error of what must fail. */
export async function failed(promise: Promise<unknown>): Promise<Error> {
  const { error } = await run(promise);
  if (error === undefined) throw new Error("it should have failed");
  return error;
}

/** The error of what must fail with a partial creation. */
export async function partially(promise: Promise<unknown>): Promise<PartiallyCreatedError> {
  const error = await failed(promise);
  if (error instanceof PartiallyCreatedError) return error;
  throw new Error(`not partially created: ${error.message}`, { cause: error });
}

/** The message of what must fail without a partial creation. */
export async function plainly(promise: Promise<unknown>): Promise<string> {
  const error = await failed(promise);
  if (error instanceof ClassicLinkError && !(error instanceof PartiallyCreatedError)) return error.message;
  throw new Error(`no plain failure: ${error.message}`, { cause: error });
}
