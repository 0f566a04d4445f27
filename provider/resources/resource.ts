/** What a resource is, for both hosts. All values are plain and in clear. */

import type { Declarer } from "../links/ledger";
import type { CallContext } from "../links/operation";
import type { CheckResult, Properties } from "./inputs";
import type { Provider } from "./provider";

/** A resource as it is in the cloud. */
export interface Found {
  readonly id: string;
  /** The outputs, with the hidden ones. */
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
  /** Whether an update is needed although no property differs. */
  readonly isDue: boolean;
}

/** A type of resource. Its methods throw {@link ClassicLinkError}s. */
export interface Resource {
  /** Whether each resource is one link. */
  readonly isSingle: boolean;
  /** Outputs that reveal an input, which may be secret: output → input. Hidden ones too. */
  readonly reveals: Readonly<Record<string, string>>;

  /**
   * Checks the inputs, fills in the configured region, and notes in the run's ledger what they declare.
   *
   * @param news the inputs of the program, of any type.
   * @param olds the inputs in the state; empty for a resource that is new.
   * @param by the resource that declares them, if the host knows it.
   */
  check(provider: Provider, news: Properties, olds: Properties, by?: Declarer): CheckResult;

  /** Compares the outputs in the state with the inputs of the program. A replacement has to delete first. */
  diff(provider: Provider, olds: Properties, news: Properties): Diff;

  /** The outputs of a resource with these inputs. Unknown values stay unknown. */
  preview(inputs: Properties): Properties;

  /** @throws {PartiallyCreatedError} when the links, or some of them, were made or may have been made, but are not all listed. */
  create(provider: Provider, inputs: Properties, context: CallContext): Promise<Found>;

  /** Makes the resource as its inputs declare. Throws as {@link create} does. */
  update(provider: Provider, state: Properties, inputs: Properties, context: CallContext): Promise<Found>;

  /** Reads a resource of the state, and reports drift. Undefined if it is proven to be gone. */
  read(provider: Provider, state: Properties, context: CallContext): Promise<Found | undefined>;

  /**
   * Reads a resource by its id, without a state.
   *
   * @param by the resource that is imported, if the host knows it. Its check follows.
   * @throws {ClassicLinkError} if it does not exist.
   */
  find(provider: Provider, id: string, context: CallContext, by?: Declarer): Promise<Found>;

  /** Removes the links of the state, except those that this run declares and those that others made. */
  delete(provider: Provider, state: Properties, context: CallContext): Promise<void>;
}
