import { describe, expect, test } from "@jest/globals";
import { type Emulator, startEmulator } from "../../../emulator";
import { call, type Given, type RawAnswer, send, signed, start } from "./caller";

const VERSION = { Version: "2016-04-28" };
const vpcs = (emulator: Emulator, given: Given = {}) => call(emulator, "DescribeVpcs", { ...VERSION, ...given });
const attribute = (emulator: Emulator, VpcId: string) => call(emulator, "DescribeVpcAttribute", { ...VERSION, VpcId });

function idsOf({ text }: RawAnswer): string[] {
  return [...text.matchAll(/"VpcId":"([^"]+)"/g)].map(([, id]) => id ?? "");
}

describe("DescribeVpcs", () => {
  const twelve = Array.from({ length: 12 }, (_, index) => ({ vpcId: `vpc-${String(index + 1).padStart(2, "0")}` }));

  test("gives pages of ten, and says how many VPCs there are in all", async () => {
    const emulator = await start({ vpcs: twelve });
    const first = await vpcs(emulator);
    expect(idsOf(first)).toEqual(twelve.slice(0, 10).map(({ vpcId }) => vpcId));
    expect(first.body).toMatchObject({ TotalCount: 12, PageNumber: 1, PageSize: 10 });
    expect(idsOf(await vpcs(emulator, { PageNumber: "2" }))).toEqual(["vpc-11", "vpc-12"]);
    expect(idsOf(await vpcs(emulator, { PageNumber: "3" }))).toEqual([]);
  });

  test("gives at most 50 in a page", async () => {
    const emulator = await start({ vpcs: twelve });
    expect(idsOf(await vpcs(emulator, { PageSize: "50" }))).toHaveLength(12);
    expect((await vpcs(emulator, { PageSize: "51" })).body).toMatchObject({ Code: "InvalidParameter" });
  });

  test("shows the account's own VPCs of the region, and nothing of the switch", async () => {
    const emulator = await start({
      regions: ["cn-beijing"],
      vpcs: [
        { vpcId: "vpc-own" },
        { vpcId: "vpc-far", regionId: "cn-beijing" },
        { vpcId: "vpc-lent", owner: "someone" },
      ],
    });
    const answer = await vpcs(emulator);
    expect(idsOf(answer)).toEqual(["vpc-own"]);
    expect(answer.text).not.toContain("ClassicLink");
    expect(idsOf(await vpcs(emulator, { RegionId: "cn-beijing" }))).toEqual(["vpc-far"]);
  });

  test("is an operation of the VPC API alone", async () => {
    const emulator = await start();
    expect((await vpcs(emulator, { Version: "2014-05-26" })).body).toMatchObject({ Code: "InvalidApi.NotFound" });
    const { body } = await call(emulator, "DescribeClassicLinkInstances", { ...VERSION, VpcId: "vpc-1" });
    expect(body).toMatchObject({ Code: "InvalidApi.NotFound" });
  });

  test("is refused to a key without permission as the VPC service refuses", async () => {
    const emulator = await start();
    emulator.injectFault({ kind: "denied", action: "DescribeVpcs" });
    expect(await vpcs(emulator)).toMatchObject({ status: 403, body: { Code: "Forbidden.RAM" } });
  });
});

describe("DescribeVpcAttribute", () => {
  test.each([true, false])("says that ClassicLink is switched on: %s", async (classicLinkEnabled) => {
    const emulator = await start({ vpcs: [{ vpcId: "vpc-own", classicLinkEnabled }] });
    expect((await attribute(emulator, "vpc-own")).text).toContain(`"ClassicLinkEnabled":${classicLinkEnabled}`);
  });

  test("writes the switch into XML too", async () => {
    const emulator = await start();
    const params = signed("GET", "DescribeVpcAttribute", { ...VERSION, VpcId: "vpc-1", Format: "XML" });
    const { text } = await send(emulator, { path: `/?${params}` });
    expect(text).toContain("<ClassicLinkEnabled>true</ClassicLinkEnabled>");
  });

  test("does not know a VPC of another account", async () => {
    const emulator = await start({ vpcs: [{ vpcId: "vpc-lent", owner: "someone" }] });
    expect((await attribute(emulator, "vpc-lent")).body).toMatchObject({ Code: "InvalidVpcId.NotFound" });
  });
});

test("Describe may refuse a VPC whose ClassicLink is off, if an option says so", async () => {
  const vpcs = [{ vpcId: "vpc-off", classicLinkEnabled: false }];
  const describe = (emulator: Emulator) => call(emulator, "DescribeClassicLinkInstances", { VpcId: "vpc-off" });
  expect((await describe(await start({ vpcs }))).body).toMatchObject({ TotalCount: 0 });
  const strict = await start({ vpcs, undocumented: { describeDisabledVpc: "error" } });
  expect((await describe(strict)).body).toMatchObject({ Code: "OperationDenied" });
});

test("its environment points at it for both services", async () => {
  const emulator = await startEmulator();
  const { endpoint, environment } = emulator;
  expect(environment).toMatchObject({ ALIBABA_CLOUD_ENDPOINT_ECS: endpoint, ALIBABA_CLOUD_ENDPOINT_VPC: endpoint });
  await emulator.close();
});
