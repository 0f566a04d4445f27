/** What only Pulumi's host of dynamic providers does: it prints to stderr. */

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Emulator, startEmulator } from "../../emulator";
import { DynamicHost } from "../support/dynamicHost";
import { errorOf } from "../support/providerProcess";

let emulator: Emulator;
let host: DynamicHost;
beforeAll(async () => {
  const instances = ["i-linked", "i-moved"].map((instanceId) => ({ instanceId }));
  const links = [
    { instanceId: "i-linked", vpcId: "vpc-1" },
    { instanceId: "i-moved", vpcId: "vpc-2" },
  ];
  emulator = await startEmulator({ instances, vpcs: [{ vpcId: "vpc-1" }, { vpcId: "vpc-2" }], links });
  host = await DynamicHost.start(emulator.environment);
});
afterAll(() => Promise.all([host.close(), emulator.close()]));

const link = (instanceId: string) => ({ instanceId, vpcId: "vpc-1", regionId: "cn-hangzhou" });

test("[9] a read that is refused is printed on one readable line, and what Pulumi prints itself is not", async () => {
  await host.errorLines();
  await errorOf(host.create(link("i-moved")));
  expect(await host.errorLines()).toEqual([]);
  emulator.injectFault({ kind: "denied" });
  const { message } = await errorOf(host.read("cn-hangzhou:i-linked", link("i-linked")));
  expect(await host.errorLines()).toEqual([`pulumi-classiclink: ${message}`]);
});
