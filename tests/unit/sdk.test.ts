import { beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { STORED_LINE, STORED_LINE_OF_LINKS } from "../../provider/hosts/dynamic/storedLine";
import { ClassicLink, ClassicLinks } from "../../sdk";
import { toTimeouts } from "../../sdk/timeouts";

const args = { instanceId: "i-a", vpcId: "vpc-b", regionId: "cn-hangzhou" };
const registered: pulumi.runtime.MockResourceArgs[] = [];

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    call: () => ({}),
    newResource: (resource) => {
      registered.push(resource);
      return { id: `${resource.inputs.regionId}:${resource.inputs.instanceId}`, state: resource.inputs };
    },
  });
});
beforeEach(() => void registered.splice(0));

/** `pulumi.ProviderResource` itself is abstract. */
class SomeProvider extends pulumi.ProviderResource {}

/** The value of an output once it is known. */
const known = <T>(output: pulumi.Output<T>) => new Promise((resolve) => output.apply(resolve));

/** Calls as plain JavaScript can, past the compiler. */
const construct = (...given: unknown[]): unknown => Reflect.construct(ClassicLink, given);

describe("[18] the stored line", () => {
  test("is this text for ever, since the states of all versions run it", () => {
    expect(STORED_LINE).toBe(
      'exports.handler=()=>require("module").createRequire(process.cwd()+"/")("pulumi-classiclink/dynamic")',
    );
  });

  test("is short, because the state holds it twice for each link", () => {
    expect(Buffer.byteLength(STORED_LINE)).toBeLessThan(160);
    expect(STORED_LINE).not.toMatch(/\n/);
  });

  test("loads a path that the package exports", () => {
    const { exports }: typeof import("../../package.json") = require("../../package.json");
    expect(Object.keys(exports)).toContain("./dynamic");
  });
});

describe("a ClassicLink", () => {
  test("[8] registers the dynamic type, its inputs and the stored line, and nothing else", async () => {
    const link = new ClassicLink("web", args);
    expect(await known(link.id)).toBe("cn-hangzhou:i-a");
    expect(registered).toEqual([
      expect.objectContaining({
        type: "pulumi-nodejs:dynamic/classiclink:ClassicLink",
        name: "web",
        custom: true,
        inputs: { ...args, __declarer: expect.stringMatching(/:web$/), __provider: STORED_LINE },
      }),
    ]);
  });

  test("gives its properties as outputs", async () => {
    const link = new ClassicLink("web", args);
    const outputs = await Promise.all([link.instanceId, link.vpcId, link.regionId].map(known));
    expect(outputs).toEqual(["i-a", "vpc-b", "cn-hangzhou"]);
  });

  test("takes outputs of other resources, and leaves the region out when it names none", async () => {
    const link = new ClassicLink("web", { instanceId: pulumi.output("i-a"), vpcId: Promise.resolve("vpc-b") });
    await known(link.urn);
    expect(registered[0]?.inputs).toMatchObject({ instanceId: "i-a", vpcId: "vpc-b" });
    expect(registered[0]?.inputs).not.toHaveProperty("regionId");
  });

  test("[13] hands customTimeouts to the provider in seconds", async () => {
    const link = new ClassicLink("web", args, { customTimeouts: { create: "2m", delete: "1h30m" } });
    await known(link.urn);
    expect(registered[0]?.inputs.__timeouts).toEqual({ create: 120, delete: 5_400 });
  });

  test("[10] get reads by id, with the line that can read it and without inputs", async () => {
    const link = ClassicLink.get("web", "cn-hangzhou:i-a");
    await known(link.urn);
    expect(registered[0]).toMatchObject({ id: "cn-hangzhou:i-a", inputs: { __provider: STORED_LINE } });
    expect(Object.keys(registered[0]?.inputs)).toEqual(["__provider"]);
  });

  test("[10] get of many reads by the id of the VPC, in the same way", async () => {
    await known(ClassicLinks.get("workers", "cn-hangzhou:vpc-b").urn);
    expect(registered[0]).toMatchObject({ id: "cn-hangzhou:vpc-b", inputs: { __provider: STORED_LINE_OF_LINKS } });
    expect(Object.keys(registered[0]?.inputs)).toEqual(["__provider"]);
  });

  test("isInstance knows it, also from another copy of the package, and nothing else", async () => {
    const link = new ClassicLink("web", args);
    const copy = Object.create(pulumi.CustomResource.prototype, {
      __pulumiType: { value: ClassicLink.__pulumiType },
      __pulumiCustomResource: { value: true },
      __pulumiResource: { value: true },
    });
    const other = new SomeProvider("alicloud", "other");
    expect([link, copy].map(ClassicLink.isInstance)).toEqual([true, true]);
    const none = [undefined, null, "", 1, {}, args, other, { __pulumiType: ClassicLink.__pulumiType }];
    expect(none.map(ClassicLink.isInstance)).toEqual(none.map(() => false));
    await known(link.urn);
  });
});

