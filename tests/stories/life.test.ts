/**
 * The life of links in a stack, in both hosts, through an engine: the Pulumi CLI where it is on PATH, else the repository's
 * own. One link and one fleet; each test goes on where the one before it ended.
 */

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { FaultRule } from "pulumi-classiclink/emulator";
import { HOSTS, openShop, programOf, SECRET_KEY, type Shop } from "../support/shop";
import type { Run, UpOptions } from "../support/stack";

/** What the states of every version have for the dynamic host. */
const STORED_LINE =
  'exports.handler=()=>require("module").createRequire(process.cwd()+"/")("pulumi-classiclink/dynamic")';

const LINK = 'new ClassicLink("one", { instanceId: "i-a", vpcId: "vpc-1" });';
const FLEET = 'new ClassicLinks("many", { vpcId: "vpc-1", instanceIds: ["i-b", "i-c"] });';
const ALL = "i-a→vpc-1 i-b→vpc-1 i-c→vpc-1";

/** The size of a resource in an export, as if ids were as long as real ones, and each list of two members had 1000. */
function exportedBytes(resource: unknown): number {
  const ids = Array.from({ length: 1_000 }, (_, n) => `i-bp1${String(n).padStart(17, "0")}`);
  const enlarged = (_: string, value: unknown) => (Array.isArray(value) && value.length === 2 ? ids : value);
  const text = JSON.stringify({ deployment: { resources: [resource] } }, enlarged, 4);
  // The CLI also stores two times and a position in the program.
  const room = 250;
  return (
    Buffer.byteLength(text.replaceAll("i-a", ids[0] ?? "").replaceAll("vpc-1", "vpc-bp1000000000000000001")) + room
  );
}

