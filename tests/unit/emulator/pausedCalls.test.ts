/** Calls that a test pauses, to act while they are on their way. */
import { expect, test } from "@jest/globals";
import type { Emulator, PausePoint } from "../../../emulator";
import { attach, codeOf, list, listed, start } from "./caller";

/** Sends an attach that will be paused, and waits until it is. */
async function pausedAttach(emulator: Emulator, point: Partial<PausePoint> = {}) {
  const paused = emulator.pause({ action: "AttachClassicLinkVpc", instanceId: "i-1", ...point });
  const answer = attach(emulator, "i-1", "vpc-1").then(codeOf, () => "no answer");
  await paused.arrived;
  return { paused, answer };
}

test.each([
  { end: "resume", afterWork: false, meanwhile: 0, links: 1, told: "ok" },
  { end: "resume", afterWork: true, meanwhile: 1, links: 1, told: "ok" },
  { end: "cut", afterWork: false, meanwhile: 0, links: 0, told: "no answer" },
  { end: "cut", afterWork: true, meanwhile: 1, links: 1, told: "no answer" },
] as const)("a call is paused before or after its work, and answers if it is resumed: %j", async (row) => {
  const emulator = await start();
  const { paused, answer } = await pausedAttach(emulator, { afterWork: row.afterWork });
  expect(emulator.links()).toHaveLength(row.meanwhile);
  paused[row.end]();
  expect([await answer, emulator.links().length]).toEqual([row.told, row.links]);
  expect(emulator.calls()).toMatchObject([{ outcome: row.end === "cut" ? "cut" : "ok" }]);
});

test("a call that is refused is paused after its work too", async () => {
  const emulator = await start({ links: [{ instanceId: "i-1", vpcId: "vpc-2" }] });
  const { paused, answer } = await pausedAttach(emulator, { afterWork: true });
  paused.resume();
  expect(await answer).toBe("OperationDenied");
});

test("a pause is for one call: others of its kind pass before and meanwhile, and see what changes", async () => {
  const emulator = await start();
  const paused = emulator.pause({ action: "DescribeClassicLinkInstances", instanceId: "i-1", skip: 1 });
  const describe = async () => listed(await list(emulator, { InstanceId: "i-1" }));
  expect(await describe()).toEqual([]);
  expect(listed(await list(emulator, { InstanceId: "i-2" }))).toEqual([]);
  const answer = describe();
  await paused.arrived;
  expect(codeOf(await attach(emulator, "i-1", "vpc-1"))).toBe("ok");
  expect(await describe()).toEqual(["i-1>vpc-1"]);
  paused.resume();
  expect(await answer).toEqual(["i-1>vpc-1"]);
});

test("a paused call is resumed when the faults are cleared, and cut when the emulator closes", async () => {
  const emulator = await start();
  const first = await pausedAttach(emulator);
  emulator.clearFaults();
  expect(await first.answer).toBe("ok");
  emulator.unlink("i-1");
  const second = await pausedAttach(emulator);
  await emulator.close();
  expect([await second.answer, emulator.links()]).toEqual(["no answer", []]);
  expect(emulator.calls().at(-1)).toMatchObject({ outcome: "cut" });
});
