/** Plays random sequences of steps against the model. */

import * as fc from "fast-check";
import type { Host } from "../support/shop";
import { DIALECTS } from "../support/dialects";
import { BY_OTHERS, EDIT, PROVIDER_EDIT } from "./edits";
import { OPERATION, ORDER } from "./mishaps";
import { Operation } from "./operation";
import { type Program, REGION } from "./program";
import type { KeptProviders } from "./stack";
import { System } from "./system";

/** How much to play. */
interface Game {
  readonly host: Host;
  readonly seed: number;
  /** Sequences. */
  readonly runs: number;
  /** The longest time for all, in ms. */
  readonly timeLimitMs?: number;
}

/** How often each kind of step is drawn. */
const steps = fc.commands([EDIT, EDIT, EDIT, EDIT, PROVIDER_EDIT, BY_OTHERS, OPERATION, OPERATION, OPERATION, ORDER], {
  maxCommands: 100,
  size: "max",
});

/**
 * Plays, on a provider process of its own. Rejects with the shortest sequence that is found to go wrong, and its seed.
 *
 * @returns how many steps were played.
 */
export async function play({ host, seed, runs, timeLimitMs }: Game): Promise<number> {
  const kept: KeptProviders = { dynamic: [], plugin: [] };
  let played = 0;
  const goesWell = fc.asyncProperty(fc.constantFrom(...DIALECTS), steps, async (dialect, commands) => {
    const system = await System.start(kept, dialect);
    try {
      const program: Program = {
        host,
        resources: new Map(),
        providers: new Map(),
        region: REGION,
        released: new Set(),
        isChanged: true,
      };
      await fc.asyncModelRun(() => ({ model: program, real: system }), commands);
      // However it went, what others have left alone can be put in order, and be taken away.
      for (const name of ["up --refresh", "destroy"] as const) await new Operation(name).run(program, system);
    } finally {
      played += system.steps;
      await system.close();
    }
  });
  try {
    await fc.assert(goesWell, {
      seed,
      numRuns: runs,
      includeErrorInReport: true,
      ...(timeLimitMs === undefined ? {} : { interruptAfterTimeLimit: timeLimitMs }),
    });
    return played;
  } finally {
    await Promise.all([...kept.dynamic, ...kept.plugin].map((one) => one.close()));
  }
}
