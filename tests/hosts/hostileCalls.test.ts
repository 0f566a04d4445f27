/** Whatever comes through a host is answered: with a result, or with one readable sentence; and the next call works. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { Struct, Value as AnyValue } from "google-protobuf/google/protobuf/struct_pb";
import { type Emulator, startEmulator } from "../../emulator";
import { unwrap, wrap } from "../../provider/hosts/plugin/values";
import type { Value } from "../engine/values";
import { DynamicHost } from "../support/dynamicHost";
import { fuzz } from "../support/fuzz";
import { PluginProcess, UNKNOWN } from "../support/pluginProcess";
import { LINKS_URN, type Props, type ProviderProcess, secretOf, URN } from "../support/providerProcess";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** What the wire can carry: JSON, and the envelopes of Pulumi, whole and torn. */
const { tree: wireValue } = fc.letrec<{ tree: Value }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<Value[]>(null, true, 0, -1, 1e308, "i-a", "vpc-b", "", UNKNOWN),
    fc.string({ unit: "grapheme" }),
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "value", "secret", SIGNATURE, "constructor"), tie("tree"), {
      noNullPrototype: true,
    }),
    tie("tree").map(secretOf),
    tie("tree").map((value) => ({ [SIGNATURE]: OUTPUT, value, secret: true })),
  ),
}));
const dictionaryOf = (...names: string[]) =>
  fc.dictionary(fc.constantFrom(...names), wireValue, { noNullPrototype: true, maxKeys: 3 });
/** Properties of a link or of links, of which some are not as they should be. */
const wireProps: fc.Arbitrary<Props> = fc
  .tuple(
    dictionaryOf("instanceId", "vpcId", "regionId", "instanceIds", "movedAway", "__halfMade", "__holder", "x"),
    dictionaryOf("create", "delete", "read"),
    fc.boolean(),
  )
  .map(([odd, timeouts, isGood]) => ({
    ...(isGood ? { instanceId: "i-a", vpcId: "vpc-b", regionId: "cn-hangzhou", instanceIds: ["i-a"] } : {}),
    ...(Object.keys(timeouts).length > 0 ? { __timeouts: timeouts } : {}),
    ...odd,
  }));

test("values of the wire come out in clear, and are the same after another turn", () => {
  fc.assert(
    fc.property(wireProps, (props) => {
      const { values, secrets } = unwrap(Struct.fromJavaScript({ ...props }));
      expect(JSON.stringify(values)).not.toContain(OUTPUT);
      for (const name of secrets) expect(Object.keys(values)).toContain(name);
      expect(unwrap(wrap(values, secrets)).values).toEqual(values);
    }),
    fuzz(300),
  );
});

test("values named like a part of every object are only names", () => {
  const message = new Struct();
  message.getFieldsMap().set("__proto__", AnyValue.fromJavaScript({ instanceId: "i-a" }));
  expect(unwrap(message).values.instanceId).toBeUndefined();
});

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
