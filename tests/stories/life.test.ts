/**
 * The life of links in a stack, in both hosts, through an engine: the Pulumi CLI where it is on PATH, else the repository's
 * own. One link and one fleet; each test goes on where the one before it ended.
 */

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Emulator, startEmulator } from "pulumi-classiclink/emulator";
import { installPluginSdk } from "../support/pluginSdk";
import { makeProject, type Project } from "../support/project";
import { configurationOf, HOSTS, type Host, linkedIn, SECRET_KEY } from "../support/shop";
import { openStack, type Stack } from "../support/stack";

/** What the states of the dynamic host hold, of every version. */
const STORED_LINE =
  'exports.handler=()=>require("module").createRequire(process.cwd()+"/")("pulumi-classiclink/dynamic")';

/** What comes before the declarations: the classes, and a function that makes a provider of one's own. */
const HEADS: Readonly<Record<Host, string>> = {
  dynamic: `const pulumi = require("@pulumi/pulumi");
const { ClassicLink, ClassicLinks, Provider } = require("pulumi-classiclink");
const providerOf = (name, args) => new Provider(name, args);`,
  plugin: `const pulumi = require("@pulumi/pulumi");
const { ClassicLink, ClassicLinks } = require("@pulumi-classiclink/classiclink");
const providerOf = (name, args) => new pulumi.ProviderResource("classiclink", name, args);`,
};

const LINK = 'new ClassicLink("one", { instanceId: "i-a", vpcId: "vpc-1" });';
const FLEET = 'new ClassicLinks("many", { vpcId: "vpc-1", instanceIds: ["i-b", "i-c"] });';
const ALL = "i-a→vpc-1 i-b→vpc-1 i-c→vpc-1";

