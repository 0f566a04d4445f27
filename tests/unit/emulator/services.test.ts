/** The operations beside the links: the life of a VPC, instances, and STS. */
import { describe, expect, test } from "@jest/globals";
import type { Emulator } from "../../../emulator";
import { call, callService, type Given, list, send, signed, start } from "./caller";

describe("a VPC", () => {
  const vpc = (emulator: Emulator, action: string, given: Given = {}) => callService(emulator, "vpc", action, given);

  test("is created without ClassicLink, described, renamed, and deleted", async () => {
    const emulator = await start({ vpcs: [] });
    const { body } = await vpc(emulator, "CreateVpc", { VpcName: "shop", CidrBlock: "10.0.0.0/8" });
    const VpcId = String(body.VpcId);
    const described = { VpcId, VpcName: "shop", CidrBlock: "10.0.0.0/8", Status: "Available" };
    expect((await vpc(emulator, "DescribeVpcs", { VpcId })).body).toMatchObject({ Vpcs: { Vpc: [described] } });
    expect((await vpc(emulator, "DescribeVpcAttribute", { VpcId })).body).toMatchObject({ ClassicLinkEnabled: false });
    await vpc(emulator, "ModifyVpcAttribute", { VpcId, VpcName: "store" });
    expect((await vpc(emulator, "DescribeVpcAttribute", { VpcId })).body).toMatchObject({ VpcName: "store" });
    await vpc(emulator, "DeleteVpc", { VpcId });
    expect((await vpc(emulator, "DescribeVpcs", { VpcId })).body).toMatchObject({ TotalCount: 0 });
  });

  test("belongs to the organization that created it", async () => {
    const emulator = await start({ vpcs: [], organizationId: "26" });
    const { body } = await vpc(emulator, "CreateVpc");
    expect((await vpc(emulator, "DescribeVpcs", { OrganizationId: "27" })).body).toMatchObject({ TotalCount: 0 });
    expect((await vpc(emulator, "DescribeVpcs")).body).toMatchObject({ Vpcs: { Vpc: [{ VpcId: body.VpcId }] } });
  });

  test("has a system route table, as the vendor's provider wants to know", async () => {
    const emulator = await start({ vpcs: [] });
    const { body } = await vpc(emulator, "CreateVpc");
    const tables = await vpc(emulator, "DescribeRouteTables", { VRouterId: String(body.VRouterId) });
    const table = { RouteTableId: body.RouteTableId, RouteTableType: "System" };
    expect(tables.body).toMatchObject({ RouteTables: { RouteTable: [table] } });
  });

  test("lets ClassicLink be switched off, and deletes, only without links", async () => {
    const emulator = await start({ links: [{ instanceId: "i-1", vpcId: "vpc-1" }] });
    const VpcId = "vpc-1";
    expect((await vpc(emulator, "DisableVpcClassicLink", { VpcId })).status).toBe(400);
    expect((await vpc(emulator, "DeleteVpc", { VpcId })).status).toBe(400);
    emulator.unlink("i-1");
    expect((await vpc(emulator, "DisableVpcClassicLink", { VpcId })).status).toBe(200);
    expect((await vpc(emulator, "DescribeVpcAttribute", { VpcId })).body).toMatchObject({ ClassicLinkEnabled: false });
    await vpc(emulator, "EnableVpcClassicLink", { VpcId });
    expect((await vpc(emulator, "DescribeVpcAttribute", { VpcId })).body).toMatchObject({ ClassicLinkEnabled: true });
  });
});

