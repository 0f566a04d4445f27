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

/** A stack with one resource at most. */
export class OneResource {
  state: State | undefined;
  readonly #type: (typeof TYPES)[keyof typeof TYPES];
  readonly #configuration: Readonly<Record<string, string>>;
  #provider: Provider;

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
  async up(inputs: Properties, context: CallContext): Promise<void> {
    const { state } = this;
    const { failures } = this.#type.check(this.#provider, inputs, state?.inputs ?? {});
    if (failures.length > 0) throw new Error(JSON.stringify(failures));
    const diff = state && this.#type.diff(this.#provider, state.outputs, inputs);
    if (diff !== undefined && diff.replaces.length > 0) await this.destroy(context);
    if (this.state === undefined) {
      await this.#change(inputs, this.#type.create(this.#provider, inputs, context));
    } else if (diff?.isDue || diff?.updates.length !== 0) {
      await this.#change(inputs, this.#type.update(this.#provider, this.state.outputs, inputs, context));
    }
  }

  /** `pulumi refresh`. */
  async refresh(context: CallContext): Promise<void> {
    if (this.state === undefined) return;
    this.state = await this.#type.read(this.#provider, this.state.outputs, context);
  }

  /** `pulumi destroy`. */
  async destroy(context: CallContext): Promise<void> {
    if (this.state === undefined) return;
    await this.#type.delete(this.#provider, this.state.outputs, context);
    this.state = undefined;
  }

  #newProvider(): Provider {
    return new Provider(new Settings((key) => this.#configuration[key]), new Run());
  }

  async #change(inputs: Properties, change: Promise<Found>): Promise<void> {
    try {
      this.state = { ...(await change), inputs };
    } catch (error) {
      if (error instanceof PartiallyCreatedError) this.state = { outputs: error.properties, inputs };
      throw error;
    }
  }
}