describe.each(HOSTS)("the life of a link and a fleet in the %s host", (host) => {
  let emulator: Emulator;
  let project: Project;
  let stack: Stack;

  beforeAll(async () => {
    emulator = await startEmulator({
      instances: ["i-a", "i-b", "i-c", "i-d"].map((instanceId) => ({ instanceId })),
      vpcs: [{ vpcId: "vpc-1" }, { vpcId: "vpc-2" }],
      accessKeySecret: SECRET_KEY,
    });
    project = makeProject();
    installPluginSdk(project);
    declare(LINK, FLEET);
    stack = await openStack({ project, config: configurationOf(emulator.endpoint) });
    console.log(`stories are driven by ${stack.drivenBy}`);
  });
  afterAll(async () => {
    await stack?.close();
    await emulator?.close();
    project?.remove();
  });

  function declare(...declarations: string[]): void {
    project.write("index.js", [HEADS[host], ...declarations, ""].join("\n"));
  }
  const linked = () => linkedIn(emulator);
  const called = (action: string) => emulator.calls().filter((call) => call.action.startsWith(action)).length;
  /** An up that succeeds. The calls that it makes can be counted afterwards. */
  async function up(options?: Parameters<Stack["up"]>[0]) {
    emulator.clearCalls();
    const result = await stack.up(options);
    expect(result.ok ? "" : result.output).toBe("");
    return result;
  }

  test("a preview calls nothing", async () => {
    const { ok, summary } = await stack.preview();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { create: 3 } });
    expect(emulator.calls()).toEqual([]);
  });

  test("[4] up makes the links, with one Attach each, and adopts what is there", async () => {
    emulator.link("i-c", "vpc-1");
    const { output } = await up();
    expect(linked()).toBe(ALL);
    expect(called("Attach")).toBe(2);
    expect(output).toContain("1 of 2 already linked to vpc-1: adopted");
  });

  test("[17] [18] the state has ids, properties and one short line of code or none, and no secret", async () => {
    const exported = JSON.stringify(await stack.export());
    expect(exported).toContain('"id":"cn-hangzhou:i-a"');
    expect(exported).not.toContain(SECRET_KEY);
    const lines = [...exported.matchAll(/"__provider":("(?:[^"\\]|\\.)*")/g)].map(([, line = ""]) => JSON.parse(line));
    // In any order: the engine writes resources as they are made.
    expect(new Set(lines)).toEqual(new Set(host === "dynamic" ? [STORED_LINE, `${STORED_LINE}.classicLinks`] : []));
  });

  test("[2] a second up changes nothing and calls nothing", async () => {
    expect((await up()).summary).toMatchObject({ same: 3, create: 0, update: 0 });
    expect(emulator.calls()).toEqual([]);
  });

  test("[9] a refresh shows what was removed and what was moved, and names it", async () => {
    emulator.unlink("i-b");
    emulator.link("i-a", "vpc-2");
    const { ok, output } = await stack.refresh();
    expect(ok).toBe(true);
    expect(output).toContain("drift: i-a is linked to vpc-2, no longer to vpc-1");
    expect(output).toContain("drift: no longer linked to vpc-1: i-b");
  });

  test("[11] a refresh after a refresh changes nothing", async () => {
    expect(await stack.refresh()).toMatchObject({ ok: true, summary: { delete: 0, update: 0 } });
  });

  test("[25] the next up takes back what the program declares", async () => {
    expect((await up()).summary).toMatchObject({ replace: 1, update: 1 });
    expect(linked()).toBe(ALL);
  });

  test("[9] a read that is refused fails the refresh, and the state stays", async () => {
    const before = JSON.stringify(await stack.export()).match(/"id":"cn-hangzhou:[^"]*"/g);
    emulator.injectFault({ kind: "denied", action: "DescribeClassicLinkInstances" });
    const { ok, output } = await stack.refresh();
    emulator.clearFaults();
    expect([ok, output]).toEqual([false, expect.stringContaining("Forbidden.SubUser")]);
    expect(JSON.stringify(await stack.export()).match(/"id":"cn-hangzhou:[^"]*"/g)).toEqual(before);
  });

  test("[24] --replace of both leaves both linked, and says so", async () => {
    const { output } = await up({ replace: ["one", "many"] });
    expect([linked(), called("Detach")]).toEqual([ALL, 0]);
    expect(output).toContain("the link to vpc-1 stays: the program still declares it");
    expect(output).toContain("2 links stay, since the program still declares them");
  });

  test("[24] taint and up leaves both linked", async () => {
    await stack.taint("one", "many");
    await up();
    expect([linked(), called("Detach")]).toEqual([ALL, 0]);
  });

  test("[24] new names, a component and providers of their own in one update leave both linked", async () => {
    const own = { region: "cn-hangzhou", accessKey: "testid", secretKey: SECRET_KEY, endpoint: emulator.endpoint };
    declare(
      `const own = ${JSON.stringify(own)};`,
      'const shop = new pulumi.ComponentResource("my:index:Shop", "shop");',
      'const provider = providerOf("own", own);',
      'new ClassicLink("first", { instanceId: "i-a", vpcId: "vpc-1" }, { provider, parent: shop });',
      'new ClassicLinks("fleet", { vpcId: "vpc-1", instanceIds: ["i-b", "i-c"] }, { provider: providerOf("second", own) });',
    );
    await up();
    expect([linked(), called("Detach")]).toEqual([ALL, 0]);
  });

  test("[24] and back to the default provider and the old names", async () => {
    declare(LINK, FLEET);
    await up();
    expect([linked(), called("Detach")]).toEqual([ALL, 0]);
  });

  test("[26] a member that the fleet no longer declares and a new link does is linked afterwards", async () => {
    declare(
      LINK,
      'const many = new ClassicLinks("many", { vpcId: "vpc-1", instanceIds: ["i-c"] });',
      'new ClassicLink("two", { instanceId: "i-b", vpcId: many.vpcId });',
    );
    await up();
    expect(linked()).toBe(ALL);
  });

  test("[24] a link that becomes a member is linked afterwards, and what is given up is gone", async () => {
    declare(LINK, 'new ClassicLinks("many", { vpcId: "vpc-1", instanceIds: ["i-b"] });');
    await up();
    expect(linked()).toBe("i-a→vpc-1 i-b→vpc-1");
  });

  test("[2] another VPC replaces both, each detached before it is attached", async () => {
    declare(
      'new ClassicLink("one", { instanceId: "i-a", vpcId: "vpc-2" });',
      'new ClassicLinks("many", { vpcId: "vpc-2", instanceIds: ["i-b"] });',
    );
    expect((await up()).summary).toMatchObject({ replace: 2 });
    expect(linked()).toBe("i-a→vpc-2 i-b→vpc-2");
  });

  test("[6] what is locked for too long fails the up, and the next up finishes it", async () => {
    const declareFor = (end: string) =>
      declare(
        'new ClassicLink("one", { instanceId: "i-a", vpcId: "vpc-2" });',
        `new ClassicLinks("many", { vpcId: "vpc-2", instanceIds: ["i-b", "i-c"] }${end}`,
        `new ClassicLink("two", { instanceId: "i-d", vpcId: "vpc-1" }${end}`,
      );
    declareFor(', { customTimeouts: { create: "1s", update: "1s" } });');
    for (const instanceId of ["i-c", "i-d"]) emulator.injectFault({ kind: "locked", instanceId });
    const { ok, output } = await stack.up();
    expect([ok, output]).toEqual([false, expect.stringMatching(/not done within 1 s \(/)]);
    emulator.clearFaults();
    declareFor(");");
    await up();
    expect(linked()).toBe("i-a→vpc-2 i-b→vpc-2 i-c→vpc-2 i-d→vpc-1");
  });

  test("[24] a destroy that fails in the middle loses nothing: the next up puts back what it has removed", async () => {
    emulator.injectFault({ kind: "denied", action: "DetachClassicLinkVpc", instanceId: "i-c" });
    const { ok, output } = await stack.destroy();
    expect([ok, output]).toEqual([false, expect.stringMatching(/1 of 2 are unlinked; run it again/)]);
    emulator.clearFaults();
    await up();
    expect(linked()).toBe("i-a→vpc-2 i-b→vpc-2 i-c→vpc-2 i-d→vpc-1");
  });

  test("[25] what others have moved stays after a refresh and a destroy; all else is gone", async () => {
    emulator.link("i-a", "vpc-1");
    emulator.link("i-b", "vpc-1");
    expect((await stack.refresh()).ok).toBe(true);
    const { ok, output } = await stack.destroy();
    expect(ok ? "" : output).toBe("");
    expect(linked()).toBe("i-a→vpc-1 i-b→vpc-1");
    expect(output).toContain("i-a was moved from vpc-2 to vpc-1 by someone else: that link stays");
  });
});

describe("moving from the dynamic host to the plugin", () => {
  test("[21] [24] changes nothing in the cloud, with the old names and with new ones", async () => {
    const emulator = await startEmulator({
      instances: ["i-a", "i-b", "i-c"].map((instanceId) => ({ instanceId })),
      vpcs: [{ vpcId: "vpc-1" }],
      accessKeySecret: SECRET_KEY,
    });
    const project = makeProject();
    installPluginSdk(project);
    const declare = (host: Host, ...lines: string[]) => project.write("index.js", [HEADS[host], ...lines].join("\n"));
    declare("dynamic", LINK, FLEET);
    const stack = await openStack({ project, config: configurationOf(emulator.endpoint) });
    try {
      expect(await stack.up()).toMatchObject({ ok: true });
      emulator.clearCalls();
      declare("plugin", LINK, FLEET);
      expect(await stack.up()).toMatchObject({ ok: true, summary: { same: 3, update: 0, replace: 0 } });
      expect(emulator.calls()).toEqual([]);
      expect(JSON.stringify(await stack.export())).not.toContain('"type":"pulumi-nodejs:dynamic');
      declare("dynamic", LINK.replace("one", "first"), FLEET.replace("many", "fleet"));
      expect(await stack.up()).toMatchObject({ ok: true });
      expect(emulator.links()).toHaveLength(3);
      expect(emulator.calls().some(({ action }) => action === "DetachClassicLinkVpc")).toBe(false);
      expect(await stack.destroy()).toMatchObject({ ok: true });
      expect(emulator.links()).toEqual([]);
    } finally {
      await stack.close();
      await emulator.close();
      project.remove();
    }
  });
});
