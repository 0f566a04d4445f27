/** What only Pulumi's host of dynamic providers needs: lines on its output, hidden properties, and what its inputs name. */

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Emulator, startEmulator } from "../../emulator";
import { DynamicHost } from "../support/dynamicHost";
import { errorOf } from "../support/providerProcess";

let emulator: Emulator;
let host: DynamicHost;
beforeAll(async () => {
  const instances = ["i-linked", "i-moved", "i-locked"].map((instanceId) => ({ instanceId }));
  const links = [
    { instanceId: "i-linked", vpcId: "vpc-1" },
    { instanceId: "i-moved", vpcId: "vpc-2" },
  ];
  emulator = await startEmulator({ instances, vpcs: [{ vpcId: "vpc-1" }, { vpcId: "vpc-2" }], links });
  host = await DynamicHost.start(emulator.environment);
});
afterAll(() => Promise.all([host.close(), emulator.close()]));

const link = (instanceId: string) => ({ instanceId, vpcId: "vpc-1", regionId: "cn-hangzhou" });

test("[1] Check names the resource that declares the same instance, and keeps no trace of how it knows", async () => {
  const first = await host.check({ ...link("i-linked"), __declarer: "1:web" });
  expect(first.inputs).toEqual(host.state(link("i-linked")));
  const { failures } = await host.check({ ...link("i-linked"), __declarer: "2:db" });
  expect(failures[0]?.reason).toContain('is declared by ClassicLink "web" already');
});

test("[9] [11] a read keeps all that is hidden in the state, as those of 0.1.0 have it", async () => {
  const state = host.state({ ...link("i-linked"), __timeouts: { delete: 5 }, __holder: "urn" });
  expect((await host.read("cn-hangzhou:i-linked", state)).properties).toEqual(state);
});

test("[13] a wait is printed with what ^C does first: Pulumi cuts the end of a line on a narrow terminal", async () => {
  emulator.injectFault({ kind: "locked", instanceId: "i-locked", times: 2 });
  await host.create({ ...link("i-locked"), __timeouts: { create: 60 } });
  expect(await host.toldOf("i-locked: locked")).toMatch(
    /^\^C waits at most 1 min; \S+: locked, .*[\d.]+ s.*, \d+ calls?$/,
  );
});

test("[9] a read that is refused is printed on one readable line, and what Pulumi prints itself is not", async () => {
  await host.errorLines();
  await errorOf(host.create(link("i-moved")));
  expect(await host.errorLines()).toEqual([]);
  emulator.injectFault({ kind: "denied" });
  const { message } = await errorOf(host.read("cn-hangzhou:i-linked", link("i-linked")));
  expect(await host.errorLines()).toEqual([`pulumi-classiclink: ${message}`]);
});
