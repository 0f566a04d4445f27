/** One resource of a stack, without a host: its state, and Pulumi's rules for what the end of a call makes of it. */

import type { CallContext } from "../../provider/links/operation";
import { Run } from "../../provider/links/run";
import { classicLink } from "../../provider/resources/classicLink";
import { classicLinks } from "../../provider/resources/classicLinks";
import type { Properties } from "../../provider/resources/inputs";
import { PartiallyCreatedError } from "../../provider/resources/partiallyCreated";
import { Provider } from "../../provider/resources/provider";
import type { Found } from "../../provider/resources/resource";
import { Settings } from "../../provider/settings";

const TYPES = { ClassicLink: classicLink, ClassicLinks: classicLinks };

/** What the state has of a resource. */
export type State = Omit<Found, "id">;

/** The outcome of an operation on the stack. */
export interface Outcome {
  readonly error: Error | undefined;
  /** How often something was created, updated, replaced or deleted. */
  readonly changes: number;
}

/** A stack with one resource at most. */
export class OneResource {
  state: State | undefined;
  readonly #type: (typeof TYPES)[keyof typeof TYPES];
  readonly #configuration: Readonly<Record<string, string>>;
  #provider: Provider;
  #changes = 0;

  /** @param configuration settings, by the names of the stack's configuration. */
  constructor(type: keyof typeof TYPES, configuration: Readonly<Record<string, string>>, state: State | undefined) {
    this.#type = TYPES[type];
    this.#configuration = configuration;
    this.#provider = this.#newProvider();
    this.state = state;
  }

  /** What is called from now on belongs to the engine's next run, and reaches another process. */
  nextRun(): void {
    this.#provider = this.#newProvider();
  }

  /** `pulumi up`. */
  up(inputs: Properties, context: CallContext = {}): Promise<Outcome> {
    return this.#outcomeOf(async () => {
      const { state } = this;
      const { failures } = this.#type.check(this.#provider, inputs, state?.inputs ?? {});
      if (failures.length > 0) throw new Error(JSON.stringify(failures));
      const diff = state && this.#type.diff(this.#provider, state.outputs, inputs);
      if (diff !== undefined && diff.replaces.length > 0) await this.#delete(context);
      if (this.state === undefined) {
        await this.#change(inputs, this.#type.create(this.#provider, inputs, context));
      } else if (diff?.isDue || diff?.updates.length !== 0) {
        await this.#change(inputs, this.#type.update(this.#provider, this.state.outputs, inputs, context));
      }
    });
  }

  /** `pulumi refresh`. */
  refresh(context: CallContext = {}): Promise<Outcome> {
    return this.#outcomeOf(async () => {
      const before = this.state;
      if (before === undefined) return;
      this.state = await this.#type.read(this.#provider, before.outputs, context);
      if (JSON.stringify(this.state?.outputs) !== JSON.stringify(before.outputs)) this.#changes += 1;
    });
  }

  /** `pulumi destroy`. */
  destroy(context: CallContext = {}): Promise<Outcome> {
    return this.#outcomeOf(() => this.#delete(context));
  }

  #newProvider(): Provider {
    return new Provider(new Settings((key) => this.#configuration[key]), new Run());
  }

  async #delete(context: CallContext): Promise<void> {
    if (this.state === undefined) return;
    this.#changes += 1;
    await this.#type.delete(this.#provider, this.state.outputs, context);
    this.state = undefined;
  }

  async #change(inputs: Properties, change: Promise<Found>): Promise<void> {
    this.#changes += 1;
    try {
      this.state = { ...(await change), inputs };
    } catch (error) {
      if (error instanceof PartiallyCreatedError) {
        this.state = { outputs: error.properties, inputs };
      }
      throw error;
    }
  }

  async #outcomeOf(run: () => Promise<void>): Promise<Outcome> {
    this.#changes = 0;
    try {
      await run();
      return { error: undefined, changes: this.#changes };
    } catch (error) {
      return { error: error instanceof Error ? error : new Error(String(error)), changes: this.#changes };
    }
  }
}
