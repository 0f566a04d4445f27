/** The system that the model is compared with: an emulated cloud, a provider process, a stack. */

import { type Call, type Emulator, startEmulator } from "../../emulator";
import type { Dialect } from "../support/dialects";
import { type Known, knownIn } from "./knowledge";
import { INSTANCES, type Links, REGION, VPCS } from "./program";
import { type KeptProviders, ModelStack } from "./stack";

export class System {
  readonly kept: KeptProviders;
  readonly stack: ModelStack;
  readonly emulator: Emulator;
  /** How many steps were taken. */
  steps = 0;
  /** The instances that an operation tried to detach which failed. A listing may be late, so only an attach proves their links. */
  readonly unproven = new Set<string>();

  private constructor(kept: KeptProviders, emulator: Emulator) {
    this.kept = kept;
    this.emulator = emulator;
    this.stack = new ModelStack(kept, {
      "classiclink:region": REGION,
      "classiclink:accessKey": "testid",
      "classiclink:secretKey": "testsecret",
      "classiclink:endpoint": emulator.endpoint,
    });
  }

  static async start(kept: KeptProviders, { options }: Dialect): Promise<System> {
    const emulator = await startEmulator({
      ...options,
      instances: INSTANCES.map((instanceId) => ({ instanceId })),
      vpcs: VPCS.map((vpcId) => ({ vpcId })),
    });
    return new System(kept, emulator);
  }

  /** The links of the cloud, whoever made them. */
  get cloud(): Links {
    return Object.fromEntries(this.emulator.links().map(({ instanceId, vpcId }) => [instanceId, vpcId]));
  }

  /** The resources in the state. */
  get state(): Known[] {
    return knownIn(this.stack.resources);
  }

  /** The calls since this was asked last. */
  takeCalls(): Call[] {
    const calls = this.emulator.calls();
    this.emulator.clearCalls();
    return calls;
  }

  async close(): Promise<void> {
    this.stack.close();
    await this.emulator.close();
  }
}
