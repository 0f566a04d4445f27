import { describe, expect, jest, test } from "@jest/globals";
import { ClassicLinkError } from "../../provider/links/errors";
import { PartiallyCreatedError } from "../../provider/resources/partiallyCreated";
import { simulateClock } from "../support/clock";
import { type Lifecycle, world } from "../support/lifecycle";
import {
  done,
  failed,
  fails,
  failsAfterWork,
  fault,
  hangsAfterWork,
  type Method,
  plainly,
  refusal,
  run,
  type ScriptedEcs,
} from "../support/scriptedEcs";

const link = { regionId: "cn-hangzhou", instanceId: "i-a", vpcId: "vpc-b" };

/** Where the instance is linked. */
type Links = Readonly<Record<string, string>>;
const NONE: Links = {};
const LINKED: Links = { "i-a": "vpc-b" };
const ELSEWHERE: Links = { "i-a": "vpc-other" };

/** The state of a link whose attach was sent just now. */
const partial = () => ({ ...link, __halfMade: true, __attachedAt: Date.now() });

simulateClock();

type Change = "create" | "update" | "delete";
const change = (one: Lifecycle, operation: Change, context?: object): Promise<unknown> =>
  operation === "update" ? one.update(link, link, context) : one[operation](link, context);

/** What goes wrong. */
type Script = (ecs: ScriptedEcs) => unknown;
const nothing: Script = () => {};
const attachLost = fault("attach", "ConnectionLost");
const attachHangs: Script = (ecs) => ecs.next("attach", hangsAfterWork);
const attachLocked = refusal("attach", "InvalidStatus.InstanceLocked");
const attachDenied = refusal("attach", "OperationDenied", "the instance is not allow link");
const staysLocked: Script = (ecs) => ecs.lock("i-a");
const staysDenied: Script = (ecs) => ecs.always("attach", fails(attachDenied));
const unchecked: Script = (ecs) => ecs.refuse("describe", "Forbidden.SubUser");
const refusedByProxy: Script = (ecs) => {
  for (const method of ["attach", "detach", "describe"] as const) {
    ecs.always(method, fails(fault(method, "GatewayRefused")));
  }
};
const listedLate: Script = (ecs) => {
  ecs.lagDescribes = 7;
};
const neverListed: Script = (ecs) => {
  ecs.lagDescribes = Number.POSITIVE_INFINITY;
};

/** A signal that aborts after a time on the fake clock. */
function abortedAfter(ms: number): AbortSignal {
  const cancel = new AbortController();
  setTimeout(() => cancel.abort(), ms);
  return cancel.signal;
}

const calls = (times: number, each: string) => Array(times).fill(each).join(" ");

