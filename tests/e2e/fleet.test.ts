/** Many links in a stack, through an engine: their life, a kill in the middle, and links that change hands in one up. */

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { killDynamicHost } from "../support/processes";
import { versionOfPulumi } from "../support/pulumiCli";
import { type Declared, openShop, type Shop } from "../support/shop";

/** A ClassicLinks that the program declares. */
interface DeclaredLinks {
  readonly vpcId: string;
  readonly instanceIds: readonly string[];
  /** Of others in the program. */
  readonly dependsOn?: readonly string[];
}

/** As long as real ids are. */
const fleetOf = (count: number) =>
  Array.from({ length: count }, (_, n) => `i-bp67acfmxazb4ph${String(n).padStart(5, "0")}`);

/** Writes a program that declares, in this order, single links by name and then many as one resource. */
function declareLinks(
  { project }: Shop,
  many: Readonly<Record<string, DeclaredLinks>>,
  single: Readonly<Record<string, Omit<Declared, "options">>> = {},
): void {
  const singles = Object.entries(single).map(
    ([name, args]) => `const ${name} = new ClassicLink("${name}", ${JSON.stringify(args)});`,
  );
  const manies = Object.entries(many).map(([name, { dependsOn = [], ...args }]) => {
    const options = `{ dependsOn: [${dependsOn.join(", ")}] }`;
    return `const ${name} = new ClassicLinks("${name}", ${JSON.stringify(args)}, ${options});`;
  });
  const imports = 'const { ClassicLink, ClassicLinks } = require("pulumi-classiclink");';
  project.write("index.js", [imports, ...singles, ...manies, ""].join("\n"));
}

/** What a state holds of a resource. */
interface Kept {
  readonly urn: string;
  readonly id?: string;
  readonly outputs: { readonly instanceIds?: readonly string[]; readonly movedAway?: Readonly<Record<string, string>> };
}

async function resourcesOf({ stack }: Shop): Promise<readonly Kept[]> {
  const { deployment }: { deployment: { resources: readonly Kept[] } } = JSON.parse(
    JSON.stringify(await stack.export()),
  );
  return deployment.resources;
}

const linksIn = async (shop: Shop) => (await resourcesOf(shop)).find(({ urn }) => urn.includes(":ClassicLinks::"));

/** How large the state is in a backend of files, which writes it with indents of four. */
async function bytesOf(shop: Shop): Promise<number> {
  const { deployment } = JSON.parse(JSON.stringify(await shop.stack.export()));
  return Buffer.byteLength(JSON.stringify({ version: 3, checkpoint: { stack: "test", latest: deployment } }, null, 4));
}

/** Waits until something is so. Ends with the operation at the latest. */
async function until(isSo: () => boolean, operation: Promise<unknown>): Promise<void> {
  let ended = false;
  void operation.finally(() => {
    ended = true;
  });
  while (!isSo() && !ended) await new Promise((resolve) => setTimeout(resolve, 5));
}

