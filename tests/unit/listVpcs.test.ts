/** The VPCs of a region: the client over real HTTP, and what is read again. */

import { describe, expect, jest, test } from "@jest/globals";
import { startEmulator } from "../../emulator";
import type { Caller } from "../../provider/ecs/client";
import { classify, fault } from "../../provider/ecs/errorCodes";
import { EcsError } from "../../provider/ecs/errors";
import type { Page } from "../../provider/ecs/pages";
import { rateLimitedVpcs } from "../../provider/ecs/rateLimiter";
import { createVpcClient, type VpcClient } from "../../provider/ecs/vpcClient";
import { isClassicLinkOff, listVpcs } from "../../provider/links/listVpcs";
import { connectToVpcs } from "../../provider/resources/connect";
import { simulateClock } from "../support/clock";
import { optionsOf } from "../support/ecsClient";
import { opener } from "../support/opened";
import { json, startRawServer } from "../support/rawServer";
import { done, failed } from "../support/scriptedEcs";
import { settingsOf } from "../support/settings";

const regionId = "cn-hangzhou";
const vpc = { regionId, vpcId: "vpc-a" };

describe("over HTTP", () => {
  const open = opener();
  const clientOf = ({ endpoint }: { readonly endpoint: string }) =>
    rateLimitedVpcs(createVpcClient(optionsOf(endpoint)));

  test("120 VPCs are listed in three pages of fifty, and each has its switch", async () => {
    const vpcs = Array.from({ length: 120 }, (_, n) => ({ vpcId: `vpc-${n}`, classicLinkEnabled: n > 0 }));
    const emulator = await open(startEmulator({ vpcs }));
    const client = clientOf(emulator);
    expect((await listVpcs(client, regionId)).length).toBe(120);
    const pages = emulator.calls().map(({ params }) => [params.PageNumber, params.PageSize]);
    expect(pages).toEqual(["1", "2", "3"].map((number) => [number, "50"]));
    const switches = ["vpc-0", "vpc-1"].map((vpcId) => client.isClassicLinkEnabled({ regionId, vpcId }));
    expect(await Promise.all(switches)).toEqual([false, true]);
  });

  test("the VPC service is asked as the settings say, and where they say", async () => {
    const emulator = await open(startEmulator({ vpcs: [{ vpcId: "vpc-a" }] }));
    const values = { ...emulator.environment, "classiclink:vpcEndpoint": emulator.endpoint };
    const client = await connectToVpcs(settingsOf({ ...values, "classiclink:endpoint": "http://127.0.0.1:1" }));
    expect(await listVpcs(client, regionId)).toEqual(["vpc-a"]);
  });

  const ok = { RequestId: "R-1", TotalCount: 1 };
  const page = (client: VpcClient) => client.describeVpcs({ regionId, pageNumber: 1 });
  const check = (client: VpcClient) => client.isClassicLinkEnabled(vpc);
  test.each<[what: string, ask: (client: VpcClient) => Promise<unknown>, body: object, found: string]>([
    ["a page without a count", page, { ...ok, TotalCount: undefined, Vpcs: { Vpc: [] } }, "without TotalCount"],
    ["a page without VPCs", page, ok, "an answer without Vpcs"],
    ["a VPC without an id", page, { ...ok, Vpcs: { Vpc: [{ VpcId: "" }] } }, "an item without VpcId"],
    ["a switch that is a text", check, { ...ok, ClassicLinkEnabled: "true" }, "without ClassicLinkEnabled"],
  ])("an answer that proves nothing is an error: %s", async (_, ask, body, found) => {
    const server = await open(startRawServer(json(200, body)));
    const detail = expect.stringContaining(found);
    await expect(ask(clientOf(server))).rejects.toMatchObject({ facts: { code: "UnreadableAnswer", detail } });
  });
});

const operation = "DescribeVpcs";
const known = classify("Forbidden.RAM", "", { operation });
const refused = new EcsError({ ...known, operation, code: "Forbidden.RAM", detail: "", mayHaveSucceeded: false });
const lost = fault(operation, "ConnectionLost", "");

/** A call that answers with these, one after the other. */
function answering<Answer>(...answers: readonly (Answer | EcsError)[]) {
  const left = answers.values();
  return jest.fn(
    async (_: { readonly regionId: string; readonly pageNumber?: number }, caller?: Caller): Promise<Answer> => {
      caller?.onRequest?.();
      const { value } = left.next();
      if (value === undefined || value instanceof EcsError) throw value;
      return value;
    },
  );
}

describe("listing VPCs", () => {
  simulateClock();
  const page = (totalCount: number, ...items: string[]): Page<string> => ({ items, totalCount });

  test.each<[what: string, answers: (Page<string> | EcsError)[], vpcs: string[], pages: number[]]>([
    ["reads every page, and gives the ids in order", [page(3, "c", "a"), page(3, "b")], ["a", "b", "c"], [1, 2]],
    ["takes what one page lists twice for one", [page(3, "a", "a", "b")], ["a", "b"], [1]],
    [
      "reads a page that fails again, and those before it not",
      [page(3, "a", "b"), lost, lost, page(3, "c")],
      ["a", "b", "c"],
      [1, 2, 2, 2],
    ],
    [
      "begins again when the list has changed: one was deleted, and so another has moved to a page that was read",
      [page(4, "a", "b"), page(4, "b", "c"), page(3, "b", "c"), page(3, "d")],
      ["b", "c", "d"],
      [1, 2, 1, 2],
    ],
    ["begins again after an empty page", [page(2, "a"), page(2), page(1, "a")], ["a"], [1, 2, 1]],
  ])("%s", async (_, answers, vpcs, pages) => {
    const describeVpcs = answering(...answers);
    expect(await done(listVpcs({ describeVpcs, isClassicLinkEnabled: answering() }, regionId))).toEqual(vpcs);
    expect(describeVpcs.mock.calls.map(([{ pageNumber }]) => pageNumber)).toEqual(pages);
  });

  test("fails with a sentence when it is refused", async () => {
    const client = { describeVpcs: answering<Page<string>>(refused), isClassicLinkEnabled: answering<boolean>() };
    const { message } = await failed(listVpcs(client, regionId));
    expect(message).toBe(
      "cannot list the VPCs in cn-hangzhou: DescribeVpcs: Forbidden.RAM, after 1 call in 0 s; allow vpc:DescribeVpcs in RAM",
    );
  });

  test.each([
    ["is on", answering<boolean>(true), false],
    ["is off, after a lost answer", answering<boolean>(lost, false), true],
    ["may not be read, which proves nothing", answering<boolean>(refused), false],
  ])("the switch of a VPC %s", async (_, isClassicLinkEnabled, isOff) => {
    const client = { describeVpcs: answering<Page<string>>(), isClassicLinkEnabled };
    expect(await done(isClassicLinkOff(client, vpc))).toBe(isOff);
  });
});