describe("DescribeInstances", () => {
  const describeInstances = async (emulator: Emulator, given: Given) => {
    const { text } = await call(emulator, "DescribeInstances", given);
    const body: Readonly<Record<string, unknown>> = JSON.parse(text);
    return body;
  };

  test("leaves unknown ids out, and says what an instance is", async () => {
    const instance = { instanceId: "i-1", networkType: "vpc", status: "Stopped", lockReason: "financial" } as const;
    const emulator = await start({ instances: [instance] });
    expect(await describeInstances(emulator, { InstanceIds: '["i-gone","i-1"]' })).toMatchObject({
      TotalCount: 1,
      Instances: {
        Instance: [
          {
            InstanceId: "i-1",
            Status: "Stopped",
            InstanceNetworkType: "vpc",
            OperationLocks: { LockReason: [{ LockReason: "financial" }] },
          },
        ],
      },
    });
  });

  test("gives pages, and only the network type that is asked for", async () => {
    const emulator = await start({ instances: [{ instanceId: "i-1" }, { instanceId: "i-2" }] });
    const given = { PageSize: "1", PageNumber: "2", InstanceNetworkType: "classic" };
    const second = { TotalCount: 2, Instances: { Instance: [{ InstanceId: "i-2" }] } };
    expect(await describeInstances(emulator, given)).toMatchObject(second);
    expect(await describeInstances(emulator, { InstanceNetworkType: "vpc" })).toMatchObject({ TotalCount: 0 });
  });

  test.each(["i-1", "{}", "[1]", JSON.stringify(Array.from({ length: 101 }, String))])("refuses %s", async (ids) => {
    expect(await describeInstances(await start(), { InstanceIds: ids })).toMatchObject({ Code: "InvalidParameter" });
  });
});

test("an instance with a lock reason cannot be linked", async () => {
  const emulator = await start({ instances: [{ instanceId: "i-1", lockReason: "security" }] });
  const { body } = await call(emulator, "AttachClassicLinkVpc", { InstanceId: "i-1", VpcId: "vpc-1" });
  expect(body.Code).toBe("InvalidStatus.InstanceLocked");
});

describe("STS", () => {
  const ROLE = { RoleArn: "acs:ram::1234567890:role/deploy", RoleSessionName: "pulumi", RegionId: undefined };
  const assume = (emulator: Emulator, given: Given = {}) =>
    callService(emulator, "sts", "AssumeRole", { ...ROLE, ...given });

  test("issues a key that works with its token until it expires", async () => {
    const clock = { now: Math.floor(Date.now() / 1000) * 1000 };
    const emulator = await start({ now: () => clock.now });
    const stamp = () => ({ Timestamp: new Date(clock.now).toISOString().replace(/\.\d+/, "") });
    const { body } = await assume(emulator, { DurationSeconds: "900", ...stamp() });
    const issued: Readonly<Record<string, string>> = Object(body.Credentials);
    expect(Date.parse(issued.Expiration ?? "")).toBe(clock.now + 900_000);
    const use = () => {
      const { AccessKeyId, SecurityToken } = issued;
      const query = { VpcId: "vpc-1", AccessKeyId, SecurityToken, ...stamp() };
      return call(emulator, "DescribeClassicLinkInstances", query, issued.AccessKeySecret);
    };
    expect((await use()).status).toBe(200);
    clock.now += 900_000;
    expect((await use()).body.Code).toBe("InvalidSecurityToken.Expired");
  });

  test("says who a key belongs to", async () => {
    const { body } = await callService(await start(), "sts", "GetCallerIdentity", { RegionId: undefined });
    expect(body).toMatchObject({ AccountId: "1000000000000001", IdentityType: "RAMUser" });
  });

  test("keeps the organization of the key that assumes the role", async () => {
    const instances = [{ instanceId: "i-1", organizationId: "26" }];
    const emulator = await start({ organizationId: "26", instances, links: [{ instanceId: "i-1", vpcId: "vpc-1" }] });
    const { body } = await assume(emulator);
    const { AccessKeyId, AccessKeySecret, SecurityToken }: Readonly<Record<string, string>> = Object(body.Credentials);
    const given = { InstanceId: "i-1", AccessKeyId, SecurityToken };
    const query = signed("GET", "DescribeClassicLinkInstances", given, AccessKeySecret);
    expect((await send(emulator, { path: `/?${query}` })).body).toMatchObject({ TotalCount: 1 });
  });

  test.each([
    [{ RoleArn: "deploy" }, "InvalidParameter.RoleArn"],
    [{ RoleSessionName: "a b" }, "InvalidParameter.RoleSessionName"],
    [{ DurationSeconds: "899" }, "InvalidParameter.DurationSeconds"],
    [{ RoleArn: undefined }, "MissingParameter"],
  ])("refuses %j", async (given, code) => {
    expect((await assume(await start(), given)).body).toMatchObject({ Code: code });
  });
});

test("the operations of one service are not those of another", async () => {
  const emulator = await start();
  expect((await callService(emulator, "sts", "CreateVpc")).body).toMatchObject({ Code: "InvalidApi.NotFound" });
  expect((await list(emulator, { VpcId: "vpc-1", Version: "2015-04-01" })).status).toBe(404);
});