describe.each(HOSTS)("the life of a link and a fleet in the %s host", (host) => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop({ files: { "index.js": programOf(host, LINK, FLEET) } });
    console.log(`stories are driven by ${shop.stack.drivenBy}`);
  });
  afterAll(() => shop?.close());

  const declare = (...lines: string[]) => shop.project.write("index.js", programOf(host, ...lines));
  const called = (action: string) => shop.emulator.calls().filter((call) => call.action.startsWith(action)).length;
  const linksAndDetaches = () => [shop.linked(), called("Detach")];
  const stateText = async () => JSON.stringify(await shop.stack.export());
  const linksInState = async () =>
    (await shop.stack.export()).deployment.resources.flatMap(({ type, id, outputs }) =>
      /:ClassicLinks?$/.test(type) ? { id, outputs } : [],
    );
  /** An up that succeeds. The calls that it makes can be counted afterwards. */
  async function up(options?: UpOptions) {
    shop.emulator.clearCalls();
    const result = await shop.stack.up(options);
    expect(result.ok ? "" : result.output).toBe("");
    return result;
  }
  /** An operation that fails while there is a fault, and says why. */
  async function failing(operate: () => Promise<Run>, reason: RegExp, ...faults: FaultRule[]) {
    for (const fault of faults) shop.emulator.injectFault(fault);
    const { ok, output } = await operate();
    shop.emulator.clearFaults();
    expect([ok, output]).toEqual([false, expect.stringMatching(reason)]);
  }

  test("[2] [4] a preview calls nothing, up makes the links and adopts what is there, and a second up calls nothing", async () => {
    shop.emulator.link("i-c", "vpc-1");
    expect(await shop.stack.preview()).toMatchObject({ ok: true, summary: { create: 3 } });
    expect(shop.emulator.calls()).toEqual([]);
    const { output } = await up();
    expect([shop.linked(), called("Attach")]).toEqual([ALL, 2]);
    expect(output).toContain("1 of 2 already linked to vpc-1: adopted");
    expect((await up()).summary).toMatchObject({ same: 3, create: 0, update: 0 });
    expect(shop.emulator.calls()).toEqual([]);
  });

  test("[17] [18] the state has ids, properties and one short line of code or none, and no secret", async () => {
    const state = await stateText();
    expect(state).toContain('"id":"cn-hangzhou:i-a"');
    expect(state).not.toContain(SECRET_KEY);
    const lines = [...state.matchAll(/"__provider":("(?:[^"\\]|\\.)*")/g)].map(([, line = ""]) => JSON.parse(line));
    // In any order: the engine writes resources as they are made.
    expect(new Set(lines)).toEqual(new Set(host === "dynamic" ? [STORED_LINE, `${STORED_LINE}.classicLinks`] : []));
  });

  test("1000 links have a state of at most 2.5 MB, and a fleet of 1000 has one of less than 120 KB", async () => {
    const { resources } = (await shop.stack.export()).deployment;
    const bytesOf = (name: string) => {
      // Where the program declares it is Pulumi's to say, and as long as the paths of the machine.
      const {
        sourcePosition: _,
        stackTrace: __,
        ...resource
      } = Object(resources.find(({ urn }) => urn.endsWith(`::${name}`)));
      return exportedBytes(resource);
    };
    const [one, many] = [bytesOf("one"), bytesOf("many")];
    // What was measured is there: the inputs and the outputs of a fleet have each id.
    expect([one > 1_000, many > 44_000]).toEqual([true, true]);
    expect(1_000 * one).toBeLessThanOrEqual(2_500_000);
    expect(many).toBeLessThan(120_000);
  });

  test("[9] [11] a refresh shows what was removed and what was moved, and names it; another one changes nothing", async () => {
    shop.emulator.unlink("i-b");
    shop.emulator.link("i-a", "vpc-2");
    const { ok, output } = await shop.stack.refresh();
    expect(ok).toBe(true);
    expect(output).toContain("drift: i-a is linked to vpc-2, no longer to vpc-1");
    expect(output).toContain("drift: no longer linked to vpc-1: i-b");
    expect(await shop.stack.refresh()).toMatchObject({ ok: true, summary: { delete: 0, update: 0 } });
  });

  test("[25] the next up links again what others have moved and the program declares", async () => {
    expect((await up()).summary).toMatchObject({ replace: 1, update: 1 });
    expect(shop.linked()).toBe(ALL);
  });

  test("[9] a read that is refused fails the refresh, and the state stays", async () => {
    const before = await linksInState();
    expect(before).toHaveLength(2);
    await failing(shop.stack.refresh, /Forbidden\.SubUser/, { kind: "denied", action: "DescribeClassicLinkInstances" });
    expect(await linksInState()).toEqual(before);
  });

  test("[24] --replace of both leaves both linked, and says so", async () => {
    const { output } = await up({ replace: ["one", "many"] });
    expect(linksAndDetaches()).toEqual([ALL, 0]);
    expect(output).toContain("the link to vpc-1 stays: the program still declares it");
    expect(output).toContain("2 links stay, since the program still declares them");
  });

  test("[17] [24] new names, a component and providers of their own in one update leave both linked", async () => {
    const own = { region: "cn-hangzhou", accessKey: "testid", secretKey: SECRET_KEY, endpoint: shop.emulator.endpoint };
    declare(
      `const own = ${JSON.stringify(own)};`,
      'const shop = new pulumi.ComponentResource("my:index:Shop", "shop");',
      'const [provider, second] = ["own", "second"].map((name) => new Provider(name, own));',
      'new ClassicLink("first", { instanceId: "i-a", vpcId: "vpc-1" }, { provider, parent: shop });',
      'new ClassicLinks("fleet", { vpcId: "vpc-1", instanceIds: ["i-b", "i-c"] }, { provider: second });',
    );
    await up();
    expect(linksAndDetaches()).toEqual([ALL, 0]);
    expect(await stateText()).not.toContain(SECRET_KEY);
    // And back to the default provider and the old names.
    declare(LINK, FLEET);
    await up();
    expect(linksAndDetaches()).toEqual([ALL, 0]);
  });

  test("[24] [26] a member becomes a link, and a link a member: both are linked, and what is no longer declared is gone", async () => {
    declare(
      LINK,
      'const many = new ClassicLinks("many", { vpcId: "vpc-1", instanceIds: ["i-c"] });',
      'new ClassicLink("two", { instanceId: "i-b", vpcId: many.vpcId });',
    );
    await up();
    expect(shop.linked()).toBe(ALL);
    declare(LINK, 'new ClassicLinks("many", { vpcId: "vpc-1", instanceIds: ["i-b"] });');
    await up();
    expect(shop.linked()).toBe("i-a→vpc-1 i-b→vpc-1");
  });

  test("[2] another VPC replaces both, each detached before it is attached", async () => {
    declare(
      'new ClassicLink("one", { instanceId: "i-a", vpcId: "vpc-2" });',
      'new ClassicLinks("many", { vpcId: "vpc-2", instanceIds: ["i-b"] });',
    );
    expect((await up()).summary).toMatchObject({ replace: 2 });
    expect(shop.linked()).toBe("i-a→vpc-2 i-b→vpc-2");
  });

  test("[6] [24] what is locked for too long fails the up, and the next finishes it; so it is after a destroy that fails", async () => {
    const declareFor = (end: string) =>
      declare(
        'new ClassicLink("one", { instanceId: "i-a", vpcId: "vpc-2" });',
        `new ClassicLinks("many", { vpcId: "vpc-2", instanceIds: ["i-b", "i-c"] }${end}`,
        `new ClassicLink("two", { instanceId: "i-d", vpcId: "vpc-1" }${end}`,
      );
    const declared = "i-a→vpc-2 i-b→vpc-2 i-c→vpc-2 i-d→vpc-1";
    declareFor(', { customTimeouts: { create: "3s", update: "3s" } });');
    const faults = ["i-c", "i-d"].map((instanceId): FaultRule => ({ kind: "locked", instanceId }));
    await failing(shop.stack.up, /not done within 3 s \(/, ...faults);
    declareFor(");");
    await up();
    expect(shop.linked()).toBe(declared);
    const denied: FaultRule = { kind: "denied", action: "DetachClassicLinkVpc", instanceId: "i-c" };
    await failing(shop.stack.destroy, /1 of 2 are unlinked; run it again/, denied);
    await up();
    expect(shop.linked()).toBe(declared);
  });

  test("[25] what others have moved stays after a refresh and a destroy; all else is gone", async () => {
    shop.emulator.link("i-a", "vpc-1");
    shop.emulator.link("i-b", "vpc-1");
    expect((await shop.stack.refresh()).ok).toBe(true);
    const { ok, output } = await shop.stack.destroy();
    expect(ok ? "" : output).toBe("");
    expect(shop.linked()).toBe("i-a→vpc-1 i-b→vpc-1");
    expect(output).toContain("i-a was moved from vpc-2 to vpc-1 by someone else: that link stays");
  });
});

test("[21] [24] moving from the dynamic host to the plugin changes nothing in the cloud, with the old names and with new ones", async () => {
  const shop = await openShop({ files: { "index.js": programOf("dynamic", LINK, FLEET) } });
  const { stack, emulator, project } = shop;
  try {
    expect(await stack.up()).toMatchObject({ ok: true });
    emulator.clearCalls();
    project.write("index.js", programOf("plugin", LINK, FLEET));
    expect(await stack.up()).toMatchObject({ ok: true, summary: { same: 3, update: 0, replace: 0 } });
    expect(emulator.calls()).toEqual([]);
    expect(JSON.stringify(await stack.export())).not.toContain('"type":"pulumi-nodejs:dynamic');
    const renamed = [LINK.replace("one", "first"), FLEET.replace("many", "fleet")];
    project.write("index.js", programOf("dynamic", ...renamed));
    expect(await stack.up()).toMatchObject({ ok: true });
    expect(shop.linked()).toBe(ALL);
    expect(emulator.calls().some(({ action }) => action === "DetachClassicLinkVpc")).toBe(false);
    expect(await stack.destroy()).toMatchObject({ ok: true });
    expect(shop.linked()).toBe("");
  } finally {
    await shop.close();
  }
});
