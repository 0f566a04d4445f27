/** The lists that check understands. */

import { describe, expect, test } from "@jest/globals";
import { decodeText } from "../../provider/decodeText";
import { type Asked, readDeclaration } from "../../cli/check/declared";
import { readLinkList } from "../../provider/linkList/linkList";
import { blocksOf, PAGES } from "../pages/markdown";

const A = { regionId: "cn-hangzhou", vpcId: "vpc-1", instanceId: "i-a" };
const B = { regionId: "cn-hangzhou", vpcId: "vpc-1", instanceId: "i-b" };
const PLUGIN = "classiclink:index:";
const DYNAMIC = "pulumi-nodejs:dynamic/classiclink:";

/** A link of a stack. */
const ofStack = (inputs: object, more: object = {}) => ({
  type: `${PLUGIN}ClassicLink`,
  urn: "x::web",
  inputs,
  ...more,
});

const NO_SCOPE: Asked = { scope: {}, isNamed: false };
const read = (text: string, asked = NO_SCOPE) => readDeclaration(text, "the file", () => "cn-hangzhou", asked);
const json = (value: unknown) => JSON.stringify(value);

/** A page of an answer of DescribeClassicLinkInstances. */
const answer = (total: number, page: number, ...instanceIds: string[]) => answerOf("vpc-1", total, page, instanceIds);
const answerOf = (VpcId: string, total: number, page: number, instanceIds: readonly string[]) => ({
  TotalCount: total,
  PageNumber: page,
  PageSize: 100,
  RequestId: 'R-"}1',
  Links: { Link: instanceIds.map((InstanceId) => ({ InstanceId, VpcId })) },
});

/** As `pulumi stack export` prints it. */
const exported = (...resources: object[]) =>
  json({ version: 3, deployment: { manifest: {}, resources: [{ type: "pulumi:pulumi:Stack" }, ...resources] } });

describe("a stack of another scope", () => {
  const current = { organizationId: "27", resourceSetId: "99" };
  const made = (__scope?: object, link = A) => ofStack(link, { outputs: { ...link, __scope } });
  const unnamed = { scope: current, isNamed: false };
  const named = { scope: current, isNamed: true };

  test.each([
    ["another resource set", { organizationId: "27", resourceSetId: "97" }, "organization 27 and resource set 97"],
    ["no scope", undefined, "no organization"],
  ])("is refused with both names: %s", (_, scope, name) => {
    expect(() => read(exported(made(current), made(scope)), unnamed)).toThrow(
      `the file: the scope of web is ${name}, but organization 27 and resource set 99 is configured`,
    );
  });

  test("is refused even if an option names the scope, as long as no link has it", () => {
    const text = exported(made({ organizationId: "26" }));
    expect(() => read(text, named)).toThrow(/give the --organization and --resource-set of the stack$/);
  });

  test("is compared in part if an option names a scope that some of its links have", () => {
    const text = exported(made(current), made({ organizationId: "26" }, B));
    expect(() => read(text, unnamed)).toThrow(/, and check links of each scope by itself$/);
    const leftOut = "1 resource of organization 26 and no resource set";
    expect(read(text, named)).toMatchObject({ links: [A], elsewhere: [B], leftOut });
  });

  test("is compared as a whole if all of it is of the configured scope, and so is a list, which has none", () => {
    for (const text of [exported(made(current)), json([A])]) expect(read(text, unnamed).links).toEqual([A]);
  });
});

