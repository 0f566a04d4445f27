/** One resource of a stack: its state, and Pulumi's rules for what the end of a call makes of it. */

import { type Calls, type Found, PartiallyCreated, type How, type Props } from "./calls";

interface State extends Found {
  /** Pulumi keeps the reasons, and the next update calls update whatever diff says. */
  readonly unfinished: boolean;
}

/** What came of an operation on the stack. */
export interface Outcome {
  readonly error: Error | undefined;
  /** How often something was created, updated, replaced or deleted. */
  readonly changes: number;
}

/** A stack with one resource at most. */
export class OneResource {
  calls: Calls;
  state: State | undefined;

  constructor(calls: Calls, state: Found | undefined) {
    this.calls = calls;
    this.state = state && { ...state, unfinished: false };
  }

  /** `pulumi up`. */
  async up(inputs: Props, how: How = {}): Promise<Outcome> {
    let changes = 0;
    return await outcomeOf(
      async () => {
        const { state } = this;
        await this.calls.check(state?.inputs ?? {}, inputs);
        const diff = state && (await this.calls.diff(state.id, state.outputs, inputs));
        if (diff?.replaces) {
          changes += 1;
          await this.#delete(how);
        }
        if (this.state === undefined) {
          changes += 1;
          await this.#change(inputs, () => this.calls.create(inputs, how));
        } else if (diff?.changed || this.state.unfinished) {
          const { id, outputs } = this.state;
          changes += 1;
          await this.#change(inputs, () => this.calls.update(id, outputs, inputs, how));
        }
      },
      () => changes,
    );
  }

  /** `pulumi refresh`. */
  async refresh(how: How = {}): Promise<Outcome> {
    const before = this.state;
    return await outcomeOf(
      async () => {
        if (before === undefined) return;
        const found = await this.calls.read(before.id, before.outputs, before.inputs, how);
        // A refresh forgets the reasons of what is partially created.
        this.state = found && { ...found, unfinished: false };
      },
      () => (JSON.stringify(this.state?.outputs) === JSON.stringify(before?.outputs) ? 0 : 1),
    );
  }

  /** `pulumi destroy`. */
  async destroy(how: How = {}): Promise<Outcome> {
    const changes = this.state === undefined ? 0 : 1;
    return await outcomeOf(
      () => this.#delete(how),
      () => changes,
    );
  }

  async #delete(how: How): Promise<void> {
    if (this.state !== undefined) await this.calls.delete(this.state.id, this.state.outputs, how);
    this.state = undefined;
  }

  async #change(inputs: Props, change: () => Promise<Found>): Promise<void> {
    try {
      this.state = { ...(await change()), inputs, unfinished: false };
    } catch (error) {
      if (error instanceof PartiallyCreated) {
        this.state = { id: error.id, outputs: error.outputs, inputs, unfinished: true };
      }
      throw error;
    }
  }
}

async function outcomeOf(run: () => Promise<void>, changes: () => number): Promise<Outcome> {
  try {
    await run();
    return { error: undefined, changes: changes() };
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)), changes: changes() };
  }
}
