/** The provider is killed, as `kill -9` does, at each phase of a create, a delete and a replacement: what the next operation makes of it. */

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { PausePoint } from "../../emulator";
import { killProvider } from "../support/processes";
import { HOSTS, type Host, openShop, programOf, type Shop } from "../support/shop";

/** A phase: the call at which the provider dies, which is carried out or not. */
interface Phase {
  readonly name: string;
  readonly at: Omit<PausePoint, "action">;
  /** It dies while it looks whether its change shows yet, and not at the change. */
  readonly whileLooking?: boolean;
}

const PHASES: readonly Phase[] = [
  { name: "before the call for the link is carried out", at: { instanceId: "i-a" } },
  { name: "when the call for the link is carried out, before its answer", at: { instanceId: "i-a", afterWork: true } },
  { name: "while the link is waited for to show", at: { instanceId: "i-a" }, whileLooking: true },
  { name: "before the call for the first member is carried out", at: { instanceId: "i-b" } },
  { name: "half way through the members", at: { instanceId: "i-c", afterWork: true } },
  { name: "while a member is waited for to show", at: { instanceId: "i-c" }, whileLooking: true },
];

/** Links of others. Whatever happens, they stay. */
const OTHERS = "i-d→vpc-1";
const DECLARED = `i-a→vpc-1 i-b→vpc-1 i-c→vpc-1 ${OTHERS}`;

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

  /** Kills the provider at a phase of an operation, which then fails. */
  async function killed(
    { at, whileLooking }: Phase,
    action: PausePoint["action"],
    operate: () => Promise<{ ok: boolean }>,
  ) {
    const { emulator, project } = shop;
    if (whileLooking) emulator.injectFault({ kind: "invisible", ms: 600_000 });
    const held = emulator.pause({ ...at, action: whileLooking ? "DescribeClassicLinkInstances" : action });
    const operation = operate();
    // Ends with the operation at the latest: then it never came there.
    const isThere = await Promise.race([held.arrived.then(() => true), operation.then(() => false)]);
    expect(isThere && killProvider(host, project.folder)).toBe(true);
    held.cut();
    expect((await operation).ok).toBe(false);
    emulator.clearFaults();
  }

  describe.each(PHASES)("$name", (phase) => {
    test("while it creates: the next up makes what is declared, and the state knows it", async () => {
      shop.project.write("index.js", shopOf(host, "vpc-1"));
      await killed(phase, "AttachClassicLinkVpc", shop.stack.up);
      expect((await shop.stack.up()).ok).toBe(true);
      expect(shop.linked()).toBe(DECLARED);
      expect(JSON.stringify(await shop.stack.export())).not.toContain('"initErrors"');
    });

    test("while it deletes: the next destroy removes the rest, and nobody else's", async () => {
      await killed(phase, "DetachClassicLinkVpc", shop.stack.destroy);
      expect((await shop.stack.destroy()).ok).toBe(true);
      expect(shop.linked()).toBe(OTHERS);
    });
  });

  test.each(["i-a", "i-b"])(
    "between the two halves of the replacement of %s: the next up finishes it",
    async (instanceId) => {
      shop.project.write("index.js", shopOf(host, "vpc-1"));
      expect((await shop.stack.up()).ok).toBe(true);
      shop.project.write("index.js", shopOf(host, "vpc-2"));
      await killed({ name: "", at: { instanceId } }, "AttachClassicLinkVpc", shop.stack.up);
      expect((await shop.stack.up()).ok).toBe(true);
      expect(shop.linked()).toBe(`i-a→vpc-2 i-b→vpc-2 i-c→vpc-2 ${OTHERS}`);
      expect((await shop.stack.destroy()).ok).toBe(true);
      expect(shop.linked()).toBe(OTHERS);
    },
  );
});
