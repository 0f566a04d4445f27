/** The operations on links: what the reference documents, what it leaves open, and the wire. */
import { describe, expect, test } from "@jest/globals";
import { startEmulator, type Undocumented } from "../../../emulator";
import { actions } from "../../../emulator/errorTable";
import { attach, call, codeOf, detach, type Given, list, listed, start } from "./caller";

const links = [{ instanceId: "i-1", vpcId: "vpc-1" }];

test("a stopped instance can be linked, and a link can go when ClassicLink was switched off since", async () => {
  const emulator = await start({ instances: [{ instanceId: "i-1", status: "Stopped" }] });
  expect(codeOf(await attach(emulator, "i-1", "vpc-1"))).toBe("ok");
  emulator.setVpc("vpc-1", { classicLinkEnabled: false });
  expect(codeOf(await detach(emulator, "i-1", "vpc-1"))).toBe("ok");
});

test("a VPC takes 1000 links and no more, as long as no option says otherwise", async () => {
  const [last = "", ...linked] = Array.from({ length: 1_001 }, (_, n) => `i-${n}`);
  const emulator = await start({
    instances: [last, ...linked].map((instanceId) => ({ instanceId })),
    links: linked.map((instanceId) => ({ instanceId, vpcId: "vpc-1" })),
  });
  expect(codeOf(await attach(emulator, last, "vpc-1"))).toBe("QuotaExceeded");
  emulator.unlink("i-1");
  expect(codeOf(await attach(emulator, last, "vpc-1"))).toBe("ok");
});

test("what lies in another region is not there", async () => {
  const emulator = await start({ instances: [{ instanceId: "i-1", regionId: "cn-beijing" }, { instanceId: "i-2" }] });
  emulator.addVpc({ vpcId: "vpc-b", regionId: "cn-beijing" });
  expect(codeOf(await attach(emulator, "i-1", "vpc-1"))).toBe("InvalidInstanceId.NotFound");
  expect(codeOf(await attach(emulator, "i-2", "vpc-b"))).toBe("InvalidVpcId.Malformed");
  expect(codeOf(await attach(emulator, "i-1", "vpc-b", { RegionId: "cn-beijing" }))).toBe("ok");
  expect(listed(await list(emulator, { VpcId: "vpc-b" }))).toEqual([]);
});

test("drift moves a link, ends with its instance or its VPC, and throws where it names something unknown", async () => {
  const emulator = await start({ links });
  emulator.link("i-1", "vpc-2");
  emulator.link("i-2", "vpc-1");
  expect(listed(await list(emulator, { InstanceId: "i-1,i-2" }))).toEqual(["i-1>vpc-2", "i-2>vpc-1"]);
  emulator.removeInstance("i-1");
  emulator.removeVpc("vpc-1");
  expect(emulator.links()).toEqual([]);
  expect(() => emulator.link("i-1", "vpc-2")).toThrow("no instance i-1");
  expect(() => emulator.link("i-2", "vpc-1")).toThrow("no VPC vpc-1");
  await expect(startEmulator({ links })).rejects.toThrow("no instance i-1");
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
    expect(listed(first)).toEqual(ids.slice(0, 10).map((id) => `${id}>vpc-1`));
    expect(listed(await list(emulator, { VpcId: "vpc-1", PageNumber: "2" }))).toEqual(["i-11>vpc-1"]);
  });

  test("takes instances with or without a space after the comma, each once, and with a VPC what fits both", async () => {
    const emulator = await start(twelve);
    const given = { InstanceId: "i-12, i-01,i-01," };
    expect(listed(await list(emulator, given))).toEqual(["i-01>vpc-1", "i-12>vpc-2"]);
    expect(listed(await list(emulator, { ...given, VpcId: "vpc-2" }))).toEqual(["i-12>vpc-2"]);
  });

  test("takes 100 instances", async () => {
    const hundred = Array.from({ length: 100 }, (_, index) => ({ instanceId: `i-${index}` }));
    const InstanceId = hundred.map(({ instanceId }) => instanceId).join();
    expect(codeOf(await list(await start({ instances: hundred }), { InstanceId }))).toBe("ok");
  });

  test.each([{ PageNumber: "0" }, { PageNumber: "x" }, { PageSize: "101" }])("refuses %p", async (paging) => {
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
  test("answers and errors come in XML when no format is asked for, with markup in ids escaped", async () => {
    const emulator = await start({ instances: [{ instanceId: "i-<&>\u0001" }], vpcs: [{ vpcId: 'vpc-"' }] });
    emulator.link("i-<&>\u0001", 'vpc-"');
    const xml = async (VpcId?: string) => {
      const { text, headers } = await list(emulator, { VpcId, Format: undefined });
      expect(headers["content-type"]).toContain("text/xml");
      return text.replace(/<RequestId>[0-9A-F-]{36}<\/RequestId>/, "<RequestId/>");
    };
    expect(await xml('vpc-"')).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><DescribeClassicLinkInstancesResponse><RequestId/>' +
        "<TotalCount>1</TotalCount><PageNumber>1</PageNumber><PageSize>10</PageSize>" +
        "<Links><Link><InstanceId>i-&lt;&amp;&gt;</InstanceId><VpcId>vpc-&quot;</VpcId></Link></Links>" +
        "</DescribeClassicLinkInstancesResponse>",
    );
    expect(await xml()).toMatch(
      /^<\?xml [^>]+\?><Error><RequestId\/><HostId>.+<\/HostId><Code>InvalidParameter\.InvalidInstanceIdAndVpcId<\/Code><Message>.+<\/Message>.*<\/Error>$/,
    );
  });

  test.each(["RegionId", "InstanceId", "VpcId", "Action"])("a missing %s is reported by name", async (missing) => {
    const given = { InstanceId: "i-1", VpcId: "vpc-1", [missing]: undefined };
    expect(await call(await start(), "AttachClassicLinkVpc", given)).toMatchObject({
      status: 400,
      body: { Code: "MissingParameter", Message: expect.stringContaining(missing) },
    });
  });
});