describe("the calls of a change that succeeds:", () => {
  const lostAfterWork: Script = (ecs) => ecs.next("attach", failsAfterWork(attachLost));
  const lostThenUnchecked: Script = (ecs) => {
    lostAfterWork(ecs);
    ecs.fail(refusal("describe", "Throttling.User"), fault("describe", "UnreadableAnswer"));
  };
  const unreached: Script = (ecs) => ecs.fail(fault("attach", "ConnectionRefused"));
  const deniedTwice: Script = (ecs) => ecs.fail(attachDenied, attachDenied);
  const lockedThrice: Script = (ecs) => ecs.fail(attachLocked, attachLocked, attachLocked);
  const lockUnchecked: Script = (ecs) => ecs.fail(attachLocked, fault("describe", "ConnectionLost"));
  const notDescribed: Script = (ecs) => ecs.fail(refusal("describe", "InvalidInstanceId.NotFound"));
  const hiddenByProxy: Script = (ecs) => {
    const refused = fault("attach", "GatewayRefused");
    ecs.fail(refused, refused, refused);
    ecs.next("attach", failsAfterWork(refused));
  };
  const detachLost = fault("detach", "ConnectionLost");
  const detachedAndLost: Script = (ecs) => ecs.next("detach", failsAfterWork(detachLost));
  const detachDenied: Script = (ecs) => ecs.fail(refusal("detach", "OperationDenied"));

  test.each<[name: string, operation: Change, links: Links, script: Script, calls: string]>([
    ["attaches first, and is done when it is listed", "create", NONE, nothing, "attach describe"],
    ["[5] a lost attach, done", "create", NONE, lostAfterWork, "attach describe"],
    ["[5] a lost attach, not done", "create", NONE, (ecs) => ecs.fail(attachLost), calls(2, "attach describe")],
    ["[5] a check that fails is made again", "create", NONE, lostThenUnchecked, "attach describe describe describe"],
    ["an attach that was never sent, without a check", "create", NONE, unreached, "attach attach describe"],
    ["a denial that a listing contradicts is retried", "create", NONE, deniedTwice, calls(3, "attach describe")],
    ["[5] a proxy hides an attach in its last refusal", "create", NONE, hiddenByProxy, calls(4, "attach describe")],
    ["a lock is checked once", "create", NONE, lockedThrice, "attach describe attach attach attach describe"],
    ["a check of a lock is made again", "create", NONE, lockUnchecked, calls(2, "attach describe")],
    ["[7] without a reason it only checks", "update", LINKED, nothing, "describe"],
    ["[6] what is partially created is finished", "update", NONE, nothing, "describe attach describe"],
    ["[4] a check is refused for an unlinked instance", "update", NONE, notDescribed, "describe attach describe"],
    ["[12] detaches first, and is done when not listed", "delete", LINKED, nothing, "detach describe"],
    ["[12] there is no link", "delete", NONE, nothing, "detach describe"],
    ["[12] a denial that a listing contradicts", "delete", LINKED, detachDenied, calls(2, "detach describe")],
    ["[5] a lost detach, done", "delete", LINKED, detachedAndLost, "detach describe"],
    ["[5] a lost detach, not done", "delete", LINKED, (ecs) => ecs.fail(detachLost), calls(2, "detach describe")],
    ["a link that stays listed for a while", "delete", LINKED, listedLate, `detach ${calls(8, "describe")}`],
  ])("%s: %s", async (_, operation, links, script, called) => {
    const { ecs, one } = world(links);
    script(ecs);
    await done(change(one, operation));
    expect(ecs.called.join(" ")).toBe(called);
    expect(ecs.now).toEqual(operation === "delete" ? NONE : LINKED);
    if (script === nothing || operation === "update") expect(one.reported).toStrictEqual([]);
    // What was lost is no link of others.
    expect(one.reported.join()).not.toContain("adopted");
    if (script === lockedThrice) expect(one.reported[0]).toBe("locked, 0 s of at most 10 min, 2 calls");
  });
});

test.each<[name: string, Script, Method, times: number[]]>([
  ["a link that is listed late", listedLate, "describe", [0, 250, 750, 1_750, 3_750, 6_750, 9_750, 12_750]],
  ["a denial that the listing contradicts", staysDenied, "attach", [0, 500, 1_500, 3_500, 7_500, 15_500, 23_500]],
])("%s is asked for less and less often", async (_, script, asked, times) => {
  jest.spyOn(Math, "random").mockReturnValue(0.5);
  const { ecs, one } = world();
  script(ecs);
  const from = performance.now();
  await run(one.create(link, { timeoutMs: 25_000 }));
  expect(ecs.calls.filter(({ method }) => method === asked).map(({ at }) => at - from)).toEqual(times);
});

test("[4] [20] creating twice, as after a crash, makes one link, and the second adopts it and says so", async () => {
  const { ecs, one } = world();
  const heard: string[] = [];
  const hear = (message: string) => void heard.push(message);
  await done(one.create(link, { report: hear, progress: hear }));
  expect(heard).toStrictEqual([]);
  await done(one.create(link));
  expect(one.reported).toEqual(["already linked to vpc-b: adopted"]);
  expect([ecs.now, ecs.count("attach")]).toEqual([LINKED, 2]);
});

test.each(["create", "update"] as const)(
  "[4] %s does not touch a link to another VPC, and names it",
  async (operation) => {
    const { ecs, one } = world(ELSEWHERE);
    const { error, afterMs } = await run(change(one, operation));
    expect(error?.message).toMatch(/^cannot link i-a to vpc-b in cn-hangzhou: it is linked to vpc-other/);
    expect(error).not.toBeInstanceOf(PartiallyCreatedError);
    expect(afterMs).toBeLessThan(5_000);
    expect([ecs.now, ecs.count("detach")]).toEqual([ELSEWHERE, 0]);
    expect(one.reported).toEqual([expect.stringMatching(/^linked elsewhere, 0 s of at most 10 min, [12] calls?$/)]);
  },
);