// One story: each test goes on where the one before it ended.
describe("the life of a ClassicLinks", () => {
  let shop: Shop;
  const members = ["i-a", "i-b", "i-c"];
  beforeAll(async () => {
    shop = await openShop({}, { links: [{ instanceId: "i-d", vpcId: "vpc-1" }] });
    declareLinks(shop, { shops: { vpcId: "vpc-1", instanceIds: members } });
  });
  afterAll(() => shop?.close());

  test("up links all members as one resource, and leaves the links of others alone", async () => {
    const { ok, summary } = await shop.stack.up();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { create: 2 } });
    expect(shop.linked()).toBe("i-a→vpc-1 i-b→vpc-1 i-c→vpc-1 i-d→vpc-1");
    expect(await linksIn(shop)).toMatchObject({
      id: "cn-hangzhou:vpc-1",
      outputs: { vpcId: "vpc-1", instanceIds: members, regionId: "cn-hangzhou", movedAway: {} },
    });
  });

  test("[2] a second up changes nothing and calls nothing, whatever the order of the members", async () => {
    declareLinks(shop, { shops: { vpcId: "vpc-1", instanceIds: ["i-c", "i-a", "i-b"] } });
    shop.emulator.clearCalls();
    const { ok, summary } = await shop.stack.up();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { same: 2, update: 0 } });
    expect(shop.emulator.calls()).toEqual([]);
  });

  test("[9] a refresh shows the member that is gone and the one that has moved, and the preview that there is something to do", async () => {
    shop.emulator.unlink("i-a");
    shop.emulator.link("i-b", "vpc-2");
    const { ok, summary, output } = await shop.stack.refresh();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { update: 1 } });
    expect(output).toMatch(/~ instanceIds/);
    expect(output).toMatch(/movedAway.*i-b.*vpc-2/s);
    expect((await linksIn(shop))?.outputs).toMatchObject({ instanceIds: ["i-c"], movedAway: { "i-b": "vpc-2" } });
    expect((await shop.stack.preview()).summary).toMatchObject({ update: 1 });
  });

  test("[11] a refresh after a refresh changes nothing", async () => {
    expect((await shop.stack.refresh()).summary).toMatchObject({ update: 0, delete: 0 });
  });

  test("the next up repairs just those two", async () => {
    shop.emulator.clearCalls();
    const { ok, summary } = await shop.stack.up();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { update: 1 } });
    expect(shop.linked()).toBe("i-a→vpc-1 i-b→vpc-1 i-c→vpc-1 i-d→vpc-1");
    expect([shop.calls("AttachClassicLinkVpc"), shop.calls("DetachClassicLinkVpc")]).toEqual([2, 1]);
    expect((await linksIn(shop))?.outputs).toMatchObject({ movedAway: {} });
  });

  test("a member that is added and one that is removed are changed in place", async () => {
    declareLinks(shop, { shops: { vpcId: "vpc-1", instanceIds: ["i-a", "i-b"] } });
    shop.emulator.clearCalls();
    const { ok, summary } = await shop.stack.up();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { update: 1, replace: 0 } });
    expect(shop.linked()).toBe("i-a→vpc-1 i-b→vpc-1 i-d→vpc-1");
    expect([shop.calls("AttachClassicLinkVpc"), shop.calls("DetachClassicLinkVpc")]).toEqual([0, 1]);
  });

  test("some members that fail are told by name, the others are in the state, and the next up does the rest", async () => {
    shop.emulator.link("i-c", "vpc-2");
    declareLinks(shop, { shops: { vpcId: "vpc-1", instanceIds: members } });
    const { ok, output } = await shop.stack.up();
    expect(ok).toBe(false);
    expect(output).toContain("i-c: it is linked to vpc-2");
    expect((await linksIn(shop))?.outputs.instanceIds).toEqual(["i-a", "i-b"]);
    shop.emulator.unlink("i-c");
    expect((await shop.stack.up()).ok).toBe(true);
    expect((await linksIn(shop))?.outputs.instanceIds).toEqual(members);
  });

  test("renamed in the program, it keeps its links: nothing is detached", async () => {
    declareLinks(shop, { renamed: { vpcId: "vpc-1", instanceIds: members } });
    shop.emulator.clearCalls();
    const { ok, summary } = await shop.stack.up();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { create: 1, delete: 1 } });
    expect(shop.linked()).toBe("i-a→vpc-1 i-b→vpc-1 i-c→vpc-1 i-d→vpc-1");
    expect(shop.calls("DetachClassicLinkVpc")).toBe(0);
  });

  test("[2] another VPC replaces it, detach before attach", async () => {
    declareLinks(shop, { renamed: { vpcId: "vpc-2", instanceIds: members } });
    const { ok, summary } = await shop.stack.up();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { replace: 1 } });
    expect(shop.linked()).toBe("i-a→vpc-2 i-b→vpc-2 i-c→vpc-2 i-d→vpc-1");
  });

  test("[12] destroy unlinks the members and nobody else's", async () => {
    expect((await shop.stack.destroy()).ok).toBe(true);
    expect(shop.linked()).toBe("i-d→vpc-1");
  });
});

