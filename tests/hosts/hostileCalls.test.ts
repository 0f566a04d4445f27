/** Whatever comes through a host is answered: with a result, or with one readable sentence; and the next call works. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Emulator, startEmulator } from "../../emulator";
import { DynamicHost } from "../support/dynamicHost";
import { fuzz } from "../support/fuzz";
import { PluginProcess } from "../support/pluginProcess";
import { LINKS_URN, type ProviderProcess, URN } from "../support/providerProcess";
import { wireProps } from "../support/wireProps";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ instances: [{ instanceId: "i-a" }], vpcs: [{ vpcId: "vpc-b" }] });
});
afterAll(() => emulator.close());

/** A call must come back; when it fails, in words that can be shown, without a stack. */
async function answered(call: Promise<unknown>): Promise<void> {
  const error = await call.then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  // The reasons for what was made partially are in a list.
  for (const line of error?.message.split(/\n(?:\t\* )?/) ?? []) expect(line).toMatch(/^(?! +at )\P{Cc}{1,2000}$/u);
}

const OF_RESOURCES = ["check", "diff", "create", "read", "update", "delete"];
const HURRIED = { create: 0.3, read: 0.3, update: 0.3, delete: 0.3 };

test.each([
  ["plugin", PluginProcess.start, [...OF_RESOURCES, "invoke", "checkConfig", "diffConfig"]],
  ["dynamic host", DynamicHost.start, OF_RESOURCES],
])("the %s answers every call about properties of any kind, and a lookup by any id", async (_, start, calls) => {
  const host: ProviderProcess = await start(emulator.environment);
  const request = fc.record({
    name: fc.constantFrom(...calls),
    urn: fc.constantFrom(URN, LINKS_URN, "", "urn:pulumi:x", `${URN}$x::y`),
    props: wireProps,
    others: wireProps,
    preview: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ name, urn, preview, ...given }) => {
      host.urn = urn;
      const [props, others] = [given.props, given.others].map((side) => host.state(host.limited(side, HURRIED)));
      const sides = { olds: props, news: others, properties: props, inputs: others, args: props };
      await answered(host.call(name, { ...sides, preview, tok: "classiclink:index:getLinks", timeout: 0.3 }));
    }),
    fuzz(300),
  );
  host.urn = URN;
  const ids = fc.string({ unit: "grapheme" });
  await fc.assert(
    fc.asyncProperty(ids, async (id) => void (await answered(host.read(id)))),
    fuzz(150),
  );
  expect((await host.check({ instanceId: "i-a", vpcId: "vpc-b" })).failures).toEqual([]);
  await host.close();
});