test("[12] [25] a delete does not touch a link that someone else made to another VPC, and says so", async () => {
  const { ecs, one } = world(ELSEWHERE);
  await done(one.delete(link));
  expect(one.reported).toEqual(["linked to vpc-other by someone else: that link stays"]);
  expect(one.warnings).toHaveLength(0);
  expect([ecs.now, ecs.changes("detach")]).toEqual([ELSEWHERE, ["i-a vpc-b"]]);
});

test("[5] a link that someone else made while the answer to an attach was lost is not touched", async () => {
  const { ecs, one } = world();
  ecs.next("attach", () => {
    ecs.links.set("i-a", "vpc-other");
    throw attachLost;
  });
  expect(await plainly(one.create(link))).toContain("linked to vpc-other");
  expect([ecs.now, ecs.count("detach")]).toEqual([ELSEWHERE, 0]);
});

describe("[9] a permanent refusal of ECS ends each call at once:", () => {
  test.each<[code: string, detail: string, advice: string, read: "is an error" | "proves that it is gone"]>([
    ["OperationDenied", "the vpc has disabled attach", "EnableVpcClassicLink", "is an error"],
    ["QuotaExceeded", "", "1000", "is an error"],
    ["Forbidden.SubUser", "", "ecs:AttachClassicLinkVpc", "is an error"],
    ["InvalidVpcId.Malformed", "", "vpcId", "is an error"],
    ["SomethingNew", "", "documentation", "is an error"],
    ["InvalidInstanceId.NotFound", "", "released", "proves that it is gone"],
    ["InvalidInstanceId.MalFormed", "", "classic network", "proves that it is gone"],
  ])("%s %j says %j, and a read %s", async (code, detail, advice, read) => {
    const { ecs, one } = world();
    ecs.fail(refusal("attach", code, detail));
    const created = await run(one.create(link));
    expect([created.afterMs, ecs.count("attach")]).toEqual([0, 1]);
    expect(created.error).not.toBeInstanceOf(PartiallyCreatedError);
    expect(created.error?.message).toContain(`cannot link i-a to vpc-b in cn-hangzhou: AttachClassicLinkVpc: ${code}`);
    expect(created.error?.message).toContain(advice);

    // What is not linked is deleted, whatever is said of it.
    ecs.refuse("detach", code, detail);
    await done(one.delete(link));
    expect(ecs.count("detach")).toBe(1);

    ecs.refuse("describe", code, detail);
    if (read === "proves that it is gone") {
      expect(await done(one.read(link))).toBeUndefined();
      await done(one.delete(link));
      expect(ecs.count("detach")).toBe(2);
      return;
    }
    const { error, afterMs } = await run(one.read(link));
    expect(error).toBeInstanceOf(ClassicLinkError);
    expect(error?.message).toMatch(new RegExp(`^cannot read the link of i-a in cn-hangzhou: .*${code}`));
    expect(afterMs).toBe(0);
    const next = world();
    next.ecs.refuse("describe", code, detail);
    await failed(next.one.update(link, link));
    expect(next.ecs.count("attach")).toBe(0);
  });

  test("a check that is refused for the same reason is not quoted beside the refusal, and one for another reason is", async () => {
    const { ecs, one } = world();
    ecs.refuse("attach", "SignatureDoesNotMatch");
    ecs.refuse("describe", "SignatureDoesNotMatch");
    expect(await plainly(one.create(link))).not.toContain("DescribeClassicLinkInstances");
    ecs.refuse("describe", "Forbidden.RAM");
    expect(await plainly(one.create(link))).toContain("DescribeClassicLinkInstances");
  });
});

