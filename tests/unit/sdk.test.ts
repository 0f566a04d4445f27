/** The links of programs: what they register, and what programs get as errors. */

import { describe, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { exports } from "../../package.json";
import { STORED_LINE, STORED_LINE_OF_LINKS } from "../../provider/hosts/dynamic/storedLine";
import { ClassicLink, ClassicLinks, linksFromFile } from "../../sdk";
import { toTimeouts } from "../../sdk/timeouts";
import { makeFolder } from "../support/credentials";
import { known, registeredResources, SomeProvider } from "../support/mocks";

const args = { instanceId: "i-a", vpcId: "vpc-b", regionId: "cn-hangzhou" };
const registered = registeredResources();

test("[18] the stored line is this short text for ever, since the states of all versions run it", () => {
  expect(STORED_LINE).toBe(
    'exports.handler=()=>require("module").createRequire(process.cwd()+"/")("pulumi-classiclink/dynamic")',
  );
  expect(Object.keys(exports)).toContain("./dynamic");
});

describe("a ClassicLink", () => {
  test("[8] registers the dynamic type, its inputs, which may be outputs, and the stored line, and nothing else", async () => {
    const outputs = { ...args, instanceId: pulumi.output("i-a"), vpcId: Promise.resolve("vpc-b") };
    const link = new ClassicLink("web", outputs);
    expect(await Promise.all([link.id, link.instanceId, link.vpcId, link.regionId].map(known))).toEqual([
      "cn-hangzhou:i-a",
      ...Object.values(args),
    ]);
    const inputs = { ...args, __declarer: expect.stringMatching(/:web$/), __provider: STORED_LINE };
    const type = "pulumi-nodejs:dynamic/classiclink:ClassicLink";
    expect(registered).toEqual([expect.objectContaining({ type, name: "web", custom: true, inputs })]);
  });

  test.each([
    ["cn-hangzhou:i-a", STORED_LINE, ClassicLink],
    ["cn-hangzhou:vpc-b", STORED_LINE_OF_LINKS, ClassicLinks],
  ])("[10] get reads %s by id, with the line that can read it and without inputs", async (id, line, resource) => {
    await known(resource.get("web", id).urn);
    expect(registered[0]).toMatchObject({ id });
    expect(registered[0]?.inputs).toEqual({ __provider: line });
  });

  test("isInstance knows it, also from another copy of the package, and nothing else", async () => {
    const link = new ClassicLink("web", args);
    const copy = Object.create(pulumi.CustomResource.prototype, {
      __pulumiType: { value: ClassicLink.__pulumiType },
      __pulumiCustomResource: { value: true },
      __pulumiResource: { value: true },
    });
    const marked = { __pulumiType: ClassicLink.__pulumiType };
    const none = [undefined, args, marked, new SomeProvider("alicloud", "other")];
    expect([link, copy].map(ClassicLink.isInstance)).toEqual([true, true]);
    expect(none.filter(ClassicLink.isInstance)).toEqual([]);
    await known(link.urn);
  });

  test("[17] refuses a provider of another package, by its name, with what to do instead", () => {
    const provider = new SomeProvider("alicloud", "beijing");
    expect(() => new ClassicLink("web", args, { provider })).toThrow(
      /^ClassicLink "web": opts\.provider is a provider of the package "alicloud".*configure the stack/,
    );
  });

  // `npm run typecheck` says whether the compiler refuses these too.
  test.each<[message: string, make: () => unknown]>([
    // @ts-expect-error
    ["args are missing", () => new ClassicLink("web")],
    // @ts-expect-error
    ["instanceId is missing", () => new ClassicLink("web", { instanceId: null, vpcId: "vpc-b" })],
    // @ts-expect-error
    ["vpcId is missing", () => new ClassicLink("web", { instanceId: "i-a" })],
    // @ts-expect-error
    ['"vpcID" is not an argument; the arguments are instanceId', () => new ClassicLink("web", { ...args, vpcID: "v" })],
    // @ts-expect-error
    ['"__provider" is not an argument', () => new ClassicLink("web", { ...args, __provider: "evil" })],
  ])("is refused and not registered: %s", async (message, make) => {
    expect(make).toThrow(`ClassicLink "web": ${message}`);
    await new Promise(setImmediate);
    expect(registered).toEqual([]);
  });
});

describe("[13] timeouts", () => {
  const withTimeouts = (customTimeouts: object) => new ClassicLink("web", args, { customTimeouts });

  test("are handed to the provider in seconds, each on its own", async () => {
    await known(withTimeouts({ create: "2m", update: "90s", delete: "1h30m" }).urn);
    expect(registered[0]?.inputs.__timeouts).toEqual({ create: 120, update: 90, delete: 5_400 });
  });

  test.each([
    ["1.5h", 5_400],
    ["1h1m1s", 3_661],
    ["1m500ms", 60.5],
    ["5µs", 5e-6],
    ["1s5ns", 1.000000005],
  ])("%s is %d seconds", (text, seconds) => {
    expect(toTimeouts("x", { create: text })?.create).toBeCloseTo(seconds, 9);
  });

  test.each(["", "10", "5 m", "5min", "-5m", "1.m", "1d", "10m ", 5, null])(
    "%j is refused, by its name and with an example",
    (wrong) => {
      expect(() => withTimeouts({ delete: wrong })).toThrow(
        `ClassicLink "web": customTimeouts.delete is ${JSON.stringify(wrong)}; use a duration such as "90s"`,
      );
    },
  );

  test("are not given if they are 0, as in the plugin, or undefined", () => {
    const none: (object | undefined)[] = [undefined, {}, { create: "0s" }, { create: "0" }, { create: undefined }];
    expect(none.map((given) => toTimeouts("x", given))).toEqual(none.map(() => undefined));
  });

  test("of a call that does not exist are refused, with the calls there are", () => {
    const message = /^ClassicLink "web": customTimeouts .*creat.*create, .*update, delete/;
    expect(() => withTimeouts({ creat: "5m" })).toThrow(message);
  });
});

test("a list of links that cannot be right ends a program with a RunError, which Pulumi shows without a stack", () => {
  const files = makeFolder();
  const twice = "instanceId,vpcId\ni-a,vpc-1\ni-a,vpc-2\n";
  for (const [path, reason] of [
    [files.write("links.csv", twice), "line 3, instanceId declares i-a for vpc-2, but an earlier entry"],
    [`${files.folder}/no.csv`, "ENOENT"],
  ] as const) {
    expect(() => linksFromFile(path)).toThrow(pulumi.RunError);
    expect(() => linksFromFile(path)).toThrow(`cannot read the links of ${path}: `);
    expect(() => linksFromFile(path)).toThrow(reason);
  }
  files.remove();
});
