import { describe, expect, jest, test } from "@jest/globals";
import type { EcsError } from "../../provider/ecs/errors";
import { ClassicLinkError } from "../../provider/links/errors";
import { PartiallyCreatedError } from "../../provider/resources/partiallyCreated";
import { simulateClock } from "../support/clock";
import { Lifecycle } from "../support/lifecycle";
import {
  done,
  failed,
  fails,
  failsAfterWork,
  fault,
  hangsAfterWork,
  NOTHING,
  refusal,
  run,
  ScriptedEcs,
  works,
} from "../support/scriptedEcs";

const link = { regionId: "cn-hangzhou", instanceId: "i-a", vpcId: "vpc-b" };
const elsewhere = { ...link, vpcId: "vpc-other" };

/** The state of a link whose attach was sent just now. */
const partial = () => ({ ...link, __halfMade: true, __attachedAt: Date.now() });

simulateClock();

/** A cloud in which the instance is linked as given, and a lifecycle over it. */
function cloud(linkedTo?: string) {
  const ecs = new ScriptedEcs();
  if (linkedTo !== undefined) ecs.links.set(link.instanceId, linkedTo);
  return { ecs, lifecycle: new Lifecycle(ecs) };
}

/** Fails, and whether or not it succeeded before, the state must hear of it. */
async function partially(promise: Promise<unknown>): Promise<PartiallyCreatedError> {
  const error = await failed(promise);
  if (error instanceof PartiallyCreatedError) return error;
  throw new Error(`not partially created: ${error.message}`, { cause: error });
}

/** Fails, and there is nothing that the state would have to know. */
async function plainly(promise: Promise<unknown>): Promise<string> {
  const error = await failed(promise);
  expect(error).toBeInstanceOf(ClassicLinkError);
  expect(error).not.toBeInstanceOf(PartiallyCreatedError);
  return error.message;
}

/** Errors with what they are called in the name of a test. */
const named = (errors: readonly EcsError[]) => errors.map((error) => [error.facts.code, error] as const);

/** A signal that aborts after a time on the fake clock. */
function abortedAfter(ms: number): AbortSignal {
  const cancel = new AbortController();
  setTimeout(() => cancel.abort(), ms);
  return cancel.signal;
}

const permanent: [code: string, said: string, advice: string][] = [
  ["OperationDenied", "the vpc has disabled attach", "EnableVpcClassicLink"],
  ["OperationDenied", "the vpc is unable to attach", "EnableVpcClassicLink"],
  ["QuotaExceeded", "", "1000"],
  ["Forbidden.SubUser", "", "ecs:AttachClassicLinkVpc"],
  ["InvalidVpcId.Malformed", "", "vpcId"],
  ["InvalidInstanceId.NotFound", "", "released"],
  ["InvalidInstanceId.MalFormed", "", "classic network"],
  ["InvalidInstanceId.NotBelong", "", "account"],
  ["InvalidInstanceId.LimitedRegion", "", "region"],
  ["SignatureDoesNotMatch", "", "the access key and its secret"],
  ["InvalidTimeStamp.Expired", "", "clock"],
  ["SomethingNew", "", "documentation"],
];

