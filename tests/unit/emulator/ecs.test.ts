import { describe, expect, test } from "@jest/globals";
import { startEmulator, type Undocumented } from "../../../emulator";
import { actions } from "../../../emulator/errorTable";
import { attach, call, codeOf, detach, FORM, type Given, list, listed, send, signed, start } from "./caller";

const links = [{ instanceId: "i-1", vpcId: "vpc-1" }];

test("attach links, describe lists it, detach takes it away", async () => {
  const emulator = await start();
  const { status, body } = await attach(emulator, "i-1", "vpc-1");
  expect([status, Object.keys(body)]).toEqual([200, ["RequestId"]]);
  expect(emulator.links()).toEqual([{ regionId: "cn-hangzhou", instanceId: "i-1", vpcId: "vpc-1" }]);
  expect(listed(await list(emulator, { InstanceId: "i-1" }))).toEqual(["i-1>vpc-1"]);
  expect(codeOf(await detach(emulator, "i-1", "vpc-1"))).toBe("ok");
  expect(listed(await list(emulator, { InstanceId: "i-1" }))).toEqual([]);
});

test("a stopped instance can be linked, and a link can go when ClassicLink was switched off since", async () => {
  const emulator = await start({ instances: [{ instanceId: "i-1", status: "Stopped" }] });
  expect(codeOf(await attach(emulator, "i-1", "vpc-1"))).toBe("ok");
  emulator.setInstance("i-1", { status: "Running" });
  expect(emulator.links()).toHaveLength(1);
  emulator.setVpc("vpc-1", { classicLinkEnabled: false });
  expect(codeOf(await detach(emulator, "i-1", "vpc-1"))).toBe("ok");
});

test("what lies in another region is not there", async () => {
  const emulator = await start({ instances: [{ instanceId: "i-1", regionId: "cn-beijing" }, { instanceId: "i-2" }] });
  emulator.addVpc({ vpcId: "vpc-b", regionId: "cn-beijing" });
  expect(codeOf(await attach(emulator, "i-1", "vpc-1"))).toBe("InvalidInstanceId.NotFound");
  expect(codeOf(await attach(emulator, "i-2", "vpc-b"))).toBe("InvalidVpcId.Malformed");
  expect(codeOf(await attach(emulator, "i-1", "vpc-b", { RegionId: "cn-beijing" }))).toBe("ok");
  expect(listed(await list(emulator, { VpcId: "vpc-b" }))).toEqual([]);
});

test("a VPC takes 1000 links and no more, and a detach makes room", async () => {
  const ids = Array.from({ length: 1001 }, (_, index) => `i-${String(index).padStart(4, "0")}`);
  const emulator = await start({
    instances: ids.map((instanceId) => ({ instanceId })),
    links: ids.slice(0, 1000).map((instanceId) => ({ instanceId, vpcId: "vpc-1" })),
  });
  expect(codeOf(await attach(emulator, "i-1000", "vpc-1"))).toBe("QuotaExceeded");
  await detach(emulator, "i-0000", "vpc-1");
  expect(codeOf(await attach(emulator, "i-1000", "vpc-1"))).toBe("ok");
  const last = await list(emulator, { VpcId: "vpc-1", PageSize: "100", PageNumber: "10" });
  expect(last.body).toMatchObject({ TotalCount: 1000, PageNumber: 10, PageSize: 100 });
  expect(listed(last).at(-1)).toBe("i-1000>vpc-1");
  expect(codeOf(await list(emulator, { InstanceId: ids.slice(0, 100).join() }))).toBe("ok");
});

describe("describe", () => {
  const ids = Array.from({ length: 12 }, (_, index) => `i-${String(index + 1).padStart(2, "0")}`);
  const twelve = {
    instances: ids.map((instanceId) => ({ instanceId })),
    // Not in order on purpose.
    links: ids.toReversed().map((instanceId) => ({ instanceId, vpcId: instanceId === "i-12" ? "vpc-2" : "vpc-1" })),
  };

  test("gives ten links a page by default, always in the same order", async () => {
    const emulator = await start(twelve);
    const [first, second, third] = await Promise.all(
      ["1", "2", "3"].map((PageNumber) => list(emulator, { VpcId: "vpc-1", PageNumber })),
    );
    expect(first?.body).toMatchObject({ TotalCount: 11, PageNumber: 1, PageSize: 10 });
    expect([first, second, third].map((page) => page && listed(page))).toEqual([
      ids.slice(0, 10).map((id) => `${id}>vpc-1`),
      ["i-11>vpc-1"],
      [],
    ]);
  });

  test("takes instances with or without a space after the comma, each once, and with a VPC what fits both", async () => {
    const emulator = await start(twelve);
    const given = { InstanceId: "i-12, i-01,i-01," };
    expect(listed(await list(emulator, given))).toEqual(["i-01>vpc-1", "i-12>vpc-2"]);
    expect(listed(await list(emulator, { ...given, VpcId: "vpc-2" }))).toEqual(["i-12>vpc-2"]);
  });

  const bad = [{ PageNumber: "0" }, { PageNumber: "x" }, { PageSize: "0" }, { PageSize: "101" }, { PageSize: "1.5" }];
  test.each(bad)("refuses %p", async (paging) => {
    expect(await list(await start(), { VpcId: "vpc-1", ...paging })).toMatchObject({
      status: 400,
      body: { Code: "InvalidParameter", Message: expect.stringContaining(Object.keys(paging)[0] ?? "") },
    });
  });
});

