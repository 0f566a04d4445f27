import { describe, expect, test } from "@jest/globals";
import { CIRCUMSTANCES, listingUnderQuota, lockedFleet, releasedFleet } from "../support/fleetCases";
import { MINUTE } from "../support/quotaCases";

describe("a fleet", () => {
  test.each(CIRCUMSTANCES)("of which half stays locked links the others without them: %j", async (circumstances) => {
    const { othersDoneMs, idealMs, linked, mostForOneLocked } = await lockedFleet(circumstances);
    expect(linked).toBe(250);
    expect(othersDoneMs).toBeLessThanOrEqual(1.5 * idealMs);
    expect(mostForOneLocked).toBeLessThanOrEqual(20);
  });

  test("of 1000 released instances is refreshed in at most 60 calls", async () => {
    const { calls, left, ms } = await releasedFleet({ mayListInstances: true });
    expect(left).toEqual([]);
    expect(calls).toBeLessThanOrEqual(60);
    expect(ms).toBeLessThan(MINUTE);
  });

  test("of 1000 released instances is refreshed by halving where DescribeInstances is refused", async () => {
    const { left, ms } = await releasedFleet({ mayListInstances: false });
    expect(left).toEqual([]);
    expect(ms).toBeLessThan(20 * MINUTE);
  });
});

test.each(CIRCUMSTANCES)(
  "a listing of 1000 links at 9 Describe a minute reads no page twice: %j",
  async (circumstances) => {
    const { listed, passed, ms, idealMs } = await listingUnderQuota(circumstances);
    expect(listed).toBe(1_000);
    expect(passed).toBe(10);
    expect(ms).toBeLessThanOrEqual(idealMs + 15_000);
  },
);