describe("create", () => {
  test("attaches first, and is done when the link is listed", async () => {
    const { ecs, lifecycle } = cloud();
    await done(lifecycle.create(link));
    expect(ecs.called).toEqual(["attach", "describe"]);
    expect(ecs.links).toEqual(new Map([["i-a", "vpc-b"]]));
  });

  test("[4] creating twice makes one link, and the second adopts it and says so", async () => {
    const { ecs, lifecycle } = cloud();
    await done(lifecycle.create(link));
    const reported: string[] = [];
    await done(lifecycle.create(link, { report: (message) => void reported.push(message) }));
    expect(reported).toEqual(["already linked to vpc-b: adopted"]);
    expect(ecs.count("attach")).toBe(2);
    expect(ecs.links.size).toBe(1);
  });

  const saysLinked: [code: string, said: string][] = [
    ["Abs.InvalidInstanceId.MalFormed", ""],
    ["OperationDenied", "the instance is not allow link"],
    ["OperationDenied", "the instance is linked to other vpc"],
    ["OperationDenied", "something that no document says"],
  ];
  test.each(saysLinked)("[4] a link as declared is adopted whatever code says so: %s %j", async (code, said) => {
    const { ecs, lifecycle } = cloud("vpc-b");
    ecs.next("attach", fails(refusal("attach", code, said)));
    await done(lifecycle.create(link));
    expect(ecs.called).toEqual(["attach", "describe"]);
  });

  test("[4] an ECS that accepts a link again makes it no second one", async () => {
    const { ecs, lifecycle } = cloud("vpc-b");
    ecs.next("attach", () => NOTHING);
    await done(lifecycle.create(link));
    expect(ecs.links.size).toBe(1);
  });

  test.each(saysLinked)("[4] a link to another VPC is named and not touched: %s %j", async (code, said) => {
    const { ecs, lifecycle } = cloud("vpc-other");
    ecs.next("attach", fails(refusal("attach", code, said)));
    const { error, afterMs } = await run(lifecycle.create(link));
    expect(error?.message).toMatch(/^cannot link i-a to vpc-b in cn-hangzhou: it is linked to vpc-other/);
    expect(error).not.toBeInstanceOf(PartiallyCreatedError);
    expect(afterMs).toBeLessThan(5_000);
    expect(ecs.count("detach")).toBe(0);
    expect(ecs.links).toEqual(new Map([["i-a", "vpc-other"]]));
  });

  const lost = [
    fault("attach", "ConnectionLost"),
    fault("attach", "Timeout"),
    fault("attach", "UnreadableAnswer"),
    fault("attach", "GatewayRefused"),
    refusal("attach", "InternalError"),
    refusal("attach", "ServiceUnavailable"),
  ];
  test.each(named(lost))("[5] an attach whose answer was lost is not repeated before a check: %s", async (_, error) => {
    const { ecs, lifecycle } = cloud();
    ecs.next("attach", failsAfterWork(error));
    await done(lifecycle.create(link));
    expect(ecs.called).toEqual(["attach", "describe"]);
    expect(ecs.links.get("i-a")).toBe("vpc-b");
  });

  test.each(named(lost))("[5] an attach that never arrived is repeated after a check: %s", async (_, error) => {
    const { ecs, lifecycle } = cloud();
    ecs.next("attach", fails(error));
    await done(lifecycle.create(link));
    expect(ecs.called).toEqual(["attach", "describe", "attach", "describe"]);
  });

  test("[5] a check that fails is repeated before anything else", async () => {
    const { ecs, lifecycle } = cloud();
    ecs.next("attach", failsAfterWork(fault("attach", "ConnectionLost")));
    ecs.next("describe", fails(refusal("describe", "Throttling.User")), fails(fault("describe", "UnreadableAnswer")));
    await done(lifecycle.create(link));
    expect(ecs.called).toEqual(["attach", "describe", "describe", "describe"]);
  });

  test("[5] a link that someone else made to another VPC while the answer was lost is not touched", async () => {
    const { ecs, lifecycle } = cloud();
    ecs.next("attach", () => {
      ecs.links.set("i-a", "vpc-other");
      throw fault("attach", "ConnectionLost");
    });
    expect(await plainly(lifecycle.create(link))).toContain("linked to vpc-other");
    expect(ecs.called.slice(0, 2)).toEqual(["attach", "describe"]);
    expect(ecs.links).toEqual(new Map([["i-a", "vpc-other"]]));
  });

  test("a host that was never reached is asked again without a check", async () => {
    const { ecs, lifecycle } = cloud();
    ecs.next("attach", fails(fault("attach", "ConnectionRefused")));
    await done(lifecycle.create(link));
    expect(ecs.called).toEqual(["attach", "attach", "describe"]);
  });

  test("a locked instance is waited for, and the wait is reported", async () => {
    const { ecs, lifecycle } = cloud();
    ecs.next("attach", ...Array(5).fill(fails(refusal("attach", "InvalidStatus.InstanceLocked"))));
    const reported: string[] = [];
    await done(lifecycle.create(link, { report: (message) => void reported.push(message) }));
    expect(ecs.count("attach")).toBe(6);
    // Once, because a busy instance may be linked as wanted, and at the end.
    expect(ecs.count("describe")).toBe(2);
    expect(reported[0]).toBe("locked, 0 s of at most 10 min, 2 calls");
  });

  test("a denial that the listing contradicts is taken for a listing that lags behind", async () => {
    const { ecs, lifecycle } = cloud();
    const denied = fails(refusal("attach", "OperationDenied", "the instance is not allow link"));
    ecs.next("attach", denied, denied);
    await done(lifecycle.create(link));
    expect(ecs.called).toEqual(["attach", "describe", "attach", "describe", "attach", "describe"]);
  });

  test("a denial that the listing goes on to contradict is reported as what it is, after two minutes", async () => {
    const { ecs, lifecycle } = cloud();
    await jest.advanceTimersByTimeAsync(100_000);
    ecs.always("attach", fails(refusal("attach", "OperationDenied", "the instance is not allow link")));
    const { error, afterMs } = await run(lifecycle.create(link));
    expect(error?.message).toContain('OperationDenied ("the instance is not allow link"), request R-1');
    expect(error).not.toBeInstanceOf(PartiallyCreatedError);
    expect(afterMs).toBeGreaterThanOrEqual(120_000);
    expect(afterMs).toBeLessThan(150_000);
  });

  test("a link that is listed late is waited for", async () => {
    const { ecs, lifecycle } = cloud();
    ecs.lagDescribes = 7;
    await done(lifecycle.create(link));
    expect(ecs.count("describe")).toBe(8);
    expect(ecs.count("attach")).toBe(1);
  });

  test("a link that is listed late is polled less and less often", async () => {
    jest.spyOn(Math, "random").mockReturnValue(0.5);
    const { ecs, lifecycle } = cloud();
    ecs.lagDescribes = 7;
    const from = performance.now();
    await done(lifecycle.create(link));
    const polledAt = ecs.calls.filter(({ method }) => method === "describe").map(({ at }) => at - from);
    expect(polledAt).toEqual([0, 250, 750, 1_750, 3_750, 6_750, 9_750, 12_750]);
  });

  test("[4] an ECS that refuses to describe instances without a link does not end the wait for the link", async () => {
    const { ecs, lifecycle } = cloud();
    const unlinked = fails(refusal("describe", "InvalidInstanceId.NotFound"));
    ecs.next("describe", unlinked, unlinked);
    await done(lifecycle.create(link));
    expect(ecs.links.get("i-a")).toBe("vpc-b");
  });

  test.each(permanent)("a permanent refusal is reported at once: %s %s", async (code, said, advice) => {
    const { ecs, lifecycle } = cloud();
    ecs.next("attach", fails(refusal("attach", code, said)));
    const outcome = await run(lifecycle.create(link));
    expect(outcome.afterMs).toBe(0);
    expect(outcome.error).not.toBeInstanceOf(PartiallyCreatedError);
    expect(outcome.error?.message).toContain(`cannot link i-a to vpc-b in cn-hangzhou: AttachClassicLinkVpc: ${code}`);
    expect(outcome.error?.message).toContain(advice);
    expect(ecs.count("attach")).toBe(1);
  });

  test.each(["InvalidApi.NotFound", "InvalidAction.NotFound"])(
    "a code that gateways in trouble give too is believed only when it stays for some seconds: %s",
    async (code) => {
      const { ecs, lifecycle } = cloud();
      ecs.next("attach", fails(refusal("attach", code)));
      await done(lifecycle.create(link));
      ecs.always("attach", fails(refusal("attach", code)));
      const { error, afterMs } = await run(lifecycle.create({ ...link, instanceId: "i-b" }));
      expect(error?.message).toContain("check regionId and endpoint");
      expect(error).not.toBeInstanceOf(PartiallyCreatedError);
      expect(afterMs).toBeGreaterThan(2_000);
      expect(afterMs).toBeLessThan(30_000);
    },
  );

  test("[5] a proxy that refuses each attach is believed after some seconds, and the state keeps the link", async () => {
    const { ecs, lifecycle } = cloud();
    ecs.always("attach", fails(fault("attach", "GatewayRefused")));
    const { error, afterMs } = await run(lifecycle.create(link));
    expect(error).toBeInstanceOf(PartiallyCreatedError);
    expect(ecs.called).toEqual([...Array(4).fill(["attach", "describe"])].flat());
    expect(afterMs).toBeGreaterThan(2_000);
    expect(afterMs).toBeLessThan(30_000);
  });

  test("[5] an attach that the last refusal of a proxy hid is found", async () => {
    const { ecs, lifecycle } = cloud();
    const refused = fault("attach", "GatewayRefused");
    ecs.next("attach", ...Array(3).fill(fails(refused)), failsAfterWork(refused));
    await done(lifecycle.create(link));
    expect(ecs.count("attach")).toBe(4);
    expect(ecs.links.get("i-a")).toBe("vpc-b");
  });

  test("a check that is refused for the same reason is not quoted beside the refusal, and one for another reason is", async () => {
    const { ecs, lifecycle } = cloud();
    ecs.always("attach", fails(refusal("attach", "SignatureDoesNotMatch")));
    ecs.always("describe", fails(refusal("describe", "SignatureDoesNotMatch")));
    expect(await plainly(lifecycle.create(link))).not.toContain("DescribeClassicLinkInstances");
    ecs.always("describe", fails(refusal("describe", "Forbidden.RAM")));
    expect(await plainly(lifecycle.create(link))).toContain("DescribeClassicLinkInstances");
  });

  test("an instance that is released while its link is awaited is never called linked", async () => {
    const { ecs, lifecycle } = cloud();
    ecs.next("attach", (work) => {
      ecs.released.add("i-a");
      return work();
    });
    expect(await failed(lifecycle.create(link, { timeoutMs: 30_000 }))).toBeInstanceOf(ClassicLinkError);
  });

  test("[13] an instance that stays locked ends with the timeout, and is not partially created", async () => {
    const { ecs, lifecycle } = cloud();
    ecs.always("attach", fails(refusal("attach", "InvalidStatus.InstanceLocked", "locked")));
    const { error, afterMs } = await run(lifecycle.create(link, { timeoutMs: 30_000 }));
    expect(afterMs).toBe(30_000);
    expect(error).not.toBeInstanceOf(PartiallyCreatedError);
    expect(error?.message).toMatch(/not done within 30 s.*\d+ calls in 30 s.*InstanceLocked.*request R-1/);
  });

  test("[13] without a timeout of its own it ends after ten minutes", async () => {
    const { ecs, lifecycle } = cloud();
    ecs.always("attach", fails(refusal("attach", "InvalidStatus.InstanceLocked")));
    expect((await run(lifecycle.create(link))).afterMs).toBe(600_000);
  });
});

