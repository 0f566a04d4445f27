/**
 * `examples/beside-alicloud`: its links run for real against an emulator, its alicloud resources are stood in for.
 *
 * Always through the repository's own engine: the Pulumi CLI takes resources of alicloud to its plugin and an account, and to
 * no one else.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Emulator, type EmulatorOptions, type Link, startEmulator } from "pulumi-classiclink/emulator";
import { openStack, type RecordedCall, type Stack, type StackOptions } from "../engine";
import { UNKNOWN } from "../engine/values";
import { makeProject, type Project, REPOSITORY } from "../support/project";
import { SECRET_KEY } from "../support/shop";

interface Example {
  readonly emulator: Emulator;
  readonly project: Project;
  readonly stack: Stack;
  /** What the doors of this package were asked, in order. */
  readonly asked: RecordedCall[];
  /** Type of alicloud resource → what was linked when the first of them began to be removed. */
  readonly linkedAtRemoval: Map<string, string>;
  linked(): string;
  close(): Promise<void>;
}

/** Opens the example with no more of a configuration than @pulumi/alicloud has, and what the example itself asks for. */
async function openExample(
  config: NonNullable<StackOptions["config"]>,
  emulated: EmulatorOptions = {},
): Promise<Example> {
  const emulator = await startEmulator({ accessKeySecret: SECRET_KEY, ...emulated });
  // File by file: where somebody has installed the example, 180 MB lie beside them.
  const names = ["Pulumi.yaml", "index.ts", "tsconfig.json"];
  const text = (name: string) => readFileSync(join(REPOSITORY, "examples/beside-alicloud", name), "utf8");
  const project = makeProject(Object.fromEntries(names.map((name) => [name, text(name)])));
  const asked: RecordedCall[] = [];
  const linkedAtRemoval = new Map<string, string>();
  const linked = () => shown(emulator.links());
  const stack = openStack({
    projectDir: project.folder,
    stateFile: join(project.folder, ".state.json"),
    config: {
      "alicloud:region": "cn-hangzhou",
      "alicloud:accessKey": "testid",
      "alicloud:secretKey": { secret: SECRET_KEY },
      "alicloud:endpoints": JSON.stringify([{ ecs: emulator.endpoint.replace("http://", "") }]),
      ...config,
    },
    // The stand-in for the module has no types. The example is checked against those of the real one, by itself.
    env: { NODE_PATH: join(REPOSITORY, "tests/support/modules"), PULUMI_NODEJS_TRANSPILE_ONLY: "true" },
    standIns: { alicloud: (wanted) => makeIn(emulator, wanted) },
    recordCalls: (call) => asked.push(call),
    onLine: (line) => {
      const removed = /^ - {2}(alicloud:\S+) \S+ deleting /.exec(line)?.[1];
      if (removed !== undefined && !linkedAtRemoval.has(removed)) linkedAtRemoval.set(removed, linked());
    },
  });
  const close = async () => {
    await emulator.close();
    project.remove();
  };
  return { emulator, project, stack, asked, linkedAtRemoval, linked, close };
}

/** What alicloud would make of a declaration. Links can be made only to what it made before. */
function makeIn(emulator: Emulator, { type, name, inputs }: Wanted): ReturnType<StandIn> {
  const id = `${type.split(":").at(-1)}-${name}`.toLowerCase();
  if (type === "alicloud:vpc/network:Network") {
    emulator.addVpc({ vpcId: id, classicLinkEnabled: inputs.classicLinkEnabled === true });
  }
  if (type === "alicloud:ecs/instance:Instance") {
    emulator.addInstance({ instanceId: id, networkType: inputs.vswitchId === undefined ? "classic" : "vpc" });
  }
  return { id, outputs: inputs };
}

type StandIn = NonNullable<StackOptions["standIns"]>[string];
type Wanted = Parameters<StandIn>[0];

const shown = (links: readonly Link[]) => links.map(({ instanceId, vpcId }) => `${instanceId}→${vpcId}`).join(" ");

// One story: each test goes on where the one before it ended.
describe("links beside a VPC and instances that the program declares", () => {
  let example: Example;
  beforeAll(async () => {
    example = await openExample({ instanceType: "ecs.n1.small", imageId: "m-1" });
  });
  afterAll(() => example?.close());

  test("in the first preview the links' ids are unknown, nothing fails and nothing is called", async () => {
    const { ok, summary } = await example.stack.preview();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { create: 9 } });
    const checked = example.asked.filter(({ call }) => call === "ResourceProvider/Check");
    const link = { instanceId: UNKNOWN, vpcId: UNKNOWN };
    expect(checked.map(({ request }) => request.news)).toMatchObject([link, link]);
    expect(example.emulator.calls()).toEqual([]);
  });

  test("up makes each link with one Attach, once its instance exists and ClassicLink of its VPC is on", async () => {
    const { ok, summary, outputs } = await example.stack.up();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { create: 9 } });
    expect(example.linked()).toBe("instance-web→network-shop instance-worker→network-shop");
    expect(outputs).toEqual({
      vpcId: "network-shop",
      linkIds: ["cn-hangzhou:instance-web", "cn-hangzhou:instance-worker"],
    });
    const attached = example.emulator.calls().filter(({ action }) => action === "AttachClassicLinkVpc");
    expect(attached).toMatchObject([{ outcome: "ok" }, { outcome: "ok" }]);
  });

  test("the state has each link depend on its instance and on the VPC, which is what orders every later operation", () => {
    const { resources = [] } = example.stack.export()?.deployment ?? {};
    const urn = (type: string, name: string) => resources.find((one) => one.urn.endsWith(`${type}::${name}`))?.urn;
    for (const name of ["web", "worker"]) {
      const link = resources.find((one) => one.urn === urn("classiclink:ClassicLink", name));
      expect(link?.propertyDependencies).toMatchObject({
        instanceId: [urn("alicloud:ecs/instance:Instance", name)],
        vpcId: [urn("alicloud:vpc/network:Network", "shop")],
      });
    }
  });

  test("a second up changes nothing and calls nothing", async () => {
    example.emulator.clearCalls();
    const { ok, summary } = await example.stack.up();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { same: 9, create: 0, update: 0, replace: 0 } });
    expect(example.emulator.calls()).toEqual([]);
  });

  test("destroy removes the links before it begins with the VPC and the instances", async () => {
    const { ok, summary } = await example.stack.destroy();
    expect({ ok, summary }).toMatchObject({ ok: true, summary: { delete: 9 } });
    expect(example.linkedAtRemoval.get("alicloud:vpc/network:Network")).toBe("");
    expect(example.linkedAtRemoval.get("alicloud:ecs/instance:Instance")).toBe("");
    expect(example.linked()).toBe("");
  });
});

describe("links beside a VPC that the program declares and instances that are there already", () => {
  test("the instances are looked up, linked and unlinked", async () => {
    const existing = JSON.stringify({ securityGroup: "sg-old", instances: { web: "i-old1", worker: "i-old2" } });
    const instances = [{ instanceId: "i-old1" }, { instanceId: "i-old2" }];
    const example = await openExample({ existing }, { instances });
    try {
      expect(await example.stack.preview()).toMatchObject({ ok: true, summary: { read: 3, create: 6 } });
      expect(await example.stack.up()).toMatchObject({ ok: true, summary: { read: 3, create: 6 } });
      expect(example.linked()).toBe("i-old1→network-shop i-old2→network-shop");
      expect(await example.stack.destroy()).toMatchObject({ ok: true });
      expect(example.linked()).toBe("");
    } finally {
      await example.close();
    }
  });
});