// One story: each test goes on where the one before it ended.
describe("links that change hands in one up", () => {
  let shop: Shop;
  const to1 = (instanceId: string) => ({ instanceId, vpcId: "vpc-1" });
  const linkedTo = (vpcId: string) =>
    shop.emulator.links().flatMap((link) => (link.vpcId === vpcId ? [link.instanceId] : []));
  const detached = () =>
    shop.emulator
      .calls()
      .flatMap(({ action, params }) => (action === "DetachClassicLinkVpc" ? [params.InstanceId] : []));

  beforeAll(async () => {
    const instances = ["i-a", "i-b", "i-c", "i-d", "i-e", "i-x", "i-y", "i-z"].map((instanceId) => ({ instanceId }));
    const vpcs = ["vpc-1", "vpc-2", "vpc-3"].map((vpcId) => ({ vpcId }));
    shop = await openShop({}, { instances, vpcs });
    declareLinks(
      shop,
      { from: { vpcId: "vpc-2", instanceIds: ["i-x", "i-y"] }, to: { vpcId: "vpc-3", instanceIds: [] } },
      { old: to1("i-a"), first: to1("i-b"), second: to1("i-c") },
    );
    expect((await shop.stack.up()).ok).toBe(true);
    shop.emulator.clearCalls();
    declareLinks(
      shop,
      { to: { vpcId: "vpc-3", instanceIds: ["i-x"] }, from: { vpcId: "vpc-2", instanceIds: ["i-y"] } },
      {
        renamed: to1("i-a"),
        // Taken over by one that is declared before the one that had it, and by one that is declared after.
        takesB: to1("i-b"),
        first: to1("i-d"),
        second: to1("i-e"),
        takesC: to1("i-c"),
      },
    );
    expect((await shop.stack.up()).ok).toBe(true);
  });
  afterAll(() => shop?.close());

  test("a ClassicLink that is renamed in the program keeps its link", () => {
    expect(linkedTo("vpc-1")).toContain("i-a");
    expect(detached()).not.toContain("i-a");
  });

  test("a new ClassicLink takes over the instance of one that is changed in the same up", () => {
    expect(linkedTo("vpc-1")).toEqual(["i-a", "i-b", "i-c", "i-d", "i-e"]);
  });

  test("an instance moves from one ClassicLinks to another when both are changed at the same time", () => {
    expect([linkedTo("vpc-2"), linkedTo("vpc-3")]).toEqual([["i-y"], ["i-x"]]);
  });

  test("single ClassicLinks become the members of one ClassicLinks without a detach", async () => {
    const members = ["i-a", "i-b", "i-c", "i-d", "i-e"];
    shop.emulator.clearCalls();
    declareLinks(shop, {
      all: { vpcId: "vpc-1", instanceIds: members },
      to: { vpcId: "vpc-3", instanceIds: ["i-x"] },
      from: { vpcId: "vpc-2", instanceIds: ["i-y", "i-z"] },
    });
    const { ok, summary } = await shop.stack.up();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { create: 1, delete: 5 } });
    expect(linkedTo("vpc-1")).toEqual(members);
    expect(detached()).toEqual([]);
  });

  test("when the one that gives an instance up comes later, the error names the dependsOn to add, and with it the move works", async () => {
    const from = { vpcId: "vpc-2", instanceIds: ["i-z"] };
    const to = { vpcId: "vpc-3", instanceIds: ["i-x", "i-y"] };
    declareLinks(shop, { to, from: { ...from, dependsOn: ["to"] } });
    const { ok, output } = await shop.stack.up();
    expect(ok).toBe(false);
    expect(output).toMatch(/i-y: it is linked to vpc-2.*if the links to vpc-2 of this stack give it up.*dependsOn/);
    expect(linkedTo("vpc-2")).toEqual(["i-y", "i-z"]);
    declareLinks(shop, { from, to: { ...to, dependsOn: ["from"] } });
    expect((await shop.stack.up()).ok).toBe(true);
    expect([linkedTo("vpc-2"), linkedTo("vpc-3")]).toEqual([["i-z"], ["i-x", "i-y"]]);
  });
});