describe("what plain JavaScript gets as errors", () => {
  const wrong: [given: unknown, told: string][] = [
    [undefined, "args are missing"],
    [null, "args are missing"],
    ["i-a", "args are missing"],
    [{}, "instanceId is missing"],
    [{ instanceId: "i-a" }, "vpcId is missing"],
    [{ instanceId: null, vpcId: "vpc-b" }, "instanceId is missing"],
    [{ ...args, InstanceId: "i-a" }, '"InstanceId" is not an argument; the arguments are instanceId, vpcId, regionId'],
    [{ ...args, vpc: "vpc-b" }, '"vpc" is not an argument'],
    [{ ...args, __provider: "evil" }, '"__provider" is not an argument'],
    [{ ...args, constructor: "x" }, '"constructor" is not an argument'],
  ];
  test.each(wrong)("%j: %s", (given, told) => {
    expect(() => construct("web", given)).toThrow(`ClassicLink "web": ${told}`);
    expect(registered).toEqual([]);
  });

  test("[17] a provider of another package is refused, by its name, with what to do instead", () => {
    const provider = new SomeProvider("alicloud", "beijing");
    expect(() => new ClassicLink("web", args, { provider })).toThrow(
      /^ClassicLink "web": opts\.provider is a provider of the package "alicloud".*configure the stack/,
    );
  });

  test("a provider of dynamic resources is taken: that is how two accounts live side by side", async () => {
    const provider = new SomeProvider("pulumi-nodejs", "beijing", { "alicloud:region": "cn-beijing" });
    await known(new ClassicLink("web", args, { provider }).urn);
    expect(registered.map(({ type }) => type)).toContain(ClassicLink.__pulumiType);
  });
});

describe("[13] timeouts", () => {
  const read: [text: string, seconds: number][] = [
    ["90s", 90],
    ["10m", 600],
    ["1h30m", 5_400],
    ["1.5h", 5_400],
    ["1h1m1s", 3_661],
    ["500ms", 0.5],
    ["1m500ms", 60.5],
    ["5us", 5e-6],
    ["5µs", 5e-6],
    ["1s5ns", 1.000000005],
  ];
  test.each(read)("%s is %d seconds", (text, seconds) => {
    expect(toTimeouts("x", { create: text })?.create).toBeCloseTo(seconds, 9);
  });

  const wrong = ["", "10", "5 m", "5min", "-5m", "+5m", "m", "1.m", "five", "Infinity", "NaNs", "1d", "1,5h", "10m "];
  test.each(wrong)("%j is refused, by its name and with an example", (text) => {
    const build = () => new ClassicLink("web", args, { customTimeouts: { delete: text } });
    expect(build).toThrow(
      `ClassicLink "web": customTimeouts.delete is ${JSON.stringify(text)}; use a duration such as "90s"`,
    );
  });

  test.each([5, null, true, {}, []])("%j, which only plain JavaScript can give, is refused", (given) => {
    expect(() => construct("web", args, { customTimeouts: { create: given } })).toThrow("customTimeouts.create is");
  });

  test.each(["0s", "0h0m"])("%s is the default, as in the plugin", (text) => {
    expect(toTimeouts("x", { create: text })).toBeUndefined();
  });

  test("none are none", () => {
    expect(toTimeouts("x", undefined)).toBeUndefined();
    expect(toTimeouts("x", {})).toBeUndefined();
    expect(Reflect.apply(toTimeouts, undefined, ["x", { create: undefined }])).toBeUndefined();
  });

  test("each is read on its own", () => {
    expect(toTimeouts("x", { create: "1m", update: "2m", delete: "3m" })).toEqual({
      create: 60,
      update: 120,
      delete: 180,
    });
  });

  test("a word that would be ignored is refused, with the words there are", () => {
    const build = () => construct("web", args, { customTimeouts: { creat: "5m" } });
    expect(build).toThrow(/^ClassicLink "web": customTimeouts .*creat.*create, .*update, delete/);
  });
});
