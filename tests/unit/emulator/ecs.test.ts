import { describe, expect, test } from "@jest/globals";
import { startEmulator } from "../../../emulator";
import { attach, call, detach, list, listed, send, signed, start } from "./caller";

const form = { "content-type": "application/x-www-form-urlencoded" };

test("attach links, describe lists it, detach takes it away", async () => {
  const emulator = await start();
  const { status, body } = await attach(emulator, "i-1", "vpc-1");
  expect({ status, fields: Object.keys(body) }).toEqual({ status: 200, fields: ["RequestId"] });
  expect(emulator.links()).toEqual([{ regionId: "cn-hangzhou", instanceId: "i-1", vpcId: "vpc-1" }]);
  expect(listed(await list(emulator, { InstanceId: "i-1" }))).toEqual(["i-1>vpc-1"]);
  expect(await detach(emulator, "i-1", "vpc-1")).toMatchObject({ status: 200 });
  expect(listed(await list(emulator, { InstanceId: "i-1" }))).toEqual([]);
});

test("a stopped instance can be linked and a link outlives stop and start", async () => {
  const emulator = await start({ instances: [{ instanceId: "i-1", status: "Stopped" }] });
  expect(await attach(emulator, "i-1", "vpc-1")).toMatchObject({ status: 200 });
  emulator.setInstance("i-1", { status: "Running" });
  expect(emulator.links()).toHaveLength(1);
});

test("detach works when ClassicLink of the VPC was switched off since", async () => {
  const emulator = await start({ links: [{ instanceId: "i-1", vpcId: "vpc-1" }] });
  emulator.setVpc("vpc-1", { classicLinkEnabled: false });
  expect(await detach(emulator, "i-1", "vpc-1")).toMatchObject({ status: 200 });
});

test("a detach that names another VPC than the link's changes nothing", async () => {
  for (const detachUnlinked of ["denied", "ok"] as const) {
    const emulator = await start({ links: [{ instanceId: "i-1", vpcId: "vpc-2" }], undocumented: { detachUnlinked } });
    expect((await detach(emulator, "i-1", "vpc-1")).status).toBe(detachUnlinked === "ok" ? 200 : 403);
    expect(emulator.links()).toMatchObject([{ vpcId: "vpc-2" }]);
  }
});

test("what lies in another region is not there", async () => {
  const emulator = await start({ instances: [{ instanceId: "i-1", regionId: "cn-beijing" }, { instanceId: "i-2" }] });
  emulator.addVpc({ vpcId: "vpc-b", regionId: "cn-beijing" });
  expect(await attach(emulator, "i-1", "vpc-1")).toMatchObject({ body: { Code: "InvalidInstanceId.NotFound" } });
  expect(await attach(emulator, "i-2", "vpc-b")).toMatchObject({ body: { Code: "InvalidVpcId.Malformed" } });
  expect(await attach(emulator, "i-1", "vpc-b", { RegionId: "cn-beijing" })).toMatchObject({ status: 200 });
  expect(listed(await list(emulator, { VpcId: "vpc-b" }))).toEqual([]);
});

