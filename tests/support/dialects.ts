/** The ways in which ECS may answer. */

import type { EmulatorOptions } from "../../emulator";

/** How ECS answers where its documents differ from each other, or are silent. */
export interface Dialect {
  readonly name: string;
  readonly options: Pick<EmulatorOptions, "errorGeneration" | "undocumented">;
}

export const DIALECTS: readonly Dialect[] = [
  { name: "ECS as its newest documents have it", options: {} },
  {
    name: "ECS as its oldest documents have it, and otherwise where they are silent",
    options: {
      errorGeneration: "A",
      undocumented: {
        attachAgain: "ok",
        detachUnlinked: "ok",
        describeUnlinked: "error",
        describeReleased: "empty",
        describeUnknownVpc: "error",
      },
    },
  },
];
