/** One resource of a stack: its state, and Pulumi's rules for what the end of a call makes of it. */

import type { CallContext } from "../../provider/links/operation";
import type { Properties } from "../../provider/resources/inputs";
import { PartiallyCreatedError } from "../../provider/resources/partiallyCreated";
import { PartiallyCreated } from "../engine/providers";
import type { Calls, State } from "./calls";

/** A stack with one resource at most. */
export class OneResource {
  /** Those of the engine's run at present. */
  calls: Calls;
  state: State | undefined;

  constructor(calls: Calls, state: State | undefined) {
    this.calls = calls;
    this.state = state;
  }

  /** `pulumi up`. */
  async up(inputs: Properties, context: CallContext): Promise<void> {
    const { state } = this;
    const failures = await this.calls.check(state?.inputs ?? {}, inputs);
    if (failures.length > 0) throw new Error(JSON.stringify(failures));
    const diff = state && (await this.calls.diff(state.outputs, inputs));
    if (diff?.replaces) await this.destroy(context);
    if (this.state === undefined) {
      await this.#change(inputs, this.calls.create(inputs, context));
    } else if (diff?.changes) {
      await this.#change(inputs, this.calls.update(this.state.outputs, inputs, context));
    }
  }

  /** `pulumi refresh`. */
  async refresh(context: CallContext): Promise<void> {
    if (this.state === undefined) return;
    this.state = await this.calls.read(this.state, context);
  }

  /** `pulumi destroy`. */
  async destroy(context: CallContext): Promise<void> {
    if (this.state === undefined) return;
    await this.calls.delete(this.state.outputs, context);
    this.state = undefined;
  }

  async #change(inputs: Properties, change: Promise<Pick<State, "outputs">>): Promise<void> {
    try {
      this.state = { outputs: (await change).outputs, inputs };
    } catch (error) {
      const isPartial = error instanceof PartiallyCreatedError || error instanceof PartiallyCreated;
      if (isPartial) this.state = { outputs: error.properties, inputs };
      throw error;
    }
  }
}
