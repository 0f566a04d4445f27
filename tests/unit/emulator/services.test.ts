/** The operations beside the links: VPCs, instances, and STS. */
import { describe, expect, test } from "@jest/globals";
import type { Emulator } from "../../../emulator";
import { call, codeOf, type Given, type RawAnswer, start, startClocked } from "./caller";

const idsOf = ({ text }: RawAnswer) => [...text.matchAll(/"VpcId":"([^"]+)"/g)].map(([, id]) => id);

describe("a VPC", () => {
  test("is created without ClassicLink, described, renamed, and deleted", async () => {
    const emulator = await start({ vpcs: [] });
    const { body } = await call(emulator, "CreateVpc", { VpcName: "shop", CidrBlock: "10.0.0.0/8" });
    const VpcId = String(body.VpcId);
    const described = { VpcId, VpcName: "shop", CidrBlock: "10.0.0.0/8", Status: "Available" };
    const attribute = async () => (await call(emulator, "DescribeVpcAttribute", { VpcId })).body;
    expect((await call(emulator, "DescribeVpcs", { VpcId })).body).toMatchObject({ Vpcs: { Vpc: [described] } });
    expect(await attribute()).toMatchObject({ ...described, ClassicLinkEnabled: false });
    await call(emulator, "ModifyVpcAttribute", { VpcId, VpcName: "store" });
    expect(await attribute()).toMatchObject({ VpcName: "store", CidrBlock: "10.0.0.0/8" });
    await call(emulator, "DeleteVpc", { VpcId });
    expect(await attribute()).toMatchObject({ Code: "InvalidVpcId.NotFound" });
  });

  test("belongs to the organization that created it", async () => {
    const emulator = await start({ vpcs: [], organizationId: "26" });
    const { body } = await call(emulator, "CreateVpc");
    expect(idsOf(await call(emulator, "DescribeVpcs", { OrganizationId: "27" }))).toEqual([]);
    expect(idsOf(await call(emulator, "DescribeVpcs"))).toEqual([body.VpcId]);
  });

  test("has a system route table, as the vendor's provider wants to know", async () => {
    const emulator = await start();
    const { body } = await call(emulator, "CreateVpc");
    const tables = await call(emulator, "DescribeRouteTables", { VRouterId: String(body.VRouterId) });
    const table = { RouteTableId: body.RouteTableId, RouteTableType: "System" };
    expect(tables.body).toMatchObject({ TotalCount: 1, RouteTables: { RouteTable: [table] } });
  });

  test("lets ClassicLink be switched off, and deletes, only without links", async () => {
    const emulator = await start({ links: [{ instanceId: "i-1", vpcId: "vpc-1" }] });
    const VpcId = "vpc-1";
    const switchIs = async () => (await call(emulator, "DescribeVpcAttribute", { VpcId })).body.ClassicLinkEnabled;
    const disable = () => call(emulator, "DisableVpcClassicLink", { VpcId });
    expect((await disable()).status).toBe(400);
    expect((await call(emulator, "DeleteVpc", { VpcId })).status).toBe(400);
    emulator.unlink("i-1");
    expect([(await disable()).status, await switchIs()]).toEqual([200, false]);
    await call(emulator, "EnableVpcClassicLink", { VpcId });
    expect(await switchIs()).toBe(true);
    const xml = await call(emulator, "DescribeVpcAttribute", { VpcId, Format: "XML" });
    expect(xml.text).toContain("<ClassicLinkEnabled>true</ClassicLinkEnabled>");
  });

  test("of another region or account is not listed or described, nor is the switch of one's own listed", async () => {
    const far = { vpcId: "vpc-far", regionId: "cn-beijing" };
    const emulator = await start({ vpcs: [{ vpcId: "vpc-own" }, far, { vpcId: "vpc-lent", owner: "someone" }] });
    const listed = await call(emulator, "DescribeVpcs");
    expect([idsOf(listed), listed.text]).toEqual([["vpc-own"], expect.not.stringContaining("ClassicLink")]);
    expect(idsOf(await call(emulator, "DescribeVpcs", { RegionId: "cn-beijing" }))).toEqual(["vpc-far"]);
    expect(codeOf(await call(emulator, "DescribeVpcAttribute", { VpcId: "vpc-lent" }))).toBe("InvalidVpcId.NotFound");
  });

  test("is listed in pages of ten, at most 50 in a page, with the number of all", async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `vpc-${index + 10}`);
    const emulator = await start({ vpcs: ids.map((vpcId) => ({ vpcId })) });
    const first = await call(emulator, "DescribeVpcs");
    expect([idsOf(first), first.body]).toEqual([ids.slice(0, 10), expect.objectContaining({ TotalCount: 12 })]);
    expect(idsOf(await call(emulator, "DescribeVpcs", { PageNumber: "2" }))).toEqual(ids.slice(10));
    expect(idsOf(await call(emulator, "DescribeVpcs", { PageSize: "50" }))).toEqual(ids);
    expect(codeOf(await call(emulator, "DescribeVpcs", { PageSize: "51" }))).toBe("InvalidParameter");
  });

  test.each([
    ["DescribeVpcs", "Forbidden.RAM", {}],
    ["CreateVpc", "InvalidCidrBlock.Malformed", { CidrBlock: "10.0.0.0" }],
  ])("%s is refused in the words of the VPC service: %s", async (action, code, given) => {
    const emulator = await start();
    if (code === "Forbidden.RAM") emulator.injectFault({ kind: "denied" });
    expect(codeOf(await call(emulator, action, given))).toBe(code);
  });
});