describe("[6] partially created", () => {
  test("is a link that was accepted and is not listed in time", async () => {
    const { ecs, lifecycle } = cloud();
    ecs.lagDescribes = Number.POSITIVE_INFINITY;
    const error = await partially(lifecycle.create(link, { timeoutMs: 20_000 }));
    expect(error.id).toBe("cn-hangzhou:i-a");
    expect(error.properties).toMatchObject(link);
    expect(error.reasons).toEqual([expect.stringMatching(/^cannot link i-a to vpc-b .*not listed.*next pulumi up/)]);
    expect(error.message).toBe(error.reasons[0]);
  });

  test("is a link whose answer was lost, when no check succeeds after it", async () => {
    const { ecs, lifecycle } = cloud();
    ecs.next("attach", failsAfterWork(fault("attach", "ConnectionLost")));
    ecs.always("describe", fails(refusal("describe", "Throttling.User")));
    const error = await partially(lifecycle.create(link, { timeoutMs: 20_000 }));
    expect(error.reasons[0]).toMatch(/not done within 20 s \(throttled\).*ConnectionLost/);
  });

  test("is a link that was accepted and may not be listed", async () => {
    const { ecs, lifecycle } = cloud();
    ecs.always("describe", fails(refusal("describe", "Forbidden.SubUser")));
    const error = await partially(lifecycle.create(link));
    expect(error.reasons[0]).toContain("ecs:DescribeClassicLinkInstances");
  });

  test("[14] is a link whose create is cancelled while its request is under way", async () => {
    const { ecs, lifecycle } = cloud();
    ecs.next("attach", hangsAfterWork);
    const outcome = await run(lifecycle.create(link, { signal: abortedAfter(3_000) }));
    expect(outcome.afterMs).toBe(3_000);
    expect(outcome.error).toBeInstanceOf(PartiallyCreatedError);
    expect(outcome.error?.message).toContain("cancelled");
    expect(ecs.links.get("i-a")).toBe("vpc-b");
  });

  test("[14] is a link whose create is cancelled after it was accepted", async () => {
    const { ecs, lifecycle } = cloud();
    ecs.lagDescribes = Number.POSITIVE_INFINITY;
    const outcome = await run(lifecycle.create(link, { signal: abortedAfter(3_000) }));
    expect(outcome.afterMs).toBe(3_000);
    expect(outcome.error).toBeInstanceOf(PartiallyCreatedError);
  });

  test("[14] is not a link whose create is cancelled while the instance is locked", async () => {
    const { ecs, lifecycle } = cloud();
    ecs.always("attach", fails(refusal("attach", "InvalidStatus.InstanceLocked")));
    const { error, afterMs } = await run(lifecycle.create(link, { signal: abortedAfter(3_000) }));
    expect(afterMs).toBe(3_000);
    expect(error).not.toBeInstanceOf(PartiallyCreatedError);
    expect(error?.message).toMatch(/^cannot link i-a to vpc-b in cn-hangzhou: cancelled.* after .*InstanceLocked/);
  });

  test("[14] is not a link whose request never left, because the region was throttled", async () => {
    const ecs = new ScriptedEcs();
    ecs.next("attach", fails(refusal("attach", "Throttling.User")));
    jest.spyOn(Math, "random").mockReturnValue(0);
    // The second try waits at the gate, which stays closed for longer than there is time.
    const { error, afterMs } = await run(new Lifecycle(ecs).create(link, { timeoutMs: 500 }));
    expect(error).not.toBeInstanceOf(PartiallyCreatedError);
    expect(error?.message).toContain("Throttling.User");
    expect(afterMs).toBe(500);
    expect(ecs.count("attach")).toBe(1);
  });

  test("is not a link whose request was never sent, for lack of credentials", async () => {
    const { ecs, lifecycle } = cloud();
    jest.spyOn(ecs, "attach").mockRejectedValue(new Error("the profile gave no credentials"));
    expect(await plainly(lifecycle.create(link))).toBe(
      "cannot link i-a to vpc-b in cn-hangzhou: the profile gave no credentials",
    );
  });

  test("[14] is nothing when the cancel comes before the first request", async () => {
    const { ecs, lifecycle } = cloud();
    expect(await plainly(lifecycle.create(link, { signal: AbortSignal.abort() }))).toContain("cancelled");
    expect(ecs.calls).toEqual([]);
  });

  test("[20] can be created again, as after a crash, and is adopted", async () => {
    const { ecs, lifecycle } = cloud();
    ecs.next("attach", hangsAfterWork);
    await partially(lifecycle.create(link, { signal: abortedAfter(1_000) }));
    await done(lifecycle.create(link));
    expect(ecs.links.size).toBe(1);
  });
});

