import { expect, test } from "@jest/globals";
import { CIRCUMSTANCES, fleetAfterQuiet } from "../support/fleetCases";
import { MINUTE } from "../support/quotaCases";

test.each(CIRCUMSTANCES)(
  "a fleet of 1000 takes as long as its quota says, after 8 min of quiet: %j",
  async (circumstances) => {
    const { ms, idealMs, linked } = await fleetAfterQuiet(circumstances);
    expect(linked).toBe(1_000);
    expect(ms).toBeLessThanOrEqual(idealMs + MINUTE);
  },
);