describe("a failure comes after its time, and leaves a link in the state only where one may exist:", () => {
  const partially = "partially created";
  const SHORT = { timeoutMs: 20_000 };
  const cancelled = () => ({ signal: abortedAfter(3_000) });
  const lostAndUnchecked: Script = (ecs) => {
    ecs.next("attach", failsAfterWork(attachLost));
    ecs.refuse("describe", "Throttling.User");
  };
  const detachHangs: Script = (ecs) => ecs.next("detach", hangsAfterWork);
  const detachRefused: Script = (ecs) => ecs.refuse("detach", "InvalidInstanceId.MalFormed");
  const releasedMeanwhile: Script = (ecs) =>
    ecs.next("attach", (work) => {
      ecs.released.add("i-a");
      return work();
    });
  const releasedAfterLoss: Script = (ecs) =>
    ecs.next("attach", () => {
      ecs.released.add("i-a");
      throw attachLost;
    });
  const unreachable: Script = (ecs) => {
    for (const method of ["attach", "describe"] as const) ecs.always(method, fails(fault(method, "ConnectionLost")));
  };
  const throttled: Script = (ecs) => ecs.refuse("attach", "Throttling.User");
  const detachOverQuota: Script = (ecs) => ecs.refuse("detach", "QuotaExceeded");
  const unsent: Script = (ecs) => jest.spyOn(ecs, "attach").mockRejectedValue(new Error("no credentials"));
  const seconds = (least: number, most = least) => [least * 1_000, most * 1_000] as const;
  const [NOW, SOON] = [seconds(0), seconds(2, 60)];

  type Row = [
    name: string,
    operation: Change,
    script: Script,
    context: () => object,
    takes: readonly [leastMs: number, mostMs: number],
    says: RegExp,
    left: "partially created" | "nothing",
  ];
  test.each<Row>([
    ["[6] never listed", "create", neverListed, () => SHORT, seconds(20), /not listed yet.*next pulumi up/, partially],
    ["[6] lost", "create", lostAndUnchecked, () => SHORT, seconds(20), /20 s \(throttled\).*ConnectionLost/, partially],
    ["[6] check refused", "create", unchecked, () => ({}), NOW, /ecs:DescribeClassicLinkInstances/, partially],
    ["[14] cancelled under way", "create", attachHangs, cancelled, seconds(3), /cancelled/, partially],
    ["[14] cancelled when accepted", "create", neverListed, cancelled, seconds(3), /cancelled/, partially],
    ["[5] refused by a proxy", "create", refusedByProxy, () => ({}), SOON, /GatewayRefused.*next pulumi up/, partially],
    ["[13] locked", "create", staysLocked, () => SHORT, seconds(20), /calls in 20 s.*InstanceLocked.*R-1/, "nothing"],
    ["[13] locked, by default", "create", staysLocked, () => ({}), seconds(600), /not done within 10 min/, "nothing"],
    ["[14] cancelled when locked", "create", staysLocked, cancelled, seconds(3), /cancelled.*Locked/, "nothing"],
    [
      "[13] contradicted",
      "create",
      staysDenied,
      () => SHORT,
      seconds(20),
      /\(ECS denies.* but lists none\)/,
      "nothing",
    ],
    ["denied", "create", staysDenied, () => ({}), seconds(120, 150), /"the instance is not allow link"/, "nothing"],
    ["not sent", "create", unsent, () => ({}), NOW, /^cannot link i-a to vpc-b in .*: no credentials$/, "nothing"],
    ["released", "create", releasedMeanwhile, () => SHORT, seconds(0, 20), /InvalidInstanceId\.NotFound/, "nothing"],
    [
      "released after a loss",
      "create",
      releasedAfterLoss,
      () => SHORT,
      seconds(0, 20),
      /stanceId\.NotFound/,
      "nothing",
    ],
    ["unreachable", "create", unreachable, () => ({}), seconds(120, 130), /: \w+: ConnectionLost.*next pul/, partially],
    ["[14] cancelled before", "create", nothing, () => ({ signal: AbortSignal.abort() }), NOW, /cancelled/, "nothing"],
    ["throttled", "create", throttled, () => SHORT, seconds(20), /Throttling\.User/, "nothing"],
    ["refused", "delete", detachOverQuota, () => ({}), NOW, /^cannot unlink i-a from vpc-b in .*Quota.*R-1/, "nothing"],
    ["[9] refused by a proxy", "delete", refusedByProxy, () => ({}), SOON, /GatewayRefused/, "nothing"],
    ["[13] still listed", "delete", neverListed, () => SHORT, seconds(20), /20 s.*still listed.*in 20 s/, "nothing"],
    [
      "[13] contradicted",
      "delete",
      detachRefused,
      () => SHORT,
      seconds(20),
      /\(ECS denies.*lists the link\).*Malformed/i,
      "nothing",
    ],
    ["[14] cancelled under way", "delete", detachHangs, cancelled, seconds(3), /^cannot unlink.*cancelled/, "nothing"],
  ])("%s: %s", async (_, operation, script, context, [least, most], says, left) => {
    const { ecs, one } = world(operation === "create" ? NONE : LINKED);
    script(ecs);
    const { error, afterMs } = await run(change(one, operation, context()));
    expect(error?.message).toMatch(says);
    expect(error?.constructor).toBe(left === "nothing" ? ClassicLinkError : PartiallyCreatedError);
    const properties = { ...link, __halfMade: true, __attachedAt: expect.any(Number) };
    if (left === partially)
      expect(error).toMatchObject({ id: "cn-hangzhou:i-a", properties, reasons: [error?.message] });
    expect(afterMs).toBeGreaterThanOrEqual(least);
    expect(afterMs).toBeLessThanOrEqual(most);
  });
});