describe("update", () => {
  test("[7] checks first, and changes nothing without a reason", async () => {
    const { ecs, lifecycle } = cloud("vpc-b");
    await done(lifecycle.update(link, link));
    expect(ecs.called).toEqual(["describe"]);
  });

  test("[6] finishes a link that was partially created", async () => {
    const { ecs, lifecycle } = cloud();
    await done(lifecycle.update(link, link));
    expect(ecs.called).toEqual(["describe", "attach", "describe"]);
    expect(ecs.links.get("i-a")).toBe("vpc-b");
  });

  test("[4] does not touch a link to another VPC, and names it", async () => {
    const { ecs, lifecycle } = cloud("vpc-other");
    expect(await plainly(lifecycle.update(link, link))).toContain("linked to vpc-other");
    expect(ecs.count("attach")).toBe(0);
    expect(ecs.links).toEqual(new Map([["i-a", "vpc-other"]]));
  });

  test("does not call a link its own find: nothing is said to be adopted", async () => {
    const reported: string[] = [];
    const { lifecycle } = cloud("vpc-b");
    await done(lifecycle.update(link, link, { report: (message) => void reported.push(message) }));
    expect(reported).toEqual([]);
  });

  test("[9] acts on nothing it cannot see", async () => {
    const { ecs, lifecycle } = cloud();
    ecs.always("describe", fails(refusal("describe", "Forbidden.RAM")));
    await failed(lifecycle.update(link, link));
    expect(ecs.count("attach")).toBe(0);
  });

  test("attaches an instance that ECS does not know as linked by refusing to describe it", async () => {
    const { ecs, lifecycle } = cloud();
    ecs.next("describe", fails(refusal("describe", "InvalidInstanceId.NotFound")));
    await done(lifecycle.update(link, link));
    expect(ecs.links.get("i-a")).toBe("vpc-b");
  });
});

