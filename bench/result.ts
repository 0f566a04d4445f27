/** The result of a run. `--json` writes it. */

import type { CallCounts } from "./cloud";
import type { StateSize } from "./drivers";
import type { Machine } from "./machine";
import type { StartTimes } from "./startTimes";
import type { Usage } from "./usage";
import type { Waiting } from "./waiting";

export const OPERATIONS = ["up", "up again", "refresh", "destroy"] as const;
export type OperationName = (typeof OPERATIONS)[number];

/** The measurement of one operation on a stack. */
export interface Measurement {
  readonly subject: string;
  readonly links: number;
  readonly operation: OperationName;
  readonly wallMs: number;
  readonly calls: CallCounts;
  /** The provider's process. */
  readonly provider: Usage;
  /** The program's process. 0 if no program runs. */
  readonly program: Usage;
  /** The state afterwards. */
  readonly state: StateSize;
}

export interface Result {
  readonly machine: Machine;
  /** The engine that ran the programs. */
  readonly drivenBy: string;
  readonly latencyMs: number;
  /** The number of runs of each operation. The fastest run counts. */
  readonly repeat: number;
  /** The number of calls at a time: the limit of the engine or of the provider, whichever is lower. */
  readonly inFlight: number;
  readonly startTimes: StartTimes;
  readonly measurements: readonly Measurement[];
  /** The times of waiting, on a simulated clock. */
  readonly waiting: readonly Waiting[];
  /** The subjects that were not measured, and why. */
  readonly skipped: readonly string[];
}

/** The measurement of an operation, if there is one. */
export function find(
  { measurements }: Result,
  subject: string,
  links: number,
  operation: OperationName,
): Measurement | undefined {
  return measurements.find((one) => one.subject === subject && one.links === links && one.operation === operation);
}
