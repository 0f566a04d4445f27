import { describe, expect, test } from "@jest/globals";
import { fault } from "../../provider/ecs/errorCodes";
import { EcsError } from "../../provider/ecs/errors";
import type { Page } from "../../provider/ecs/pages";
import type { VpcClient } from "../../provider/ecs/vpcClient";
import { isClassicLinkOff, listVpcs } from "../../provider/links/listVpcs";
import { simulateClock } from "../support/clock";
import { done, failed } from "../support/scriptedEcs";

simulateClock();

const refused = new EcsError({
  kind: "authorisation",
  advice: "ask",
  operation: "DescribeVpcs",
  code: "Forbidden.RAM",
  detail: "",
  mayHaveSucceeded: false,
});
const lost = fault("DescribeVpcs", "ConnectionLost", "");

/** A client that answers with these, one after the other. */
function answering(...answers: readonly (Page<string> | boolean | EcsError)[]) {
  const left = [...answers];
  const pages: number[] = [];
  const next = () => {
    const answer = left.shift();
    if (answer === undefined) throw new Error("one call too many");
    if (answer instanceof EcsError) throw answer;
    return answer;
  };
  const client: VpcClient = {
    async describeVpcs({ pageNumber }, caller) {
      caller?.onRequest?.();
      pages.push(pageNumber);
      const page = next();
      if (typeof page === "boolean") throw new Error("not a page");
      return page;
    },
    isClassicLinkEnabled: async () => next() === true,
  };
  return { client, pages };
}

describe("listing VPCs", () => {
  test("reads every page, and gives the ids in order", async () => {
    const { client, pages } = answering(
      { items: ["vpc-c", "vpc-a"], totalCount: 3 },
      { items: ["vpc-b"], totalCount: 3 },
    );
    expect(await done(listVpcs(client, "cn-hangzhou"))).toEqual(["vpc-a", "vpc-b", "vpc-c"]);
    expect(pages).toEqual([1, 2]);
  });

  test("takes what one page lists twice for one", async () => {
    const { client, pages } = answering({ items: ["vpc-a", "vpc-a", "vpc-b"], totalCount: 3 });
    expect(await done(listVpcs(client, "cn-hangzhou"))).toEqual(["vpc-a", "vpc-b"]);
    expect(pages).toEqual([1]);
  });

  test("begins again when the list has changed meanwhile", async () => {
    const { client, pages } = answering(
      { items: ["vpc-a", "vpc-b"], totalCount: 3 },
      // One was deleted, and so another has moved to the page that was read before.
      { items: ["vpc-b"], totalCount: 3 },
      { items: ["vpc-b", "vpc-c"], totalCount: 2 },
    );
    expect(await done(listVpcs(client, "cn-hangzhou"))).toEqual(["vpc-b", "vpc-c"]);
    expect(pages).toEqual([1, 2, 1]);
  });

  test("retries a transient error", async () => {
    const { client } = answering(lost, { items: [], totalCount: 0 });
    expect(await done(listVpcs(client, "cn-hangzhou"))).toEqual([]);
  });

  test("fails with a sentence when it is refused", async () => {
    const error = await failed(listVpcs(answering(refused).client, "cn-hangzhou"));
    expect(error.message).toBe(
      "cannot list the VPCs in cn-hangzhou: DescribeVpcs: Forbidden.RAM, after 1 call in 0 s; ask",
    );
  });
});

describe("the switch of a VPC", () => {
  const vpc = { regionId: "cn-hangzhou", vpcId: "vpc-a" };

  test.each([
    ["is off", answering(false), true],
    ["is on", answering(true), false],
    ["is off, after a lost answer", answering(lost, false), true],
    ["may not be read, which proves nothing", answering(refused), false],
  ])("%s", async (_, { client }, isOff) => {
    expect(await done(isClassicLinkOff(client, vpc))).toBe(isOff);
  });
});
