/** One resource of a stack: its state, and Pulumi's rules for what the end of a call makes of it. */

import type { Calls, Found, How, Props } from "./calls";

/** What came of an operation on the stack. */
export interface Outcome {
  readonly error: Error | undefined;
  /** How often something was created, updated, replaced or deleted. */
  readonly changes: number;
}

/** A stack with one resource at most. */
export class OneResource {
  calls: Calls;
  state: Found | undefined;
  /** Pulumi keeps the reasons, and the next update calls update whatever diff says. */
  #isUnfinished = false;
  #changes = 0;

  constructor(calls: Calls, state: Found | undefined) {
    this.calls = calls;
    this.state = state;
  }

  /** `pulumi up`. */
  up(inputs: Props, how: How = {}): Promise<Outcome> {
    return this.#outcomeOf(async () => {
      const { state } = this;
      await this.calls.check(state?.inputs ?? {}, inputs);
      const diff = state && (await this.calls.diff(state.id, state.outputs, inputs));
      if (diff?.replaces) await this.#delete(how);
      if (this.state === undefined) {
        await this.#change(inputs, () => this.calls.create(inputs, how));
      } else if (diff?.changed || this.#isUnfinished) {
        const { id, outputs } = this.state;
        await this.#change(inputs, () => this.calls.update(id, outputs, inputs, how));
      }
    });
  }

  /** `pulumi refresh`. */
  refresh(how: How = {}): Promise<Outcome> {
    return this.#outcomeOf(async () => {
      const before = this.state;
      if (before === undefined) return;
      this.state = await this.calls.read(before.id, before.outputs, before.inputs, how);
      // A refresh forgets the reasons of what is partially created.
      this.#isUnfinished = false;
      if (JSON.stringify(this.state?.outputs) !== JSON.stringify(before.outputs)) this.#changes += 1;
    });
  }

  /** `pulumi destroy`. */
  destroy(how: How = {}): Promise<Outcome> {
    return this.#outcomeOf(() => this.#delete(how));
  }

  async #delete(how: How): Promise<void> {
    if (this.state === undefined) return;
    this.#changes += 1;
    await this.calls.delete(this.state.id, this.state.outputs, how);
    this.state = undefined;
    this.#isUnfinished = false;
  }

  async #change(inputs: Props, change: () => Promise<Found>): Promise<void> {
    this.#changes += 1;
    try {
      this.state = { ...(await change()), inputs };
      this.#isUnfinished = false;
    } catch (error) {
      const { id, properties }: { readonly id?: string; readonly properties?: Props } = Object(error);
      if (id !== undefined && properties !== undefined) {
        this.state = { id, outputs: properties, inputs };
        this.#isUnfinished = true;
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