describe("[9] read", () => {
  test("gives a listed link as it is", async () => {
    expect(await done(cloud("vpc-b").lifecycle.read(link))).toEqual({
      id: "cn-hangzhou:i-a",
      outputs: link,
      inputs: link,
    });
  });

  test("gives the VPC that it is linked to now", async () => {
    const found = await done(cloud("vpc-other").lifecycle.read(link));
    expect(found?.outputs).toEqual({ ...elsewhere, __movedFrom: "vpc-b" });
  });

  test.each(["cn-hangzhou:i-a", "i-a"])("[10] finds a link by its id alone: %s", async (id) => {
    expect((await done(cloud("vpc-b").lifecycle.find(id)))?.outputs).toEqual(link);
  });

  test("[10] a link that does not exist is not found, and that is an error", async () => {
    expect(await plainly(cloud().lifecycle.find("i-a"))).toBe(
      "i-a is not linked in cn-hangzhou; check the id and the region",
    );
  });

  test("gives nothing for an instance without a link", async () => {
    expect(await done(cloud().lifecycle.read(link))).toBeUndefined();
  });

  test.each(["InvalidInstanceId.NotFound", "Forbidden.InstanceNotFound", "InvalidInstanceId.MalFormed"])(
    "gives nothing for an instance that is gone: %s",
    async (code) => {
      const { ecs, lifecycle } = cloud();
      ecs.always("describe", fails(refusal("describe", code)));
      expect(await done(lifecycle.read(link))).toBeUndefined();
    },
  );

  const noProof = [
    "Forbidden.RAM",
    "InvalidInstanceId.NotBelong",
    "InvalidVpc.NotBelong",
    "InvalidRegionId.NotFound",
    "InvalidSecurityToken.Expired",
    "SomethingNew",
  ];
  test.each(noProof)("is an error when ECS says %s: that is no proof of absence", async (code) => {
    const { ecs, lifecycle } = cloud("vpc-b");
    ecs.always("describe", fails(refusal("describe", code)));
    const { error, afterMs } = await run(lifecycle.read(link));
    expect(error).toBeInstanceOf(ClassicLinkError);
    expect(error?.message).toMatch(new RegExp(`^cannot read the link of i-a in cn-hangzhou: .*${code}`));
    expect(afterMs).toBe(0);
  });

  const passing = [
    refusal("describe", "Throttling.User"),
    refusal("describe", "InternalError"),
    fault("describe", "ConnectionLost"),
    fault("describe", "UnreadableAnswer"),
    fault("describe", "Timeout"),
  ];
  test.each(named(passing))("retries a transient error: %s", async (_, error) => {
    const { ecs, lifecycle } = cloud("vpc-b");
    ecs.next("describe", fails(error), fails(error));
    expect((await done(lifecycle.read(link)))?.outputs).toEqual(link);
  });

  test.each(named(passing))("[13] is an error when that does not pass, in a time that ends: %s", async (_, error) => {
    const { ecs, lifecycle } = cloud("vpc-b");
    ecs.always("describe", fails(error));
    const outcome = await run(lifecycle.read(link));
    expect(outcome.error).toBeInstanceOf(ClassicLinkError);
    expect(outcome.afterMs).toBeLessThanOrEqual(300_000);
  });

  test("[11] reading again gives the same, from fewer calls", async () => {
    const { ecs, lifecycle } = cloud("vpc-b");
    expect(await done(lifecycle.read(link))).toEqual(await done(lifecycle.read(link)));
    expect(ecs.count("describe")).toBeLessThanOrEqual(2);
  });

  test("[11] after a delete is never answered from what was listed before", async () => {
    const { ecs, lifecycle } = cloud("vpc-b");
    for (let n = 0; n < 250; n += 1) ecs.links.set(`i-${n}`, "vpc-b");
    const all = [...ecs.links.keys()].map((instanceId) => lifecycle.read({ ...link, instanceId }));
    await done(Promise.all(all));
    await done(lifecycle.delete(link));
    expect(await done(lifecycle.read(link))).toBeUndefined();
  });
});