describe("a declared list", () => {
  const both = { vpcId: "vpc-1", instanceIds: ["i-a", "i-b"] };
  const type = `${DYNAMIC}ClassicLink`;
  const outputs = { vm: { instanceId: "i-x" }, no: [null, 1, "b"], links: [A], deep: { web: { ...B, urn: "urn:x" } } };
  test.each([
    ["what discover --json prints", json({ links: [A, B] })],
    ["one object", json(both)],
    ["JSON whose region is null: the configured one counts", json([{ ...A, regionId: null }, B])],
    ["YAML", "- { instanceId: i-a, vpcId: vpc-1 }\n- instanceId: i-b\n  vpcId: vpc-1\n"],
    [
      "CSV of a spreadsheet",
      '"owner","vpcId","instanceId","regionId"\r\n"me","vpc-1","i-a","cn-hangzhou"\r\n"","vpc-1","i-b",""\r\n,,,\r\n',
    ],
    ["CSV with other spellings, in another order", "owner,VpcId,Instance ID\nme,vpc-1,i-a\nme,vpc-1,i-b\n"],
    ["CSV of a spreadsheet that names its delimiter", "sep=;\r\ninstance_id;vpc_id\r\ni-a;vpc-1\r\ni-b;vpc-1\r\n"],
    ["CSV with spaces around cells", ' "instanceId" , "vpcId" \n i-a , vpc-1\ni-b,"vpc-1" \n'],
    ["CSV with comments", "# ours\ninstanceId,vpcId\ni-a,vpc-1\n#i-c,vpc-1\ni-b,vpc-1\n"],
    ["YAML in two documents", "vpcId: vpc-1\ninstanceId: i-a\n---\nvpcId: vpc-1\ninstanceId: i-b\n"],
    ["YAML with a merge", "x: &x { vpcId: vpc-1 }\nall: [{ <<: *x, instanceId: i-a }, { <<: *x, instanceId: i-b }]\n"],
    ["CSV with tabs, and empty cells after the last column", "instanceId\tvpcId\ni-a\tvpc-1\ni-b\tvpc-1\t\t\n"],
    ["CSV with a comma in a cell", 'owner,instanceId,vpcId\n"Doe, Jo",i-a,vpc-1\n"Roe, ""Al""",i-b,vpc-1\n'],
    ["two pages of an answer of ECS", `${json(answer(2, 1, "i-a"))}\n${json(answer(2, 2, "i-b"))}\n`],
    ["outputs of a stack", json(outputs)],
    ["a program in YAML", `resources: { one: { type: x, properties: ${json(A)} }, two: { properties: ${json(B)} } }`],
    ["the state of the dynamic host", exported({ ...ofStack(A), type }, { ...ofStack(B), type })],
    ["the state of the plugin", exported({ ...ofStack(both), type: `${PLUGIN}ClassicLinks` })],
  ])("is understood as %s", (_, text) => {
    expect(read(text).links).toEqual([A, B]);
  });

  const moved = ofStack(A, { outputs: { ...A, vpcId: "vpc-2" } });
  const other = ofStack({ instanceId: "i-x", vpcId: "vpc-x" }, { type: "alicloud:ecs/instance:Instance" });
  const lookedUp = ofStack({}, { external: true, outputs: B });
  const far = { ...A, regionId: "cn-beijing" };
  test.each([
    ["has of a state what was declared, not what was found", exported(moved), [A]],
    ["has of a state nothing of other resources", exported(ofStack(A), other), [A]],
    ["has of a state no links that the program only reads", exported(ofStack(A), lookedUp), [A]],
    ["keeps the regions that it names, and may name a link twice", json([A, far, A]), [A, far]],
  ])("%s", (_, text, links) => {
    expect(read(text).links).toEqual(links);
  });

  test("has all links of a state if no scope is asked for", () => {
    expect(readLinkList(exported(ofStack(A)), "the file", () => undefined)).toEqual([
      { regionId: "cn-hangzhou", vpcId: "vpc-1", instanceIds: ["i-a"] },
    ]);
  });

  test("names VPCs that have no link", () => {
    const vpcs = [{ regionId: "cn-hangzhou", vpcId: "vpc-9" }];
    expect(read(json([{ vpcId: "vpc-9", instanceIds: [] }]))).toMatchObject({ links: [], vpcs });
  });
});

