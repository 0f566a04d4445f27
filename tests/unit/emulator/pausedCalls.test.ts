/** Calls that are paused on their way. */

import { describe, expect, test } from "@jest/globals";
import type { Emulator, PausePoint } from "../../../emulator";
import { attach, list, listed, start } from "./caller";

const ATTACH = { action: "AttachClassicLinkVpc", instanceId: "i-1" } as const;

/** Sends an attach that will be paused, and waits until it is. */
async function pausedAttach(emulator: Emulator, point: PausePoint) {
  const paused = emulator.pause(point);
  const answer = attach(emulator, "i-1", "vpc-1").catch(() => "no answer" as const);
  await paused.arrived;
  return { paused, answer };
}

describe("a call that is paused", () => {
  test("has done nothing yet, and does it when it is resumed", async () => {
    const emulator = await start();
    const { paused, answer } = await pausedAttach(emulator, ATTACH);
    expect(emulator.links()).toEqual([]);
    paused.resume();
    expect(await answer).toMatchObject({ status: 200 });
    expect(emulator.links()).toHaveLength(1);
  });

  test("after its work has done it, and answers when it is resumed", async () => {
    const emulator = await start();
    const { paused, answer } = await pausedAttach(emulator, { ...ATTACH, afterWork: true });
    expect(emulator.links()).toHaveLength(1);
    paused.resume();
    expect(await answer).toMatchObject({ status: 200 });
  });

  test("and cut does nothing and is not answered", async () => {
    const emulator = await start();
    const { paused, answer } = await pausedAttach(emulator, ATTACH);
    paused.cut();
    expect(await answer).toBe("no answer");
    expect(emulator.links()).toEqual([]);
    expect(emulator.calls()).toMatchObject([{ outcome: "cut", status: 0 }]);
  });

  test("after its work and cut has done it all the same", async () => {
    const emulator = await start();
    const { paused, answer } = await pausedAttach(emulator, { ...ATTACH, afterWork: true });
    paused.cut();
    expect(await answer).toBe("no answer");
    expect(emulator.links()).toHaveLength(1);
  });

  test("after its work is paused too when it was refused", async () => {
    const emulator = await start({ links: [{ instanceId: "i-1", vpcId: "vpc-2" }] });
    const { paused, answer } = await pausedAttach(emulator, { ...ATTACH, afterWork: true });
    paused.resume();
    expect(await answer).toMatchObject({ status: 403 });
  });

  test("holds up no other call, and is one: the next of its kind passes", async () => {
    const emulator = await start();
    const { paused, answer } = await pausedAttach(emulator, ATTACH);
    expect(await attach(emulator, "i-2", "vpc-1")).toMatchObject({ status: 200 });
    expect(await attach(emulator, "i-1", "vpc-1")).toMatchObject({ status: 200 });
    paused.resume();
    expect(await answer).toMatchObject({ status: 403 });
  });

  test("may be any of its kind", async () => {
    const emulator = await start();
    const paused = emulator.pause({ action: "DescribeClassicLinkInstances", skip: 1 });
    expect(listed(await list(emulator, { VpcId: "vpc-1" }))).toEqual([]);
    const answer = list(emulator, { VpcId: "vpc-1" });
    await paused.arrived;
    emulator.link("i-1", "vpc-1");
    paused.resume();
    expect(listed(await answer)).toEqual(["i-1>vpc-1"]);
  });

  test("is resumed when the faults are cleared, and cut when the emulator closes", async () => {
    const emulator = await start();
    const first = await pausedAttach(emulator, ATTACH);
    emulator.clearFaults();
    expect(await first.answer).toMatchObject({ status: 200 });
    emulator.unlink("i-1");
    const second = await pausedAttach(emulator, ATTACH);
    await emulator.close();
    expect(await second.answer).toBe("no answer");
    expect(emulator.links()).toEqual([]);
  });
});
