/** What a run of the bench finds out. It is what `--json` writes. */

import type { CallCounts } from "./cloud";
import type { StateSize } from "./drivers";
import type { Machine } from "./machine";
import type { StartTimes } from "./startTimes";
import type { Usage } from "./usage";
import type { Waiting } from "./waiting";

export const OPERATIONS = ["up", "up again", "refresh", "destroy"] as const;
export type OperationName = (typeof OPERATIONS)[number];

/** One operation on a stack of so many links. */
export interface Measurement {
  readonly subject: string;
  readonly links: number;
  readonly operation: OperationName;
  readonly wallMs: number;
  readonly calls: CallCounts;
  /** The provider's process. */
  readonly provider: Usage;
  /** The program's process; nothing where no program runs. */
  readonly program: Usage;
  /** The state afterwards. */
  readonly state: StateSize;
}

export interface Result {
  readonly machine: Machine;
  /** Who ran the programs. */
  readonly drivenBy: string;
  readonly latencyMs: number;
  /** How often each was measured; the fastest counts. */
  readonly repeat: number;
  /** How many calls the engine and the provider have under way at a time, whichever allows fewer. */
  readonly inFlight: number;
  readonly startTimes: StartTimes;
  readonly measurements: readonly Measurement[];
  /** What waiting costs, on a simulated clock. */
  readonly waiting: readonly Waiting[];
  /** What was not measured, and why. */
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