test("a VPC takes 1000 links and no more, and a detach makes room", async () => {
  const ids = Array.from({ length: 1001 }, (_, index) => `i-${String(index).padStart(4, "0")}`);
  const emulator = await start({
    instances: ids.map((instanceId) => ({ instanceId })),
    links: ids.slice(0, 1000).map((instanceId) => ({ instanceId, vpcId: "vpc-1" })),
  });
  expect(await attach(emulator, "i-1000", "vpc-1")).toMatchObject({ body: { Code: "QuotaExceeded" } });
  await detach(emulator, "i-0000", "vpc-1");
  expect(await attach(emulator, "i-1000", "vpc-1")).toMatchObject({ status: 200 });
  const last = await list(emulator, { VpcId: "vpc-1", PageSize: "100", PageNumber: "10" });
  expect(last.body).toMatchObject({ TotalCount: 1000, PageNumber: 10, PageSize: 100 });
  expect(listed(last).at(-1)).toBe("i-1000>vpc-1");
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
    const first = await list(emulator, { VpcId: "vpc-1" });
    expect(first.body).toMatchObject({ TotalCount: 11, PageNumber: 1, PageSize: 10 });
    const second = await list(emulator, { VpcId: "vpc-1", PageNumber: "2" });
    expect([...listed(first), ...listed(second)]).toEqual(ids.slice(0, 11).map((id) => `${id}>vpc-1`));
    expect(listed(await list(emulator, { VpcId: "vpc-1", PageNumber: "3" }))).toEqual([]);
  });

  test("takes a list of instances, with or without a space after the comma, each once", async () => {
    const emulator = await start(twelve);
    expect(listed(await list(emulator, { InstanceId: "i-12, i-01,i-01," }))).toEqual(["i-01>vpc-1", "i-12>vpc-2"]);
  });

  test("gives what fits both the VPC and the instances when both are named", async () => {
    const emulator = await start(twelve);
    expect(listed(await list(emulator, { InstanceId: "i-01,i-12", VpcId: "vpc-2" }))).toEqual(["i-12>vpc-2"]);
  });

  test("takes exactly 100 instances", async () => {
    const many = Array.from({ length: 100 }, (_, index) => `i-${index}`);
    const emulator = await start({ instances: many.map((instanceId) => ({ instanceId })) });
    expect(await list(emulator, { InstanceId: many.join(",") })).toMatchObject({ status: 200 });
  });

  const bad = [{ PageNumber: "0" }, { PageNumber: "x" }, { PageSize: "0" }, { PageSize: "101" }, { PageSize: "1.5" }];
  test.each(bad)("refuses %p", async (paging) => {
    const emulator = await start();
    expect(await list(emulator, { VpcId: "vpc-1", ...paging })).toMatchObject({
      status: 400,
      body: { Code: "InvalidParameter", Message: expect.stringContaining(Object.keys(paging)[0] ?? "") },
    });
  });
});

describe("what the reference leaves open can be answered either way", () => {
  test("attach of a link that exists", async () => {
    const links = [{ instanceId: "i-1", vpcId: "vpc-1" }];
    expect(await attach(await start({ links }), "i-1", "vpc-1")).toMatchObject({ body: { Code: "OperationDenied" } });
    const kind = await start({ links, undocumented: { attachAgain: "ok" } });
    expect(await attach(kind, "i-1", "vpc-1")).toMatchObject({ status: 200 });
  });

  test("describe of an instance without a link", async () => {
    expect(listed(await list(await start(), { InstanceId: "i-1" }))).toEqual([]);
    const strict = await start({ undocumented: { describeUnlinked: "error" } });
    expect(await list(strict, { InstanceId: "i-1" })).toMatchObject({ body: { Code: "InvalidInstanceId.NotFound" } });
  });

  test("describe of a released instance, which spoils the whole list by default", async () => {
    const links = [{ instanceId: "i-1", vpcId: "vpc-1" }];
    const both = { InstanceId: "i-1,i-gone" };
    expect(await list(await start({ links }), both)).toMatchObject({ body: { Code: "InvalidInstanceId.NotFound" } });
    const kind = await start({ links, undocumented: { describeReleased: "empty" } });
    expect(listed(await list(kind, both))).toEqual(["i-1>vpc-1"]);
  });

  test("describe of a VPC that does not exist", async () => {
    expect(listed(await list(await start(), { VpcId: "vpc-none" }))).toEqual([]);
    const strict = await start({ undocumented: { describeUnknownVpc: "error" } });
    expect(await list(strict, { VpcId: "vpc-none" })).toMatchObject({ body: { Code: "InvalidVpc.NotBelong" } });
  });
});

