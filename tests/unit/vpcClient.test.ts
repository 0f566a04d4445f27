/** The client of the VPC service over real HTTP: against the emulator, and against servers that answer nonsense. */

import { afterEach, describe, expect, test } from "@jest/globals";
import { type Emulator, startEmulator } from "../../emulator";
import { createVpcClient, type VpcClient } from "../../provider/ecs/vpcClient";

import { listVpcs } from "../../provider/links/listVpcs";
import { json, type RawServer, startRawServer } from "../support/rawServer";

const REGION = "cn-hangzhou";

let server: Emulator | RawServer | undefined;
afterEach(() => server?.close());

function clientOf(endpoint: string): VpcClient {
  const credentials = { accessKeyId: "testid", accessKeySecret: "testsecret" };
  return createVpcClient({
    endpointOf: () => endpoint,
    credentials: { getCredentials: async () => credentials },
  });
}

describe("against the emulator", () => {
  test("lists 120 VPCs in three pages of fifty", async () => {
    const vpcs = Array.from({ length: 120 }, (_, index) => ({ vpcId: `vpc-${index}` }));
    const emulator = await startEmulator({ vpcs });
    server = emulator;
    expect((await listVpcs(clientOf(emulator.endpoint), REGION)).length).toBe(120);
    expect(emulator.calls().map(({ params }) => [params.PageNumber, params.PageSize])).toEqual([
      ["1", "50"],
      ["2", "50"],
      ["3", "50"],
    ]);
  });

  test.each([true, false])("reads that ClassicLink is on: %s", async (classicLinkEnabled) => {
    const emulator = await startEmulator({ vpcs: [{ vpcId: "vpc-a", classicLinkEnabled }] });
    server = emulator;
    const asked = clientOf(emulator.endpoint).isClassicLinkEnabled({ regionId: REGION, vpcId: "vpc-a" });
    expect(await asked).toBe(classicLinkEnabled);
  });

  test("a refusal names the operation and the permission that it needs", async () => {
    const emulator = await startEmulator();
    server = emulator;
    emulator.injectFault({ kind: "denied" });
    await expect(clientOf(emulator.endpoint).describeVpcs({ regionId: REGION, pageNumber: 1 })).rejects.toMatchObject({
      kind: "authorisation",
      facts: { operation: "DescribeVpcs", code: "Forbidden.RAM", advice: "allow vpc:DescribeVpcs in RAM" },
    });
  });
});

describe("an answer that proves nothing is an error:", () => {
  const ok = { RequestId: "R-1", TotalCount: 1 };
  const page = (client: VpcClient) => client.describeVpcs({ regionId: REGION, pageNumber: 1 });
  const look = (client: VpcClient) => client.isClassicLinkEnabled({ regionId: REGION, vpcId: "vpc-a" });

  test.each([
    ["a page without a count", page, { ...ok, TotalCount: undefined, Vpcs: { Vpc: [] } }],
    ["a page without VPCs", page, ok],
    ["a VPC without an id", page, { ...ok, Vpcs: { Vpc: [{ VpcId: "" }] } }],
    ["attributes without the switch", look, ok],
    ["a switch that is a text", look, { ...ok, ClassicLinkEnabled: "true" }],
  ])("%s", async (_, ask: (client: VpcClient) => Promise<unknown>, body) => {
    const raw = await startRawServer(json(200, body));
    server = raw;
    await expect(ask(clientOf(raw.endpoint))).rejects.toMatchObject({ facts: { code: "UnreadableAnswer" } });
  });
});