// One story: each test goes on where the one before it ended.
describe("[20] a ClassicLinks of 1000 whose provider is killed in the middle", () => {
  const fleet = fleetOf(1_000);
  const half = fleet.slice(0, 500);
  const linked = () =>
    shop.emulator
      .links()
      .map(({ instanceId }) => instanceId)
      .sort();
  const known = async () => [...((await linksIn(shop))?.outputs.instanceIds ?? [])].sort();
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop({}, { instances: fleet.map((instanceId) => ({ instanceId })) });
  });
  afterAll(() => shop?.close());

  /** Begins an operation, and kills the provider when so many links are there. */
  async function killedWhen(isSo: (links: number) => boolean, begin: () => Promise<{ ok: boolean }>): Promise<void> {
    shop.emulator.injectFault({ kind: "latency", ms: 15 });
    const operation = begin();
    await until(() => isSo(shop.emulator.links().length), operation);
    expect(killDynamicHost(shop.project.folder)).toBe(true);
    expect((await operation).ok).toBe(false);
    shop.emulator.clearFaults();
  }

  test("while it links is finished by the next up, with each member linked and in the state", async () => {
    declareLinks(shop, { shops: { vpcId: "vpc-1", instanceIds: fleet } });
    await killedWhen((links) => links >= 300, shop.stack.up);
    expect(linked().length).toBeLessThan(1_000);
    shop.emulator.clearCalls();
    const { ok } = await shop.stack.up();
    expect(ok).toBe(true);
    expect(linked()).toEqual(fleet);
    expect(await known()).toEqual(fleet);
    expect(shop.calls("AttachClassicLinkVpc")).toBeLessThanOrEqual(700);
    expect(shop.calls("DescribeClassicLinkInstances")).toBeLessThanOrEqual(25);
  });

  test("has a state of less than 120 KB", async () => {
    const bytes = await bytesOf(shop);
    console.log(`the state of a ClassicLinks of 1000: ${bytes} bytes`);
    expect(bytes).toBeLessThan(120_000);
  });

  test("while it changes is finished by the next up, and nothing is linked that the state does not hold", async () => {
    declareLinks(shop, { shops: { vpcId: "vpc-1", instanceIds: half } });
    await killedWhen((links) => links <= 800, shop.stack.up);
    expect(linked().length).toBeGreaterThan(500);
    expect((await shop.stack.up()).ok).toBe(true);
    expect(linked()).toEqual(half);
    expect(await known()).toEqual(half);
  });

  test("while it is destroyed is destroyed by the next destroy", async () => {
    await killedWhen((links) => links <= 300, shop.stack.destroy);
    expect(linked().length).toBeGreaterThan(0);
    expect((await shop.stack.destroy()).ok).toBe(true);
    expect(linked()).toEqual([]);
  });
});

// Counted from records that hold what is ours and nothing of Pulumi's own, so not where the CLI keeps the state; the bench
// measures that.
const withOwnEngine = versionOfPulumi() === undefined ? test : test.skip;

withOwnEngine("the state of 1000 single ClassicLinks is no larger than 2.5 MB", async () => {
  const fleet = fleetOf(20);
  const vpcId = "vpc-bp1vwnn14rqpyiczj0w24";
  const shop = await openShop({}, { instances: fleet.map((instanceId) => ({ instanceId })), vpcs: [{ vpcId }] });
  const sizeWith = async (count: number) => {
    const links = fleet
      .slice(0, count)
      .map((instanceId, n) => [`link${String(n).padStart(4, "0")}`, { instanceId, vpcId }]);
    shop.declare(Object.fromEntries(links));
    expect((await shop.stack.up()).ok).toBe(true);
    return await bytesOf(shop);
  };
  try {
    // Each of them is as long as the next, so two sizes tell all others.
    const [few, more] = [await sizeWith(10), await sizeWith(20)];
    // What Pulumi's own records have besides: when each was made and changed last, and in which line of the program.
    const stamps = 2 * '                    "modified": "2026-01-01T00:00:00.000000000Z",\n'.length;
    const source = '                    "sourcePosition": "project:///index.js#1000,12",\n'.length;
    const bytes = few + (990 * (more - few)) / 10 + 1_000 * (stamps + source);
    console.log(`the state of 1000 ClassicLinks: ${bytes} bytes, ${(more - few) / 10} of our own for each`);
    expect(bytes).toBeLessThanOrEqual(2_500_000);
  } finally {
    await shop.close();
  }
});
