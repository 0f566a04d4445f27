/** The provider is killed, as `kill -9` does, at each phase of a create, a delete and a replacement: what the next operation makes of it. */

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { PausePoint } from "../../emulator";
import type { LinkAction } from "../faults/faults";
import { killProvider } from "../support/processes";
import { HOSTS, type Host, openShop, programOf, type Shop } from "../support/shop";
import type { Run } from "../support/stack";

/** The call at which the provider dies. It is for the link, or for a member, and is carried out or not. */
type At = Omit<PausePoint, "action">;

const PHASES: readonly (readonly [name: string, at: At, isListing?: boolean])[] = [
  ["before the call for the link is carried out", { instanceId: "i-a" }],
  ["when the call for the link is carried out, before its answer", { instanceId: "i-a", afterWork: true }],
  ["while the link is waited for to show", { instanceId: "i-a" }, true],
  ["half way through the members", { instanceId: "i-c", afterWork: true }],
  ["while a member is waited for to show", { instanceId: "i-c" }, true],
];

/** Links of others. Whatever happens, they stay. */
const OTHERS = "i-d→vpc-1";

/** A program with a link and a fleet, through either host. */
const shopOf = (host: Host, vpcId: string) =>
  programOf(
    host,
    `new ClassicLink("one", { instanceId: "i-a", vpcId: "${vpcId}" });`,
    `new ClassicLinks("many", { instanceIds: ["i-b", "i-c"], vpcId: "${vpcId}" });`,
  );

describe.each(HOSTS)("[20] the provider of the %s host is killed", (host) => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop({ links: [{ instanceId: "i-d", vpcId: "vpc-1" }] });
  });
  afterAll(() => shop?.close());

  /** Kills the provider at a call of an operation, which then fails. It lists or changes the instance. */
  async function killed(at: At, isListing: boolean, action: LinkAction, operate: () => Promise<Run>) {
    const { emulator, project } = shop;
    if (isListing) emulator.injectFault({ kind: "invisible", ms: 600_000 });
    const paused = emulator.pause({ ...at, action: isListing ? "DescribeClassicLinkInstances" : action });
    const operation = operate();
    // Ends with the operation at the latest: then it never came there.
    const isThere = await Promise.race([paused.arrived.then(() => true), operation.then(() => false)]);
    expect(isThere && killProvider(host, project.folder)).toBe(true);
    paused.cut();
    expect((await operation).ok).toBe(false);
    emulator.clearFaults();
  }

  test.each(PHASES)(
    "%s: the next up or destroy finishes it, and removes no link of others",
    async (_, at, isListing = false) => {
      shop.project.write("index.js", shopOf(host, "vpc-1"));
      await killed(at, isListing, "AttachClassicLinkVpc", shop.stack.up);
      expect((await shop.stack.up()).ok).toBe(true);
      expect(shop.linked()).toBe(`i-a→vpc-1 i-b→vpc-1 i-c→vpc-1 ${OTHERS}`);
      expect(JSON.stringify(await shop.stack.export())).not.toContain('"initErrors"');

      await killed(at, isListing, "DetachClassicLinkVpc", shop.stack.destroy);
      expect((await shop.stack.destroy()).ok).toBe(true);
      expect(shop.linked()).toBe(OTHERS);
    },
  );

  test.each(["i-a", "i-b"])(
    "between the two halves of the replacement of %s: the next up finishes it",
    async (instanceId) => {
      shop.project.write("index.js", shopOf(host, "vpc-1"));
      expect((await shop.stack.up()).ok).toBe(true);
      shop.project.write("index.js", shopOf(host, "vpc-2"));
      await killed({ instanceId }, false, "AttachClassicLinkVpc", shop.stack.up);
      expect((await shop.stack.up()).ok).toBe(true);
      expect(shop.linked()).toBe(`i-a→vpc-2 i-b→vpc-2 i-c→vpc-2 ${OTHERS}`);
      expect((await shop.stack.destroy()).ok).toBe(true);
      expect(shop.linked()).toBe(OTHERS);
    },
  );
});
