// The life of a stack makes the calls that the Pulumi CLI made. What the engine is ordered to do besides is in transcripts.long.ts.
import { expect, test } from "@jest/globals";
import { openFixture } from "./fixture/stack";
import { describePlays, LIFE } from "./transcripts";

describePlays(LIFE);

test("an option that this engine does not know is refused, not ignored", async () => {
  const fixture = openFixture("refused");
  const links = { web: { instanceId: "i-web", vpcId: "vpc-1", options: { ignoreChanges: ["vpcId"] } } };
  const { ok, output } = await fixture.open({ CL_TOLD: JSON.stringify({ links }) }).preview();
  fixture.remove();
  const reason = "this engine does not know what the resource is declared with";
  expect([ok, output]).toEqual([false, expect.stringContaining(reason)]);
});