describe("DescribeInstances", () => {
  const describeInstances = (emulator: Emulator, given: Given) => call(emulator, "DescribeInstances", given);

  test("leaves unknown ids out, and says what an instance is", async () => {
    const instance = { instanceId: "i-1", networkType: "vpc", status: "Stopped", lockReason: "financial" } as const;
    const { body } = await describeInstances(await start({ instances: [instance] }), {
      InstanceIds: '["i-gone","i-1"]',
    });
    const OperationLocks = { LockReason: [{ LockReason: "financial" }] };
    const described = { InstanceId: "i-1", Status: "Stopped", InstanceNetworkType: "vpc", OperationLocks };
    expect(body).toMatchObject({ TotalCount: 1, Instances: { Instance: [described] } });
  });

  test("gives pages, and only the network type that is asked for", async () => {
    const emulator = await start();
    const given = { PageSize: "1", PageNumber: "2", InstanceNetworkType: "classic" };
    const second = {
      TotalCount: 2,
      Instances: { Instance: [{ InstanceId: "i-2", OperationLocks: { LockReason: [] } }] },
    };
    expect((await describeInstances(emulator, given)).body).toMatchObject(second);
    const none = await describeInstances(emulator, { InstanceNetworkType: "vpc" });
    expect(none.body).toMatchObject({ TotalCount: 0 });
  });

  test.each(["i-1", "{}", "[1]", JSON.stringify(Array.from({ length: 101 }, String))])("refuses %s", async (ids) => {
    expect(codeOf(await describeInstances(await start(), { InstanceIds: ids }))).toBe("InvalidParameter");
  });
});

test("an instance with a lock reason cannot be linked", async () => {
  const emulator = await start({ instances: [{ instanceId: "i-1", lockReason: "security" }] });
  const answer = await call(emulator, "AttachClassicLinkVpc", { InstanceId: "i-1", VpcId: "vpc-1" });
  expect(codeOf(answer)).toBe("InvalidStatus.InstanceLocked");
});

describe("STS", () => {
  const ROLE = { RoleArn: "acs:ram::1234567890:role/deploy", RoleSessionName: "pulumi", RegionId: undefined };
  const assume = (emulator: Emulator, given: Given = {}) => call(emulator, "AssumeRole", { ...ROLE, ...given });

  /** A call with the keys of a role. */
  function callAs({ body }: RawAnswer, emulator: Emulator, action: string, given: Given = {}) {
    const { AccessKeyId, AccessKeySecret, SecurityToken }: Record<string, string> = Object(body.Credentials);
    return call(emulator, action, { AccessKeyId, SecurityToken, ...given }, AccessKeySecret);
  }

  test("issues a key that works with its token until it expires", async () => {
    const { clock, emulator, stamp } = await startClocked({}, Math.floor(Date.now() / 1000) * 1000);
    const role = await assume(emulator, { DurationSeconds: "900" });
    const { Expiration }: Record<string, string> = Object(role.body.Credentials);
    expect(Date.parse(Expiration ?? "")).toBe(clock.now + 900_000);
    const use = () => callAs(role, emulator, "DescribeVpcs", stamp());
    clock.now += 899_999;
    expect(codeOf(await use())).toBe("ok");
    clock.now += 1;
    expect(codeOf(await use())).toBe("InvalidSecurityToken.Expired");
  });

  test("says who a key belongs to", async () => {
    const emulator = await start();
    const who = async (answer: Promise<RawAnswer>) => (await answer).body;
    expect(await who(call(emulator, "GetCallerIdentity"))).toMatchObject({
      AccountId: "1000000000000001",
      IdentityType: "RAMUser",
    });
    expect(await who(callAs(await assume(emulator), emulator, "GetCallerIdentity"))).toMatchObject({
      AccountId: "1234567890",
      IdentityType: "AssumedRoleUser",
      Arn: "acs:ram::1234567890:assumed-role/deploy/pulumi",
    });
  });

  test("keeps the organization of the key that assumes the role", async () => {
    const emulator = await start({ organizationId: "26", vpcs: [{ vpcId: "vpc-own", organizationId: "26" }] });
    expect(idsOf(await callAs(await assume(emulator), emulator, "DescribeVpcs"))).toEqual(["vpc-own"]);
  });

  test.each([
    [{ RoleArn: "deploy" }, "InvalidParameter.RoleArn"],
    [{ RoleSessionName: "a b" }, "InvalidParameter.RoleSessionName"],
    [{ DurationSeconds: "899" }, "InvalidParameter.DurationSeconds"],
    [{ RoleArn: undefined }, "MissingParameter"],
  ])("refuses %j", async (given, code) => {
    expect(codeOf(await assume(await start(), given))).toBe(code);
  });
});
