/** The operations beside the links: VPCs, instances, and STS. */
import { describe, expect, test } from "@jest/globals";
import type { Emulator } from "../../../emulator";
import { call, codeOf, type Given, type RawAnswer, start, startClocked } from "./caller";

const idsOf = ({ text }: RawAnswer) => [...text.matchAll(/"VpcId":"([^"]+)"/g)].map(([, id]) => id);

describe("a VPC", () => {
  test("is listed in pages of ten, or of fifty at most", async () => {
    const emulator = await start({ vpcs: Array.from({ length: 60 }, (_, index) => ({ vpcId: `vpc-${index}` })) });
    const listed = (PageSize?: string) => call(emulator, "DescribeVpcs", { PageSize });
    expect([idsOf(await listed()), idsOf(await listed("50"))].map(({ length }) => length)).toEqual([10, 50]);
    expect(codeOf(await listed("51"))).toBe("InvalidParameter");
  });

  test("is created without ClassicLink, switched on and off, renamed and deleted, and belongs to its organization", async () => {
    const emulator = await start({ vpcs: [], organizationId: "26" });
    const { body } = await call(emulator, "CreateVpc", { VpcName: "shop", CidrBlock: "10.0.0.0/8" });
    const VpcId = String(body.VpcId);
    const described = { VpcId, VpcName: "shop", CidrBlock: "10.0.0.0/8", Status: "Available" };
    const attribute = async () => (await call(emulator, "DescribeVpcAttribute", { VpcId })).body;
    expect((await call(emulator, "DescribeVpcs", { VpcId })).body).toMatchObject({ Vpcs: { Vpc: [described] } });
    expect(idsOf(await call(emulator, "DescribeVpcs", { OrganizationId: "27" }))).toEqual([]);
    expect(await attribute()).toMatchObject({ ...described, ClassicLinkEnabled: false });
    await call(emulator, "EnableVpcClassicLink", { VpcId });
    expect(await attribute()).toMatchObject({ ClassicLinkEnabled: true });
    await call(emulator, "DisableVpcClassicLink", { VpcId });
    await call(emulator, "ModifyVpcAttribute", { VpcId, VpcName: "store" });
    expect(await attribute()).toMatchObject({ ...described, VpcName: "store", ClassicLinkEnabled: false });
    // The vendor's provider wants to know the system route table.
    const tables = await call(emulator, "DescribeRouteTables", { VRouterId: String(body.VRouterId) });
    const table = { RouteTableId: body.RouteTableId, RouteTableType: "System" };
    expect(tables.body).toMatchObject({ TotalCount: 1, RouteTables: { RouteTable: [table] } });
    await call(emulator, "DeleteVpc", { VpcId });
    expect(await attribute()).toMatchObject({ Code: "InvalidVpcId.NotFound" });
  });

  test("of another region or account is not listed or described, nor is the switch of one's own listed", async () => {
    const far = { vpcId: "vpc-far", regionId: "cn-beijing" };
    const emulator = await start({ vpcs: [{ vpcId: "vpc-own" }, far, { vpcId: "vpc-lent", owner: "someone" }] });
    const listed = await call(emulator, "DescribeVpcs");
    expect([idsOf(listed), listed.text]).toEqual([["vpc-own"], expect.not.stringContaining("ClassicLink")]);
    expect(idsOf(await call(emulator, "DescribeVpcs", { RegionId: "cn-beijing" }))).toEqual(["vpc-far"]);
    expect(codeOf(await call(emulator, "DescribeVpcAttribute", { VpcId: "vpc-lent" }))).toBe("InvalidVpcId.NotFound");
  });
});

test("instances are described, without unknown ids, in pages, and of the network type that is asked for", async () => {
  const stopped = { instanceId: "i-1", networkType: "vpc", status: "Stopped", lockReason: "financial" } as const;
  const emulator = await start({ instances: [stopped, { instanceId: "i-2" }] });
  const described = async (given: Given) => (await call(emulator, "DescribeInstances", given)).body;
  const first = {
    InstanceId: "i-1",
    Status: "Stopped",
    InstanceNetworkType: "vpc",
    OperationLocks: { LockReason: [{ LockReason: "financial" }] },
  };
  const second = { InstanceId: "i-2", InstanceNetworkType: "classic", OperationLocks: { LockReason: [] } };
  const page = (TotalCount: number, Instance: object) => ({ TotalCount, Instances: { Instance: [Instance] } });
  expect(await described({ InstanceIds: '["i-gone","i-1"]' })).toMatchObject(page(1, first));
  expect(await described({ PageSize: "1", PageNumber: "2" })).toMatchObject(page(2, second));
  expect(await described({ InstanceNetworkType: "classic" })).toMatchObject(page(1, second));
  for (const InstanceIds of ["i-1", "{}", "[1]", JSON.stringify(Array.from({ length: 101 }, String))]) {
    expect(await described({ InstanceIds })).toMatchObject({ Code: "InvalidParameter" });
  }
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
    [{ RoleSessionName: "a b" }, "InvalidParameter.RoleSessionName"],
    [{ DurationSeconds: "899" }, "InvalidParameter.DurationSeconds"],
    [{ RoleArn: undefined }, "MissingParameter"],
  ])("refuses %j", async (given, code) => {
    expect(codeOf(await assume(await start(), given))).toBe(code);
  });
});
