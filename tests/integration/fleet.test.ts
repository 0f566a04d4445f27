/** A thousand links through Pulumi's real host of dynamic providers, and a throttle that real calls run into. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { type Emulator, startEmulator } from "../../emulator";
import { ClassicLinksLifecycle } from "../../provider/classicLinks";
import { LISTING_LIFETIME_MS } from "../../provider/ecs/listing";
import { MAX_IN_FLIGHT } from "../../provider/ecs/rateLimiter";
import { connect } from "../../provider/hosts/connect";
import { STORED_LINE_OF_LINKS } from "../../provider/hosts/dynamic/storedLine";
import { Settings } from "../../provider/settings";
import { DynamicHost, HostError, type Props, secretOf } from "../support/dynamicHost";

jest.setTimeout(60_000);

const regionId = "cn-hangzhou";
const vpcId = "vpc-bp1vwnn14rqpyiczj0w24";
/** As long as real ids are. */
const instanceIds = Array.from({ length: 1_000 }, (_, n) => `i-bp67acfmxazb4ph${String(n).padStart(5, "0")}`);
const id = `${regionId}:${vpcId}`;

let emulator: Emulator;
let host: DynamicHost;

beforeAll(async () => {
  emulator = await startEmulator({
    instances: instanceIds.map((instanceId) => ({ instanceId })),
    vpcs: [{ vpcId }, { vpcId: "vpc-other" }],
  });
});
afterAll(() => emulator?.close());
beforeEach(async () => {
  for (const { instanceId } of emulator.links()) emulator.unlink(instanceId);
  emulator.clearCalls();
  host = await DynamicHost.start({});
  await host.configure({
    "classiclink:region": regionId,
    "classiclink:accessKey": "testid",
    "classiclink:secretKey": secretOf("testsecret"),
    "classiclink:endpoint": emulator.endpoint,
  });
});
afterEach(async () => {
  emulator.clearFaults();
  await host?.close();
});

const linkAll = () => {
  for (const instanceId of instanceIds) emulator.link(instanceId, vpcId);
};
const calls = (action: string) => emulator.calls().filter((call) => call.action.startsWith(action));
/** The properties of a ClassicLinks, with the line that its state holds. */
const links = (members: readonly string[], more: Props = {}): Props => ({
  vpcId,
  instanceIds: [...members],
  regionId,
  __provider: STORED_LINE_OF_LINKS,
  ...more,
});
const visible = (props: Props) => Object.fromEntries(Object.entries(props).filter(([name]) => !name.startsWith("__")));

/** Does something with each item, so many at a time. */
async function atOnce<T>(items: readonly T[], parallelism: number, act: (item: T) => Promise<unknown>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await act(item);
  };
  await Promise.all(Array.from({ length: parallelism }, worker));
}

describe("1000 ClassicLink resources", () => {
  test("[9] a refresh of all, eight at a time, costs at most 12 calls", async () => {
    linkAll();
    const found: string[] = [];
    const begunAt = performance.now();
    await atOnce(instanceIds, 8, async (instanceId) => {
      const read = await host.read(`${regionId}:${instanceId}`, { regionId, instanceId, vpcId });
      if (read.properties.vpcId === vpcId) found.push(read.id);
    });
    expect(found.sort()).toEqual(instanceIds.map((instanceId) => `${regionId}:${instanceId}`));
    // A listing answers for ten seconds, which is longer than this takes, but on a machine that is busy with other things.
    const listings = Math.ceil((performance.now() - begunAt) / LISTING_LIFETIME_MS);
    expect(emulator.calls().length).toBeLessThanOrEqual(12 * listings);
  });
});

