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
  [false, 0],
  [true, 1],
])(
  "a call that is paused, after its work: %s, has made %s links, and answers when it is resumed",
  async (afterWork, links) => {
    const emulator = await start();
    const { paused, answer } = await pausedAttach(emulator, { afterWork });
    expect(emulator.links()).toHaveLength(links);
    paused.resume();
    expect([await answer, emulator.links().length]).toEqual(["ok", 1]);
  },
);

test.each([
  [false, 0],
  [true, 1],
])("a call that is cut, after its work: %s, leaves %s links, and is not answered", async (afterWork, links) => {
  const emulator = await start();
  const { paused, answer } = await pausedAttach(emulator, { afterWork });
  paused.cut();
  expect([await answer, emulator.links().length]).toEqual(["no answer", links]);
  expect(emulator.calls()).toMatchObject([{ outcome: "cut", status: 0 }]);
});

test("a call that is refused is paused after its work too", async () => {
  const emulator = await start({ links: [{ instanceId: "i-1", vpcId: "vpc-2" }] });
  const { paused, answer } = await pausedAttach(emulator, { afterWork: true });
  paused.resume();
  expect(await answer).toBe("OperationDenied");
});

test("a pause is for one call: others of its operation or its instance pass before and meanwhile", async () => {
  const emulator = await start();
  const paused = emulator.pause({ action: "AttachClassicLinkVpc", instanceId: "i-1" });
  expect(codeOf(await attach(emulator, "i-2", "vpc-1"))).toBe("ok");
  expect(codeOf(await list(emulator, { InstanceId: "i-1" }))).toBe("ok");
  const answer = attach(emulator, "i-1", "vpc-1").then(codeOf);
  await paused.arrived;
  expect(codeOf(await attach(emulator, "i-1", "vpc-1"))).toBe("ok");
  paused.resume();
  expect(await answer).toBe("OperationDenied");
});

test("a paused call may be any of its kind, after some that pass", async () => {
  const emulator = await start();
  const paused = emulator.pause({ action: "DescribeClassicLinkInstances", skip: 1 });
  expect(listed(await list(emulator, { VpcId: "vpc-1" }))).toEqual([]);
  const answer = list(emulator, { VpcId: "vpc-1" });
  await paused.arrived;
  emulator.link("i-1", "vpc-1");
  paused.resume();
  expect(listed(await answer)).toEqual(["i-1>vpc-1"]);
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
