/** Whatever comes through a host is answered: with a result, or with one readable sentence; and the next call works. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { CheckRequest } from "@pulumi/pulumi/proto/provider_pb";
import fc from "fast-check";
import { type JavaScriptValue, Struct, Value } from "google-protobuf/google/protobuf/struct_pb";
import { type Emulator, startEmulator } from "../../emulator";
import dynamic from "../../provider/hosts/dynamic";
import { unwrap, wrap } from "../../provider/hosts/plugin/values";
import { ClassicLinkError } from "../../provider/links/errors";
import { fuzz } from "../support/fuzz";
import { LINKS_URN, PluginProcess, UNKNOWN, URN } from "../support/pluginProcess";
import { plain, type Props, secretOf } from "../support/providerProcess";

const READABLE = /^\P{Cc}{1,2000}$/u;
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
const names = [
  "instanceId",
  "vpcId",
  "regionId",
  "instanceIds",
  "movedAway",
  "__halfMade",
  "__timeouts",
  "__holder",
  "x",
];
const odd = fc.dictionary(fc.constantFrom(...names), wireValue, { noNullPrototype: true, maxKeys: 3 });
const timeouts = fc.dictionary(fc.constantFrom("create", "delete", "read"), wireValue, { noNullPrototype: true });
/** Properties of a link or of links, of which some are not as they should be. */
const wireProps: fc.Arbitrary<Props> = fc
  .tuple(
    odd,
    fc.oneof(
      fc.constant({}),
      timeouts.map((given) => ({ __timeouts: given })),
    ),
    fc.boolean(),
  )
  .map(([given, more, good]) => ({
    ...(good ? { instanceId: "i-a", vpcId: "vpc-b", regionId: "cn-hangzhou", instanceIds: ["i-a"] } : {}),
    ...more,
    ...given,
  }));

describe("values of the wire", () => {
  test("come out in clear, and are the same after another turn", () => {
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

  test("named like a part of every object are only names", () => {
    const message = new Struct();
    message.getFieldsMap().set("__proto__", Value.fromJavaScript({ instanceId: "i-a" }));
    expect(unwrap(message).values.instanceId).toBeUndefined();
  });
});

const REGION = "cn-hangzhou";
let emulator: Emulator;
let plugin: PluginProcess;
const configuration = () => ({
  region: REGION,
  endpoint: emulator.endpoint,
  accessKey: "testid",
  secretKey: "testsecret",
});
beforeAll(async () => {
  emulator = await startEmulator({ instances: [{ instanceId: "i-a" }], vpcs: [{ vpcId: "vpc-b" }] });
  plugin = await PluginProcess.start({});
  await plugin.configure(configuration());
});
afterAll(async () => {
  await plugin.close();
  await emulator.close();
});

/** A call must come back; when it fails, in words that can be shown. */
async function answered(call: Promise<unknown>): Promise<void> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return;
  const { details, message }: { details?: string; message?: string } = Object(error);
  for (const line of (details ?? message ?? "").split("\n")) expect(line).toMatch(READABLE);
}

describe("the plugin", () => {
  test("answers every call about properties of any kind", async () => {
    const calls: readonly ((props: Props, others: Props) => Promise<unknown>)[] = [
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
    await expect(plugin.check({ instanceId: "i-a", vpcId: "vpc-b" })).resolves.toBeDefined();
  });

  test("answers a lookup by any id", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme" }), async (id) => await answered(plugin.read(id))),
      fuzz(150),
    );
  });

  test.each([500, 5_000, 20_000])("survives a value nested %i deep", async (depth) => {
    const nested = nestedLists(depth);
    const { check } = ResourceProviderService;
    await answered(plugin.call({ ...check, requestSerialize: () => nested }, new CheckRequest()));
    const answer = await plugin.check({ instanceId: "i-a", vpcId: "vpc-b" });
    expect(plain(answer.getInputs())).toMatchObject({ instanceId: "i-a" });
  });
});

/** A CheckRequest whose property holds lists in lists, as bytes: the library could not encode it. */
function nestedLists(depth: number): Buffer {
  const parts: Buffer[] = [Buffer.from([0x1a, 1, 0x61])];
  let length = 3;
  // Each part goes in front of all others: the tag of the field that holds them, and their length.
  const within = (tag: number) => {
    const front = Buffer.from([tag, ...varint(length)]);
    parts.push(front);
    length += front.length;
  };
  for (let level = 0; level < depth; level += 1) {
    within(0x0a); // ListValue.values
    within(0x32); // Value.list_value
  }
  within(0x12); // an entry's value, beside its name
  const entry = Buffer.concat([Buffer.from([0x0a, 10]), Buffer.from("instanceId")]);
  parts.push(entry);
  length += entry.length;
  within(0x0a); // Struct.fields
  within(0x1a); // CheckRequest.news
  const urn = Buffer.concat([Buffer.from([0x0a, URN.length]), Buffer.from(URN)]);
  return Buffer.concat([urn, ...parts.reverse()]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}

/** Properties of any kind, apart from a time that ends soon. */
const hurried = (props: Props): Props => ({
  ...props,
  __timeouts: { create: 0.3, read: 0.3, update: 0.3, delete: 0.3 },
});

describe("the dynamic host", () => {
  const CONFIG: Readonly<Record<string, () => string>> = {
    "classiclink:region": () => REGION,
    "classiclink:endpoint": () => emulator.endpoint,
    "classiclink:accessKey": () => "testid",
    "classiclink:secretKey": () => "testsecret",
  };
  beforeAll(() => dynamic.configure({ config: { get: (key: string) => CONFIG[key]?.(), require: () => "" } }));

  test.each([
    ["ClassicLink", dynamic],
    ["ClassicLinks", dynamic.classicLinks],
  ] as const)("of %s answers every call about properties of any kind", async (_, provider) => {
    const calls: readonly ((props: Props, others: Props) => Promise<unknown>)[] = [
      (props, others) => provider.check(props, others),
      (props, others) => provider.diff("id", props, others),
      (props) => provider.create(hurried(props)),
      (props) => provider.read("cn-hangzhou:i-a", hurried(props)),
      (props, others) => provider.update("id", props, hurried(others)),
      (props) => provider.delete("id", hurried(props)),
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...calls), wireProps, wireProps, async (call, props, others) => {
        const error: unknown = await call(props, others).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (error === undefined) return;
        // Nothing else reads well in Pulumi's output.
        expect(error).toBeInstanceOf(ClassicLinkError);
        await answered(Promise.reject(error));
      }),
      fuzz(150),
    );
  });
});