describe("on the wire", () => {
  const links = [{ instanceId: "i-1", vpcId: "vpc-1" }];
  const query = { VpcId: "vpc-1", InstanceId: "i-1" };

  test("parameters may come in the query of a GET, the query of a POST or the form of a POST", async () => {
    const emulator = await start({ links });
    const action = "DescribeClassicLinkInstances";
    const path = `/?${signed("GET", action, query)}`;
    expect(listed(await send(emulator, { path }))).toEqual(["i-1>vpc-1"]);
    expect(listed(await send(emulator, { method: "POST", path: `/?${signed("POST", action, query)}` }))).toEqual([
      "i-1>vpc-1",
    ]);
    const body = signed("POST", action, query).toString();
    expect(listed(await send(emulator, { method: "POST", headers: form, body }))).toEqual(["i-1>vpc-1"]);
  });

  test("XML is what comes when no format is asked for", async () => {
    const emulator = await start({ links });
    const answer = await list(emulator, { ...query, Format: undefined });
    expect(answer.headers["content-type"]).toContain("text/xml");
    expect(answer.text.replace(/<RequestId>[0-9A-F-]{36}<\/RequestId>/, "<RequestId/>")).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><DescribeClassicLinkInstancesResponse><RequestId/>' +
        "<TotalCount>1</TotalCount><PageNumber>1</PageNumber><PageSize>10</PageSize>" +
        "<Links><Link><InstanceId>i-1</InstanceId><VpcId>vpc-1</VpcId></Link></Links>" +
        "</DescribeClassicLinkInstancesResponse>",
    );
  });

  test("errors come in the format asked for", async () => {
    const emulator = await start();
    const answer = await list(emulator, { Format: "XML" });
    expect(answer.text).toMatch(
      /^<\?xml [^>]+\?><Error><RequestId>[0-9A-F-]{36}<\/RequestId><HostId>.+<\/HostId><Code>InvalidParameter\.InvalidInstanceIdAndVpcId<\/Code><Message>.+<\/Message>.*<\/Error>$/,
    );
  });

  test("ids with markup in them are escaped in XML", async () => {
    const emulator = await start({ instances: [{ instanceId: "i-<&>\u0001" }], vpcs: [{ vpcId: 'vpc-"' }] });
    emulator.link("i-<&>\u0001", 'vpc-"');
    const { text } = await list(emulator, { VpcId: 'vpc-"', Format: "XML" });
    expect(text).toContain("<InstanceId>i-&lt;&amp;&gt;</InstanceId><VpcId>vpc-&quot;</VpcId>");
  });

  const absent: [missing: string, action: string][] = [
    ["RegionId", "AttachClassicLinkVpc"],
    ["InstanceId", "AttachClassicLinkVpc"],
    ["VpcId", "AttachClassicLinkVpc"],
    ["RegionId", "DetachClassicLinkVpc"],
    ["RegionId", "DescribeClassicLinkInstances"],
    ["Action", "DescribeClassicLinkInstances"],
  ];
  test.each(absent)("a missing %s of %s is reported by name", async (missing, action) => {
    const emulator = await start();
    expect(await call(emulator, action, { ...query, [missing]: undefined })).toMatchObject({
      status: 400,
      body: { Code: "MissingParameter", Message: expect.stringContaining(missing) },
    });
  });
});

test("drift that names something unknown throws", async () => {
  const emulator = await start();
  expect(() => emulator.link("i-none", "vpc-1")).toThrow("no instance i-none");
  expect(() => emulator.link("i-1", "vpc-none")).toThrow("no VPC vpc-none");
  await expect(startEmulator({ links: [{ instanceId: "i", vpcId: "v" }] })).rejects.toThrow("no instance i");
});

test("drift moves a link, and releasing an instance or deleting a VPC takes its links away", async () => {
  const emulator = await start({ links: [{ instanceId: "i-1", vpcId: "vpc-1" }] });
  emulator.link("i-1", "vpc-2");
  emulator.link("i-2", "vpc-1");
  expect(listed(await list(emulator, { InstanceId: "i-1,i-2" }))).toEqual(["i-1>vpc-2", "i-2>vpc-1"]);
  emulator.removeInstance("i-1");
  emulator.removeVpc("vpc-1");
  expect(emulator.links()).toEqual([]);
});