describe("a list that cannot be right is refused:", () => {
  const ofSecret = ofStack({ ...A, vpcId: { ciphertext: "x" } });
  test.each([
    ["one page of two", json(answer(2, 1, "i-a")), /has 1 of the 2 links of an answer .*; add its other pages/],
    [
      "one page of two, after all pages of another VPC",
      `${json(answerOf("vpc-2", 2, 1, ["i-c", "i-d"]))}${json(answer(2, 1, "i-a"))}`,
      /has 1 of the 2 links/,
    ],
    [
      "a comma that no quotes protect",
      "owner,instanceId,vpcId\nDoe, Jo,i-a,vpc-1\n",
      /line 2 has 4 cells, but the first line names 3 columns; put quotes around a cell that has a "," in it/,
    ],
    ["a quote that does not end", 'instanceId,vpcId\n"i-a,vpc-1\n', /^the file is not valid CSV \(/],
    ["nothing in it", "", /the file names no links; use CSV whose first line has instanceId and vpcId, JSON/],
    ["a stack without links", exported(), /names no links/],
    ["half a link", json({ links: [A, { instanceId: "i-b" }] }), /the file: links\[1\]\.vpcId is missing; give one id/],
    ["an id that is a number", json([{ ...A, instanceId: 17 }]), /the file: \[0\]\.instanceId is not text; give one/],
    ["one object whose id is a number", json({ ...A, instanceId: 17 }), /^the file: instanceId is not text; give one/],
    ["a region that is a number", json([{ ...A, regionId: 7 }]), /the file: \[0\]\.regionId is not text; give one/],
    ["two ids in one", json([{ ...A, instanceId: "i-a,i-b" }]), /\[0\]\.instanceId contains white space, a comma/],
    [
      "one instance in two VPCs",
      json([A, { ...A, vpcId: "vpc-2" }]),
      /\[1\]\.instanceId declares i-a for vpc-2, but an earlier entry declares it for vpc-1; an instance has/,
    ],
    ["instanceIds that are no list", json([{ vpcId: "vpc-1", instanceIds: "i-a" }]), /instanceIds is not a list; give/],
    [
      "a secret output",
      json({ out: { link: { ...A, vpcId: "[secret]" } } }),
      /: out\.link\.vpcId is secret; add --show-secrets/,
    ],
    ["a secret input", exported(ofSecret), /x::web\.vpcId is secret; add --show-secrets/],
    ["CSV without a column", "instanceId,region\ni-a,cn\n", /has no column vpcId; its first line must/],
    ["the same with carriage returns", "owner,instanceId\rme,i-a\r", /has no column vpcId; its first line must/],
    ["CSV with a column twice", "vpcId,instanceId,VPC ID\nv,i-a,w\n", /^the file has two columns vpcId; leave one of/],
    ["a whole output that is secret", '{ "classicLinks": "[secret]" }', /add --show-secrets to the pulumi/],
    ["CSV with a gap", "instanceId,vpcId\ni-a,\n", /the file: line 2, vpcId is missing; give one id/],
    ["a broken file", '{ "links": [', /the file is neither JSON nor YAML \(.*[^:]\); correct it there$/],
  ])("%s", (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  test("no region where one is needed", () => {
    const noRegion = () => {
      throw new Error("no region is configured");
    };
    expect(() => readDeclaration("instanceId,vpcId\ni-a,vpc-1\n", "f", noRegion, NO_SCOPE)).toThrow(
      "no region is configured",
    );
    expect(readDeclaration(json([A]), "f", noRegion, NO_SCOPE).links).toEqual([A]);
  });
});

describe("a text file", () => {
  const text = "instanceId,vpcId\ni-ü,vpc-1\n";
  const little = Buffer.from(text, "utf16le");
  const big = Buffer.from(text, "utf16le").swap16();
  test.each([
    ["UTF-8", Buffer.from(text)],
    ["UTF-8 with a byte order mark", Buffer.from(`\uFEFF${text}`)],
    ["UTF-16, little-endian", Buffer.concat([Buffer.from([0xff, 0xfe]), little])],
    ["UTF-16, big-endian", Buffer.concat([Buffer.from([0xfe, 0xff]), big])],
    ["UTF-16, little-endian, without a mark", little],
    ["UTF-16, big-endian, without a mark", big],
  ])("is read in %s", (_, bytes) => {
    expect(decodeText(bytes)).toBe(text);
  });

  // The third byte is that of the byte order mark of UTF-8.
  test("is read in UTF-16 whatever character it begins with", () => {
    expect(decodeText(Buffer.from("\uFEFF亿", "utf16le"))).toBe("亿");
  });
});

test("the lists that the page about the command line shows are understood", () => {
  const blocks = PAGES.filter(({ path }) => path === "docs/cli.md").flatMap((page) => blocksOf(page));
  const lists = blocks.filter(({ code, language }) => language !== "sh" && code.includes("vpcId"));
  expect(lists.map(({ language }) => language)).toEqual(["yaml", "text"]);
  const link = expect.objectContaining({ instanceId: "i-bp1web" });
  for (const { code } of lists) expect(read(code).links).toContainEqual(link);
});