describe("what the reference leaves open can be answered either way", () => {
  const [attaching = "", detaching = "", describing = ""]: readonly string[] = actions;
  test.each<[option: Undocumented, action: string, given: Given, usual: string, other: string]>([
    [{ attachAgain: "ok" }, attaching, { InstanceId: "i-1", VpcId: "vpc-1" }, "OperationDenied", "ok"],
    [{ detachUnlinked: "ok" }, detaching, { InstanceId: "i-1", VpcId: "vpc-2" }, "OperationDenied", "ok"],
    [{ describeUnlinked: "error" }, describing, { InstanceId: "i-2" }, "nothing", "InvalidInstanceId.NotFound"],
    [{ describeUnlinked: "error" }, describing, { InstanceId: "i-1" }, "i-1>vpc-1", "i-1>vpc-1"],
    [{ describeReleased: "empty" }, describing, { InstanceId: "i-1,i-no" }, "InvalidInstanceId.NotFound", "i-1>vpc-1"],
    [{ describeUnknownVpc: "error" }, describing, { VpcId: "vpc-none" }, "nothing", "InvalidVpc.NotBelong"],
    [{ describeDisabledVpc: "error" }, describing, { VpcId: "vpc-off" }, "nothing", "OperationDenied"],
  ])("%j", async (option, action, given, usual, other) => {
    const vpcs = [{ vpcId: "vpc-1" }, { vpcId: "vpc-2" }, { vpcId: "vpc-off", classicLinkEnabled: false }];
    for (const [undocumented, expected] of [[undefined, usual] as const, [option, other] as const]) {
      const emulator = await start({ vpcs, links, undocumented });
      const answer = await call(emulator, action, given);
      expect(answer.body.Links ? listed(answer).join() || "nothing" : codeOf(answer)).toBe(expected);
      expect(emulator.links()).toMatchObject(links);
    }
  });
});

describe("on the wire", () => {
  const query = { VpcId: "vpc-1", InstanceId: "i-1" };

  test("parameters may come in the query of a GET, the query of a POST or the form of a POST", async () => {
    const emulator = await start({ links });
    const paramsOf = (method: string) => `${signed(method, "DescribeClassicLinkInstances", query)}`;
    for (const request of [
      { path: `/?${paramsOf("GET")}` },
      { method: "POST", path: `/?${paramsOf("POST")}` },
      { method: "POST", headers: FORM, body: paramsOf("POST") },
    ]) {
      expect(listed(await send(emulator, request))).toEqual(["i-1>vpc-1"]);
    }
  });

  test("XML is what comes when no format is asked for", async () => {
    const answer = await list(await start({ links }), { ...query, Format: undefined });
    expect(answer.headers["content-type"]).toContain("text/xml");
    expect(answer.text.replace(/<RequestId>[0-9A-F-]{36}<\/RequestId>/, "<RequestId/>")).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><DescribeClassicLinkInstancesResponse><RequestId/>' +
        "<TotalCount>1</TotalCount><PageNumber>1</PageNumber><PageSize>10</PageSize>" +
        "<Links><Link><InstanceId>i-1</InstanceId><VpcId>vpc-1</VpcId></Link></Links>" +
        "</DescribeClassicLinkInstancesResponse>",
    );
  });

  test("errors come in the format asked for", async () => {
    const { text } = await list(await start(), { Format: "XML" });
    expect(text).toMatch(
      /^<\?xml [^>]+\?><Error><RequestId>[0-9A-F-]{36}<\/RequestId><HostId>.+<\/HostId><Code>InvalidParameter\.InvalidInstanceIdAndVpcId<\/Code><Message>.+<\/Message>.*<\/Error>$/,
    );
  });

  test("ids with markup in them are escaped in XML", async () => {
    const emulator = await start({ instances: [{ instanceId: "i-<&>\u0001" }], vpcs: [{ vpcId: 'vpc-"' }] });
    emulator.link("i-<&>\u0001", 'vpc-"');
    const { text } = await list(emulator, { VpcId: 'vpc-"', Format: "XML" });
    expect(text).toContain("<InstanceId>i-&lt;&amp;&gt;</InstanceId><VpcId>vpc-&quot;</VpcId>");
  });

  test.each([
    ["RegionId", "AttachClassicLinkVpc"],
    ["InstanceId", "AttachClassicLinkVpc"],
    ["VpcId", "DetachClassicLinkVpc"],
    ["RegionId", "DescribeClassicLinkInstances"],
    ["Action", "DescribeClassicLinkInstances"],
  ])("a missing %s of %s is reported by name", async (missing, action) => {
    expect(await call(await start(), action, { ...query, [missing]: undefined })).toMatchObject({
      status: 400,
      body: { Code: "MissingParameter", Message: expect.stringContaining(missing) },
    });
  });
});

describe("drift", () => {
  test("that names something unknown throws", async () => {
    const emulator = await start();
    expect(() => emulator.link("i-none", "vpc-1")).toThrow("no instance i-none");
    expect(() => emulator.link("i-1", "vpc-none")).toThrow("no VPC vpc-none");
    await expect(startEmulator({ links })).rejects.toThrow("no instance i-1");
  });

  test("moves a link, and releasing an instance or deleting a VPC takes its links away", async () => {
    const emulator = await start({ links });
    emulator.link("i-1", "vpc-2");
    emulator.link("i-2", "vpc-1");
    expect(listed(await list(emulator, { InstanceId: "i-1,i-2" }))).toEqual(["i-1>vpc-2", "i-2>vpc-1"]);
    emulator.removeInstance("i-1");
    emulator.removeVpc("vpc-1");
    expect(emulator.links()).toEqual([]);
  });
});