describe("[9] read", () => {
  const movedState = { ...link, vpcId: "vpc-other", __movedFrom: "vpc-b" };
  test.each<[name: string, links: Links, state: () => object, outputs: (state: object) => object | undefined]>([
    ["gives a listed link as it is", LINKED, () => link, (state) => state],
    [
      "leaves out what another host has hidden",
      LINKED,
      () => ({ ...link, __provider: "x", __timeouts: {} }),
      () => link,
    ],
    ["gives the VPC that it is linked to now", ELSEWHERE, () => link, () => movedState],
    ["gives nothing for an instance without a link", NONE, () => link, () => undefined],
    ["[6] keeps what is partially created and not listed yet, with its time", NONE, partial, (state) => state],
    ["[6] completes what is partially created and listed", LINKED, partial, () => link],
    [
      "[6] drops what is partially created and linked elsewhere: it was never ours",
      ELSEWHERE,
      partial,
      () => undefined,
    ],
  ])("%s", async (_, links, made, outputs) => {
    const state = made();
    expect((await done(world(links).one.read({ ...state }, {})))?.outputs).toEqual(outputs(state));
  });

  test.each<[links: Links, drift: string[]]>([
    [LINKED, []],
    [NONE, ["drift: i-a is no longer linked to vpc-b"]],
    [ELSEWHERE, ["drift: i-a is linked to vpc-other, no longer to vpc-b"]],
  ])("with the links %j reports %j", async (links, drift) => {
    const { one } = world(links);
    await done(one.read(link));
    expect(one.reported).toStrictEqual(drift);
  });

  test("[10] a link is found by its id alone, and one that does not exist is an error", async () => {
    const found = { id: "cn-hangzhou:i-a", outputs: link, inputs: link };
    for (const id of ["cn-hangzhou:i-a", "i-a"]) expect(await done(world(LINKED).one.find(id))).toEqual(found);
    const sentence = "i-a is not linked in cn-hangzhou; check the id and the region";
    expect(await plainly(world().one.find("i-a"))).toBe(sentence);
  });

  test.each([refusal("describe", "Throttling.User"), fault("describe", "ConnectionLost")])(
    "[13] retries $facts.code, which is an error when it does not pass, in a time that ends",
    async (error) => {
      const { ecs, one } = world(LINKED);
      ecs.fail(error, error);
      expect((await done(one.read(link)))?.outputs).toEqual(link);
      ecs.always("describe", fails(error));
      const outcome = await run(one.read({ ...link, instanceId: "i-b" }));
      expect(outcome.error).toBeInstanceOf(ClassicLinkError);
      expect(outcome.afterMs).toBeLessThanOrEqual(300_000);
    },
  );

  test("is an error where a proxy refuses every call: that proves nothing", async () => {
    const { ecs, one } = world(LINKED);
    refusedByProxy(ecs);
    expect((await failed(one.read(link))).message).toContain("GatewayRefused");
  });

  test("[11] after a delete is never answered from what was listed before", async () => {
    const { ecs, one } = world(LINKED);
    for (let n = 0; n < 250; n += 1) ecs.links.set(`i-${n}`, "vpc-b");
    await done(Promise.all([...ecs.links.keys()].map((instanceId) => one.read({ ...link, instanceId }))));
    await done(one.delete(link));
    expect(await done(one.read(link))).toBeUndefined();
  });
});

