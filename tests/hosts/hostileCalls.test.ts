/** Whatever comes through a host is answered: with a result, or with one readable sentence; and the next call works. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type JavaScriptValue, Struct, Value } from "google-protobuf/google/protobuf/struct_pb";
import { type Emulator, startEmulator } from "../../emulator";
import dynamic from "../../provider/hosts/dynamic";
import { unwrap, wrap } from "../../provider/hosts/plugin/values";
import { ClassicLinkError } from "../../provider/links/errors";
import { fuzz } from "../support/fuzz";
import { PluginProcess, UNKNOWN } from "../support/pluginProcess";
import { LINKS_URN, type Props, secretOf, URN } from "../support/providerProcess";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** What the wire can carry: JSON, and the envelopes of Pulumi, whole and torn. */
const { tree: wireValue } = fc.letrec<{ tree: JavaScriptValue }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<JavaScriptValue[]>(null, true, 0, -1, 1e308, "i-a", "vpc-b", "", UNKNOWN),
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
  message.getFieldsMap().set("__proto__", Value.fromJavaScript({ instanceId: "i-a" }));
  expect(unwrap(message).values.instanceId).toBeUndefined();
});

let emulator: Emulator;
let plugin: PluginProcess;
beforeAll(async () => {
  emulator = await startEmulator({ instances: [{ instanceId: "i-a" }], vpcs: [{ vpcId: "vpc-b" }] });
  plugin = await PluginProcess.start(emulator.environment);
  Object.assign(process.env, emulator.environment);
});
afterAll(() => Promise.all([plugin.close(), emulator.close()]));

/** A call must come back; when it fails, in words that can be shown. Resolves with its error. */
async function answered(call: Promise<unknown>): Promise<unknown> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return undefined;
  const { message }: Error = Object(error);
  for (const line of message.split("\n")) expect(line).toMatch(/^\P{Cc}{1,2000}$/u);
  return error;
}

type Calls = readonly ((props: Props, others: Props) => Promise<unknown>)[];

test("the plugin answers every call about properties of any kind, and a lookup by any id", async () => {
  const calls: Calls = [
    (props, others) => plugin.check(props, others),
    (props, others) => plugin.diff(props, others),
    (props) => plugin.create(props, { timeout: 0.3 }),
    (props) => plugin.create(props, { preview: true }),
    (props, others) => plugin.read("cn-hangzhou:i-a", props, others),
    (props, others) => plugin.update(props, others, { timeout: 0.3 }),
    (props) => plugin.delete(props, { timeout: 0.3 }),
    (props) => plugin.invoke(props),
    (props) => plugin.checkConfig(props),
    (props, others) => plugin.diffConfig(props, others),
  ];
  const urns = fc.constantFrom(URN, LINKS_URN, "", "urn:pulumi:x", `${URN}$x::y`);
  await fc.assert(
    fc.asyncProperty(urns, fc.constantFrom(...calls), wireProps, wireProps, async (urn, call, props, others) => {
      plugin.urn = urn;
      await answered(call(props, others));
    }),
    fuzz(300),
  );
  plugin.urn = URN;
  const ids = fc.string({ unit: "grapheme" });
  await fc.assert(
    fc.asyncProperty(ids, async (id) => void (await answered(plugin.read(id)))),
    fuzz(150),
  );
  expect((await plugin.check({ instanceId: "i-a", vpcId: "vpc-b" })).failures).toEqual([]);
});

/** Properties of any kind, apart from a time that ends soon. */
const hurried = (props: Props): Props => ({
  ...props,
  __timeouts: { create: 0.3, read: 0.3, update: 0.3, delete: 0.3 },
});

test.each([
  ["ClassicLink", dynamic],
  ["ClassicLinks", dynamic.classicLinks],
] as const)("the dynamic host of %s answers every call about properties of any kind", async (_, provider) => {
  const calls: Calls = [
    (props, others) => provider.check(props, others),
    (props, others) => provider.diff("id", props, others),
    (props) => provider.create(hurried(props)),
    (props) => provider.read("cn-hangzhou:i-a", hurried(props)),
    (props, others) => provider.update("id", props, hurried(others)),
    (props) => provider.delete("id", hurried(props)),
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...calls), wireProps, wireProps, async (call, props, others) => {
      const error = await answered(call(props, others));
      // Nothing else reads well in Pulumi's output.
      if (error !== undefined) expect(error).toBeInstanceOf(ClassicLinkError);
    }),
    fuzz(150),
  );
});
