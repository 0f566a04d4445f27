/** The system that the model is held against: an emulated cloud, a provider process, a stack. */

import { type Call, type Emulator, startEmulator } from "../../../emulator";
import type { Door } from "../../support/shop";
import type { KeptProvider } from "../keptProvider";
import { type Known, knownIn } from "./knowledge";
import { INSTANCES, type Links, REGION, VPCS } from "./program";
import { ModelStack } from "./stack";

export class System {
  readonly kept: KeptProvider;
  readonly stack: ModelStack;
  readonly emulator: Emulator;
  /** How many steps were taken. */
  steps = 0;

  private constructor(door: Door, kept: KeptProvider, emulator: Emulator) {
    this.kept = kept;
    this.emulator = emulator;
    this.stack = new ModelStack(door, kept, {
      "classiclink:region": REGION,
      "classiclink:accessKey": "testid",
      "classiclink:secretKey": "testsecret",
      "classiclink:endpoint": emulator.endpoint,
    });
  }

  static async start(door: Door, kept: KeptProvider): Promise<System> {
    const emulator = await startEmulator({
      instances: INSTANCES.map((instanceId) => ({ instanceId })),
      vpcs: VPCS.map((vpcId) => ({ vpcId })),
    });
    return new System(door, kept, emulator);
  }

  /** What the cloud holds, whoever made it. */
  get cloud(): Links {
    return Object.fromEntries(this.emulator.links().map(({ instanceId, vpcId }) => [instanceId, vpcId]));
  }

  /** What the state holds. */
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