describe("[6] the delete of a partially created link", () => {
  test.each([
    ["whose attach was sent just now", partial],
    ["in a state of 0.1.0, which does not say when", () => ({ ...link, __halfMade: true })],
  ])("%s removes it when ECS makes it only seconds later", async (_, state) => {
    const { ecs, one } = world();
    setTimeout(() => ecs.links.set("i-a", "vpc-b"), 20_000);
    await done(one.delete(state()));
    expect(ecs.now).toEqual(NONE);
    expect(one.reported[0]).toMatch(/^attached less than 2 min ago, may be listed late, 0 s/);
  });

  test.each<[script: Script, mostMs: number]>([
    // Polled every five seconds, plus or minus a fifth.
    [nothing, 126_000],
    // The eleventh wait for the lock begins before the two minutes are over, and ends 26 s after them.
    [staysLocked, 147_000],
  ])(
    "that never came about is done after two minutes, or little more if the instance is locked",
    async (script, most) => {
      jest.spyOn(Math, "random").mockReturnValue(0.5);
      const { ecs, one } = world();
      script(ecs);
      const { error, afterMs } = await run(one.delete(partial()));
      expect(error).toBeUndefined();
      expect(afterMs).toBeGreaterThanOrEqual(120_000);
      expect(afterMs).toBeLessThanOrEqual(most);
    },
  );

  test.each([refusal("detach", "InvalidStatus.InstanceLocked"), fault("detach", "ConnectionLost")])(
    "removes it, also when it is listed late, after $facts.code",
    async (error) => {
      const { ecs, one } = world();
      ecs.lagDescribes = 4;
      await ecs.attach(link);
      ecs.fail(error);
      await done(one.delete(partial()));
      expect(ecs.now).toEqual(NONE);
    },
  );

  test.each<[what: string, links: Links, leastMs: number, mostMs: number]>([
    ["is done at once if ECS accepted and no longer lists it", LINKED, 0, 0],
    ["waits for two minutes if it found no link", NONE, 120_000, 126_000],
  ])("after the delete of another resource for the same link %s", async (_, links, least, most) => {
    jest.spyOn(Math, "random").mockReturnValue(0.5);
    const { one } = world(links);
    await done(one.delete(link));
    const { error, afterMs } = await run(one.delete(partial()));
    expect(error).toBeUndefined();
    expect(afterMs).toBeGreaterThanOrEqual(least);
    expect(afterMs).toBeLessThanOrEqual(most);
  });

  test("fails if ECS refuses it for good: that the link is not listed proves nothing yet", async () => {
    const { ecs, one } = world();
    ecs.refuse("detach", "Forbidden.SubUser");
    expect(await plainly(one.delete(partial()))).toContain("Forbidden.SubUser");
  });
});

test("[12] a partially created link whose attach was sent long ago, and that is not there, is done with at once", async () => {
  const { error, afterMs } = await run(world().one.delete({ ...partial(), __attachedAt: Date.now() - 120_000 }));
  expect({ error, afterMs }).toEqual({ error: undefined, afterMs: 0 });
});

test.each(["create", "read", "update", "delete"] as const)(
  "[12] a %s calls ECS in the region of the state and the inputs, whatever region is configured",
  async (operation) => {
    const far = { regionId: "cn-beijing", vpcId: "vpc-b" };
    for (const [kind, state] of [
      ["one", { ...far, instanceId: "i-a" }],
      ["many", { ...far, instanceIds: ["i-a"] }],
    ] as const) {
      const { ecs, [kind]: resource } = world(LINKED);
      await done<unknown>(operation === "update" ? resource.update(state, state) : resource[operation](state));
      expect([...new Set(ecs.calls.map(({ query }) => query.regionId))]).toEqual(["cn-beijing"]);
    }
  },
);
