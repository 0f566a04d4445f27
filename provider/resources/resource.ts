/** What a resource is, for both hosts. All values are plain and in clear. */

import type { Declarer } from "../links/ledger";
import type { CallContext } from "../links/operation";
import type { CheckResult, Properties } from "./inputs";
import type { Provider } from "./provider";

/** A resource as it is in the cloud. */
export interface Found {
  readonly id: string;
  /** The outputs, with those that Pulumi does not show. */
  readonly outputs: Properties;
  /** The inputs that would declare it. */
  readonly inputs: Properties;
}

/** What a program's inputs mean for a resource that exists. */
export interface Diff {
  /** The properties that replace it. */
  readonly replaces: readonly string[];
  /** The properties that are changed in place. */
  readonly updates: readonly string[];
  /** Whether an update is due although no property differs. */
  readonly isDue: boolean;
}

/** A type of resource. Its methods throw {@link ClassicLinkError}s. */
export interface Resource {
  /** Whether each resource is one link. */
  readonly isSingle: boolean;
  /** Outputs that would give a secret input away: output → input. */
  readonly reveals: Readonly<Record<string, string>>;

  /**
   * Checks the inputs, fills in the configured region, and notes in the run's ledger what they declare.
   *
   * @param news the inputs of the program; may hold anything.
   * @param olds the inputs in the state; empty for a resource that is new.
   * @param by who declares them, where the host can tell.
   */
  check(provider: Provider, news: Properties, olds: Properties, by?: Declarer): CheckResult;

  /** Compares the outputs in the state with the inputs of the program. A replacement has to delete first. */
  diff(provider: Provider, olds: Properties, news: Properties): Diff;

  /** The outputs of a resource that is as its inputs declare. Values that are not known yet stay so. */
  preview(inputs: Properties): Properties;

  /** @throws {PartiallyCreatedError} when the links, or some of them, were made or may have been made, but are not all listed. */
  create(provider: Provider, inputs: Properties, context: CallContext): Promise<Found>;

  /** Makes the resource as its inputs declare. Throws as {@link create} does. */
  update(provider: Provider, state: Properties, inputs: Properties, context: CallContext): Promise<Found>;

  /** Reads what the state knows, and reports drift. Undefined when it is proven to be gone. */
  read(provider: Provider, state: Properties, context: CallContext): Promise<Found | undefined>;

  /** Reads what no state knows yet, by its id. @throws {ClassicLinkError} when there is no such thing. */
  find(provider: Provider, id: string, context: CallContext): Promise<Found>;

  /** Removes the links that the state holds, apart from those that this run declares and those that others made. */
  delete(provider: Provider, state: Properties, context: CallContext): Promise<void>;
}