describe("[12] delete", () => {
  test("detaches, and is done when the link is no longer listed", async () => {
    const { ecs, lifecycle } = cloud("vpc-b");
    await done(lifecycle.delete(link));
    expect(ecs.called).toEqual(["detach", "describe"]);
    expect(ecs.links.size).toBe(0);
  });

  test("works twice", async () => {
    const { ecs, lifecycle } = cloud("vpc-b");
    await done(lifecycle.delete(link));
    await done(lifecycle.delete(link));
    expect(ecs.links.size).toBe(0);
  });

  test("an ECS that accepts a detach of what is not linked is believed", async () => {
    const { ecs, lifecycle } = cloud();
    ecs.next("detach", () => NOTHING);
    await done(lifecycle.delete(link));
    expect(ecs.called).toEqual(["detach", "describe"]);
  });

  test("does not touch a link that someone else made to another VPC", async () => {
    const { ecs, lifecycle } = cloud("vpc-other");
    await done(lifecycle.delete(link));
    expect(ecs.links).toEqual(new Map([["i-a", "vpc-other"]]));
    expect(ecs.calls.filter(({ method }) => method === "detach").map(({ query }) => query)).toEqual([link]);
  });

  test.each(["InvalidInstanceId.NotFound", "InvalidInstanceId.MalFormed", "Forbidden.InstanceNotFound"])(
    "an instance that is gone, or no longer in the classic network, has no link: %s",
    async (code) => {
      const { ecs, lifecycle } = cloud();
      ecs.always("detach", fails(refusal("detach", code)));
      ecs.always("describe", fails(refusal("describe", code)));
      await done(lifecycle.delete(link));
      expect(ecs.count("detach")).toBe(1);
    },
  );

  test.each(["InvalidVpcId.Malformed", "OperationDenied", "SomethingNew"])(
    "a VPC that is gone holds no link, whatever is said of it: %s",
    async (code) => {
      const { ecs, lifecycle } = cloud();
      ecs.always("detach", fails(refusal("detach", code)));
      await done(lifecycle.delete(link));
      expect(ecs.called.slice(0, 2)).toEqual(["detach", "describe"]);
    },
  );

  test.each(["InvalidVpcId.Malformed", "InvalidStatus.Other", "QuotaExceeded"])(
    "a refusal of a link that is still there is reported at once: %s",
    async (code) => {
      const { ecs, lifecycle } = cloud("vpc-b");
      ecs.always("detach", fails(refusal("detach", code)));
      const { error, afterMs } = await run(lifecycle.delete(link));
      expect(error?.message).toMatch(
        new RegExp(`^cannot unlink i-a from vpc-b in cn-hangzhou: .*${code}.*request R-1`),
      );
      expect(afterMs).toBe(0);
    },
  );

  test("is reported plainly when ECS no longer has the action", async () => {
    const { ecs, lifecycle } = cloud("vpc-b");
    ecs.always("detach", fails(refusal("detach", "InvalidAction.NotFound")));
    ecs.always("describe", fails(refusal("describe", "InvalidAction.NotFound")));
    expect(await plainly(lifecycle.delete(link))).toContain("InvalidAction.NotFound");
  });

  test("[9] what may not be detached or seen is an error", async () => {
    const { ecs, lifecycle } = cloud("vpc-b");
    ecs.always("detach", fails(refusal("detach", "Forbidden.SubUser")));
    expect(await plainly(lifecycle.delete(link))).toContain("ecs:DetachClassicLinkVpc");
  });

  const lost = [
    fault("detach", "ConnectionLost"),
    fault("detach", "Timeout"),
    fault("detach", "UnreadableAnswer"),
    fault("detach", "GatewayRefused"),
    refusal("detach", "InternalError"),
  ];
  test.each(named(lost))("[5] a detach whose answer was lost is not repeated before a check: %s", async (_, error) => {
    const { ecs, lifecycle } = cloud("vpc-b");
    ecs.next("detach", failsAfterWork(error));
    await done(lifecycle.delete(link));
    expect(ecs.count("detach")).toBe(1);
    expect(ecs.called[1]).toBe("describe");
  });

  test.each(named(lost))("[5] a detach that never arrived is repeated after a check: %s", async (_, error) => {
    const { ecs, lifecycle } = cloud("vpc-b");
    ecs.next("detach", fails(error));
    await done(lifecycle.delete(link));
    expect(ecs.called.slice(0, 3)).toEqual(["detach", "describe", "detach"]);
    expect(ecs.links.size).toBe(0);
  });

  test("[9] a proxy that refuses every call is believed after some seconds, and proves nothing", async () => {
    const { ecs, lifecycle } = cloud("vpc-b");
    ecs.always("detach", fails(fault("detach", "GatewayRefused")));
    ecs.always("describe", fails(fault("describe", "GatewayRefused")));
    const calls: Promise<unknown>[] = [lifecycle.delete(link), lifecycle.read(link)];
    for (const failing of calls) {
      const { error, afterMs } = await run(failing);
      expect(error?.message).toContain("GatewayRefused");
      expect(afterMs).toBeLessThan(60_000);
    }
    expect(ecs.links.get("i-a")).toBe("vpc-b");
  });

  test("[5] a link that someone else made while the answer was lost is not detached", async () => {
    const { ecs, lifecycle } = cloud("vpc-b");
    ecs.next("detach", (work) => {
      work();
      ecs.links.set("i-a", "vpc-other");
      throw fault("detach", "ConnectionLost");
    });
    await done(lifecycle.delete(link));
    expect(ecs.count("detach")).toBe(1);
    expect(ecs.links.get("i-a")).toBe("vpc-other");
  });

  test("a locked instance is waited for", async () => {
    const { ecs, lifecycle } = cloud("vpc-b");
    ecs.next("detach", ...Array(5).fill(fails(refusal("detach", "InvalidStatus.InstanceLocked"))), works);
    await done(lifecycle.delete(link));
    expect(ecs.count("detach")).toBe(6);
    expect(ecs.links.size).toBe(0);
  });

  const notListedYet: [what: string, at: () => object][] = [
    ["whose attach was sent just now", partial],
    ["in a state of 0.1.0, which does not say when", () => ({ ...link, __halfMade: true })],
  ];
  describe.each(notListedYet)("[6] a partially created link %s", (_, state) => {
    test("is removed when ECS makes it only seconds later", async () => {
      const { ecs, lifecycle } = cloud();
      setTimeout(() => ecs.links.set("i-a", "vpc-b"), 20_000);
      await done(lifecycle.delete({ ...state() }));
      expect(ecs.links.size).toBe(0);
    });

    test("that never came about is done with after two minutes", async () => {
      const { lifecycle } = cloud();
      const { error, afterMs } = await run(lifecycle.delete({ ...state() }));
      expect(error).toBeUndefined();
      expect(afterMs).toBeGreaterThanOrEqual(120_000);
      // Polled every five seconds, plus or minus a fifth.
      expect(afterMs).toBeLessThanOrEqual(126_000);
    });

    test.each([
      ["its instance is locked", refusal("detach", "InvalidStatus.InstanceLocked")],
      ["the first request gets lost", fault("detach", "ConnectionLost")],
    ])("is removed, also when it is listed late and %s", async (_, error) => {
      const { ecs, lifecycle } = cloud();
      ecs.lagDescribes = 4;
      await ecs.attach(link);
      ecs.next("detach", fails(error));
      await done(lifecycle.delete({ ...state() }));
      expect(ecs.links.size).toBe(0);
    });

    test("that never came about keeps a locked instance waiting for little more than two minutes", async () => {
      jest.spyOn(Math, "random").mockReturnValue(0.5);
      const { ecs, lifecycle } = cloud();
      ecs.always("detach", fails(refusal("detach", "InvalidStatus.InstanceLocked")));
      const { error, afterMs } = await run(lifecycle.delete({ ...state() }));
      expect(error).toBeUndefined();
      // The eleventh wait for the lock begins before the two minutes are over, and ends 26 s after them.
      expect(afterMs).toBeLessThan(147_000);
    });
  });

  test("[12] a partially created link whose attach was sent long ago, and that is not there, is done with at once", async () => {
    const { lifecycle } = cloud();
    const { error, afterMs } = await run(lifecycle.delete({ ...partial(), __attachedAt: Date.now() - 120_000 }));
    expect({ error, afterMs }).toEqual({ error: undefined, afterMs: 0 });
  });

  test("[6] a refresh keeps a partially created link that is not listed yet, and when its attach was sent", async () => {
    const state = partial();
    expect((await done(cloud().lifecycle.read(state)))?.outputs).toEqual(state);
  });

  test("[6] a refresh completes a partially created link that is listed", async () => {
    expect((await done(cloud("vpc-b").lifecycle.read(partial())))?.outputs).toEqual(link);
  });

  test("[6] a refresh drops a partially created link whose instance is linked elsewhere: that one was never ours", async () => {
    expect(await done(cloud("vpc-other").lifecycle.read(partial()))).toBeUndefined();
  });

  test("a link that is listed for a while after its end is waited for", async () => {
    const { ecs, lifecycle } = cloud("vpc-b");
    ecs.lagDescribes = 7;
    await done(lifecycle.delete(link));
    expect(ecs.count("describe")).toBe(8);
    expect(ecs.count("detach")).toBe(1);
  });

  test("a second detach that the listing contradicts ends once the listing has caught up", async () => {
    const { ecs, lifecycle } = cloud("vpc-b");
    ecs.lagDescribes = 6;
    await done(lifecycle.delete(link));
    await done(lifecycle.delete(link));
    expect(ecs.links.size).toBe(0);
  });

  test("[13] a link that stays listed ends with the timeout, whose error says what was seen", async () => {
    const { ecs, lifecycle } = cloud("vpc-b");
    ecs.lagDescribes = Number.POSITIVE_INFINITY;
    const { error, afterMs } = await run(lifecycle.delete(link, { timeoutMs: 20_000 }));
    expect(afterMs).toBe(20_000);
    expect(error?.message).toMatch(/^cannot unlink i-a from vpc-b .*not done within 20 s.*still listed.*calls in 20 s/);
  });

  test("[13] a refusal that the listing contradicts to the end is reported, and not called a detach", async () => {
    const { ecs, lifecycle } = cloud("vpc-b");
    ecs.always("detach", fails(refusal("detach", "InvalidInstanceId.MalFormed")));
    const sentence = await plainly(lifecycle.delete(link, { timeoutMs: 20_000 }));
    expect(sentence).toContain("InvalidInstanceId.MalFormed");
  });

  test("[14] a cancel ends it at once", async () => {
    const { ecs, lifecycle } = cloud("vpc-b");
    ecs.next("detach", hangsAfterWork);
    const { error, afterMs } = await run(lifecycle.delete(link, { signal: abortedAfter(1_500) }));
    expect(afterMs).toBe(1_500);
    expect(error?.message).toContain("cancelled");
  });
});