describe("one ClassicLinks of 1000", () => {
  test("[1] check fills in the region, names a duplicate, and takes no more than 1000", async () => {
    const { vpcId: _, regionId: __, ...rest } = links(instanceIds);
    const { inputs, failures } = await host.check({ ...rest, vpcId });
    expect({ inputs, failures }).toEqual({ inputs: links(instanceIds), failures: [] });
    const twice = await host.check(links(["i-a", "i-a"]));
    expect(twice.failures).toEqual([{ property: "instanceIds[1]", reason: expect.stringContaining("i-a again") }]);
    expect((await host.check(links([...instanceIds, "i-more"]))).failures).toHaveLength(1);
    expect((await host.check(links([]))).failures).toEqual([]);
    expect(emulator.calls()).toEqual([]);
  });

  test("[2] diff knows members in any order, changes them in place, and replaces for another VPC", async () => {
    const olds = links(instanceIds, { movedAway: {} });
    expect(await host.diff(id, olds, links([...instanceIds].reverse()))).toMatchObject({ none: true, replaces: [] });
    expect(await host.diff(id, olds, links(instanceIds.slice(1)))).toMatchObject({ changes: true, replaces: [] });
    expect(await host.diff(id, olds, { ...links(instanceIds), vpcId: "vpc-other" })).toMatchObject({
      replaces: ["vpcId"],
      deleteBeforeReplace: true,
    });
  });

  test("is created with at most 1000 attaches and 25 Describes, read with at most 12, and deleted", async () => {
    const made = await host.create(links(instanceIds));
    expect(made.id).toBe(id);
    expect(visible(made.properties)).toEqual({ vpcId, instanceIds, regionId, movedAway: {} });
    expect(emulator.links()).toHaveLength(1_000);
    expect(calls("Attach")).toHaveLength(1_000);
    expect(calls("Describe").length).toBeLessThanOrEqual(25);

    emulator.clearCalls();
    expect(await host.read(id, made.properties)).toEqual(made);
    expect(emulator.calls().length).toBeLessThanOrEqual(12);

    emulator.clearCalls();
    await host.delete(id, made.properties);
    expect(emulator.links()).toEqual([]);
    expect(calls("Detach")).toHaveLength(1_000);
    expect(calls("Describe").length).toBeLessThanOrEqual(25);
  });

  test("[9] tells drift of a few members, and update repairs just them", async () => {
    linkAll();
    const [gone = "", moved = ""] = instanceIds;
    emulator.unlink(gone);
    emulator.link(moved, "vpc-other");
    const state = links(instanceIds, { movedAway: {} });
    const read = await host.read(id, state);
    expect(visible(read.properties)).toEqual({
      vpcId,
      instanceIds: instanceIds.slice(2),
      regionId,
      movedAway: { [moved]: "vpc-other" },
    });
    emulator.clearCalls();
    const updated = await host.update(id, read.properties, links(instanceIds));
    expect(visible(updated)).toEqual({ vpcId, instanceIds, regionId, movedAway: {} });
    expect(calls("Detach").map(({ params }) => [params.InstanceId, params.VpcId])).toEqual([[moved, "vpc-other"]]);
    expect(
      calls("Attach")
        .map(({ params }) => params.InstanceId)
        .sort(),
    ).toEqual([gone, moved]);
  });

  test("[6] keeps what was linked when some members fail, with the line in the state, and the next update does the rest", async () => {
    const [far = "", near = ""] = instanceIds;
    emulator.link(far, "vpc-other");
    const error = await host.create(links([far, near])).catch((thrown: unknown) => thrown);
    if (!(error instanceof HostError)) throw new Error("it should have failed");
    const { initFailed } = error;
    expect(initFailed).toMatchObject({
      id,
      properties: { instanceIds: [near], movedAway: {}, __provider: STORED_LINE_OF_LINKS },
      reasons: [expect.stringMatching(new RegExp(`^${far}: it is linked to vpc-other.*dependsOn`))],
    });
    emulator.unlink(far);
    const news = links([far, near]);
    expect(await host.diff(id, initFailed?.properties ?? {}, news)).toMatchObject({ changes: true, replaces: [] });
    expect(visible(await host.update(id, initFailed?.properties ?? {}, news))).toMatchObject({
      instanceIds: [far, near],
    });
  });
});

describe("a throttle that real calls run into", () => {
  const QUOTA = 40;
  const WINDOW_MS = 2_500;
  const members = instanceIds.slice(0, 3 * QUOTA);

  test.each([
    ["that says how long", true],
    ["that does not say how long", false],
  ])("%s: links of three windows are made within four, and none fails", async (_, retryAfter) => {
    emulator.injectFault({
      kind: "throttle",
      quota: QUOTA,
      windowMs: WINDOW_MS,
      action: "AttachClassicLinkVpc",
      retryAfter,
    });
    const config = new Map([
      ["classiclink:accessKey", "testid"],
      ["classiclink:secretKey", "testsecret"],
      ["classiclink:endpoint", emulator.endpoint],
    ]);
    const lifecycle = new ClassicLinksLifecycle(await connect(new Settings((key) => config.get(key))));
    const made = await lifecycle.create({ regionId, vpcId, instanceIds: members });
    expect(made.instanceIds).toEqual(members);
    expect(emulator.links()).toHaveLength(members.length);
    const attaches = calls("Attach");
    const [first] = attaches;
    const accepted = attaches.filter(({ outcome }) => outcome === "ok");
    const tookMs = (accepted.at(-1)?.at ?? 0) - (first?.at ?? 0);
    expect(tookMs).toBeGreaterThan(2 * WINDOW_MS);
    expect(tookMs).toBeLessThanOrEqual(4 * WINDOW_MS);
    // In each of the two pauses those that were under way are refused, and the probes that came too early.
    const probes = retryAfter ? 1 : 2;
    expect(attaches.length - accepted.length).toBeLessThanOrEqual(2 * (MAX_IN_FLIGHT + probes));
  });
});
