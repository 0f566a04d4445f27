/** What doctor makes of what it was told: facts in, findings out. */

import { describe, expect, test } from "@jest/globals";
import { checkCall, OPERATIONS } from "../../../cli/doctor/calls";
import { checkCredentials } from "../../../cli/doctor/credentials";
import type { Finding } from "../../../cli/doctor/finding";
import { checkInstance, type InstanceFacts } from "../../../cli/doctor/instance";
import { checkReached, isReached, type Reached } from "../../../cli/doctor/network";
import { checkSettings, checkTargets, type Derived } from "../../../cli/doctor/settings";
import { checkCidr, checkVpc } from "../../../cli/doctor/vpc";
import { wrapped } from "../../../cli/terminal";
import { ProxyRefusal } from "../../../provider/ecs/agents";
import { fault } from "../../../provider/ecs/errorCodes";
import { EcsError } from "../../../provider/ecs/errors";

const NOW = Date.parse("2026-11-26T00:00:00Z");

/** As `state text`, the way people read them. */
const told = (findings: readonly Finding[]) => findings.map(({ state, text }) => `${state} ${text}`);
const worst = (findings: readonly Finding[]) =>
  ["problem", "warning", "ok"].find((state) => findings.some((finding) => finding.state === state));
const about = { operation: "DescribeInstances", detail: "", advice: "do this", mayHaveSucceeded: false } as const;
const failed = (kind: EcsError["kind"], code: string) => new EcsError({ kind, code, ...about });

describe("settings", () => {
  const fine: Derived = {
    regionId: { answer: "cn-x" },
    endpoint: { answer: "https://ecs.x" },
    vpcEndpoint: { answer: "https://vpc.x" },
    isPrivate: true,
    scope: { answer: { organizationId: "26" } },
  };

  test("are reported with their places, and without what may be secret", () => {
    const found = [
      { name: "region", place: "ALICLOUD_REGION", value: "cn-x" },
      { name: "secretKey", place: "ALICLOUD_SECRET_KEY", value: undefined },
      { name: "profile", problem: "--profile has white space" },
    ] as const;
    expect(told(checkSettings(found))).toEqual([
      "ok region is cn-x, from ALICLOUD_REGION",
      "ok secretKey is set, by ALICLOUD_SECRET_KEY",
      "problem --profile has white space",
    ]);
  });

  test("that are ignored are a warning", () => {
    const ignoredSet = { place: "ALIBABACLOUDSTACK_RESOURCE_GROUP", organization: "--organization" };
    expect(told(checkTargets({ ...fine, ignoredSet }))).toContain(
      "warning ALIBABACLOUDSTACK_RESOURCE_GROUP is ignored: it may be for another organization than that of --organization",
    );
  });

  test.each([
    ["nothing missing", {}, "ok"],
    ["no region", { regionId: { error: new Error("no region is configured") } }, "problem"],
    ["no address of ECS", { endpoint: { error: new Error("endpoint is wrong") } }, "problem"],
    ["no address of the VPC service", { vpcEndpoint: { error: new Error("none") } }, "warning"],
    ["no organization on a private cloud", { scope: { answer: {} } }, "warning"],
    ["an organization that is no id", { scope: { error: new Error("is no id") } }, "problem"],
  ])("%s is a finding or fine", (_, change, state) => {
    expect(worst(checkTargets({ ...fine, ...change }))).toBe(state);
  });
});

describe("credentials", () => {
  test.each([
    ["that never end", undefined, "ok"],
    ["for an hour", NOW + 3_600_000, "ok"],
    ["for a minute", NOW + 60_000, "warning"],
    ["that have expired", NOW - 1, "problem"],
  ])("%s", (_, expiresAt, state) => {
    expect(worst(checkCredentials({ answer: { from: "a key pair", expiresAt } }, NOW))).toBe(state);
  });

  test("that cannot be had are a problem, with the reason", () => {
    const error = new Error("profile: there is no such file");
    expect(checkCredentials({ error }, NOW)).toMatchObject([{ state: "problem", advice: error.message }]);
  });
});

describe("the network", () => {
  const CERTIFICATE = { distrust: undefined, names: "DNS:ecs.x", validFrom: NOW, validTo: NOW + 90 * 86_400_000 };
  const fine: Reached = {
    host: "ecs.x",
    port: 443,
    proxy: undefined,
    isInsecure: false,
    resolved: { answer: ["10.0.0.1"] },
    connected: { answer: 2.4 },
    response: { answer: { certificate: CERTIFICATE, skewMs: 900 } },
  };
  const error = (text: string) => ({ error: new Error(text) });
  const certificate = (change: object) => ({
    response: { answer: { certificate: { ...CERTIFICATE, ...change }, skewMs: 900 } },
  });
  const clock = (skewMs: number) => ({ response: { answer: { skewMs } } });

  test("that works is reported in the order of a connection", () => {
    expect(told(checkReached(fine, NOW))).toEqual([
      "ok No proxy is used for ecs.x",
      "ok ecs.x is 10.0.0.1",
      "ok ecs.x:443 accepts connections, after 3 ms",
      "ok The certificate of ecs.x is trusted, until 2027-02-24",
      "ok The clocks of this machine and of the service agree",
    ]);
    expect(isReached(fine)).toBe(true);
  });

  test.each<[string, Partial<Reached>, string, boolean]>([
    ["an unknown name", { resolved: error("ENOTFOUND"), response: error("") }, "problem", false],
    ["a closed port", { connected: error("ECONNREFUSED"), response: error("") }, "problem", false],
    ["a certificate of an unknown authority", certificate({ distrust: "SELF_SIGNED" }), "problem", false],
    ["one that nobody verifies", { ...certificate({ distrust: "SELF_SIGNED" }), isInsecure: true }, "warning", true],
    ["a certificate that ends next week", certificate({ validTo: NOW + 6e8 }), "warning", true],
    ["a clock two minutes off", clock(-120_000), "warning", true],
    ["a clock twenty minutes off", clock(1_200_000), "problem", true],
    ["no answer to HTTP", { response: error("ECONNRESET") }, "problem", false],
    ["a proxy that wants a password", { response: { error: new ProxyRefusal(407) } }, "problem", false],
  ])("%s is a finding", (_, change, state, reached) => {
    const facts = { ...fine, ...change };
    expect([worst(checkReached(facts, NOW)), isReached(facts)]).toEqual([state, reached]);
  });

  test.each([
    ["ERR_TLS_CERT_ALTNAME_INVALID", "it is for DNS:ecs.x", /^use one of these names in the endpoint/],
    ["CERT_HAS_EXPIRED", "it expired on 2027-02-24", /^ask the operator of the cloud/],
    ["CERT_NOT_YET_VALID", "it is valid from 2026-11-26", /^check the clock of this machine/],
    ["SELF_SIGNED_CERT_IN_CHAIN", "this machine does not know who issued it", /NODE_EXTRA_CA_CERTS/],
  ])("a certificate that is refused with %s: %s, and what helps", (distrust, why, advice) => {
    expect(checkReached({ ...fine, ...certificate({ distrust }) }, NOW)).toContainEqual({
      state: "problem",
      text: expect.stringContaining(`The certificate of ecs.x is not trusted: ${why}`),
      advice: expect.stringMatching(advice),
    });
  });
});

describe("permissions", () => {
  test.each([
    ["an answer", undefined, "ok", "ok"],
    ["an instance that is not there", failed("gone", "InvalidInstanceId.NotFound"), "ok", "ok"],
    ["an instance of another", failed("authorisation", "InvalidInstanceId.NotBelong"), "ok", "ok"],
    ["a refusal", failed("authorisation", "Forbidden.RAM"), "problem", "warning"],
    ["an operation that is not offered", failed("retired", "InvalidAction.NotFound"), "problem", "warning"],
    ["a throttle", failed("throttled", "Throttling.User"), "warning", "warning"],
    ["no answer", fault("DescribeInstances", "Timeout", "no answer in 10 s"), "problem", "warning"],
  ])("%s", (_, error, needed, optional) => {
    const asked = error === undefined ? { answer: {} } : { error };
    expect(checkCall(OPERATIONS.links, asked).state).toBe(needed);
    expect(checkCall(OPERATIONS.instance, asked).state).toBe(optional);
  });
});

describe("an instance", () => {
  const details = (change: object = {}) => ({
    details: { answer: { networkType: "classic", status: "Running", vpcId: "", locks: [], ...change } },
  });
  const fine: InstanceFacts = {
    instanceId: "i-a",
    regionId: "cn-x",
    ...details(),
    linkedTo: { answer: undefined },
    wantedVpc: "vpc-1",
    scope: undefined,
  };
  const notOurs = { error: failed("authorisation", "InvalidInstanceId.NotBelong") };

  test.each<[string, Partial<InstanceFacts>, string]>([
    ["in the classic network, not linked", {}, "ok"],
    ["linked to the VPC", { linkedTo: { answer: "vpc-1" } }, "ok"],
    ["linked to another VPC", { linkedTo: { answer: "vpc-2" } }, "problem"],
    ["that is not there", { details: { answer: undefined } }, "problem"],
    ["in a VPC", details({ networkType: "vpc", vpcId: "vpc-9" }), "problem"],
    ["that is starting", details({ status: "Starting" }), "problem"],
    ["that is locked", details({ locks: ["financial"] }), "problem"],
    ["that belongs to another", { linkedTo: notOurs }, "warning"],
    ["that may not be asked for", { details: { error: failed("authorisation", "Forbidden.RAM") } }, "warning"],
  ])("%s", (_, change, state) => {
    expect(worst(checkInstance({ ...fine, ...change }))).toBe(state);
  });

  test("that is hidden on a private cloud is reported with the scope", () => {
    const scope = { organizationId: "27", resourceSetId: "99" };
    const [finding] = checkInstance({ ...fine, details: { answer: undefined }, scope });
    expect(finding).toMatchObject({
      text: "cn-x shows no instance i-a to this key under organization 27 and resource set 99",
      advice: expect.stringMatching(/--organization and --resource-set$/),
    });
  });
});

describe("a VPC", () => {
  const facts = { vpcId: "vpc-1", regionId: "cn-x", scope: undefined };

  test("that is hidden on a private cloud is reported with the scope", () => {
    const error = failed("input", "InvalidVpcId.NotFound");
    const scope = { organizationId: "27" };
    const [finding] = checkVpc({ ...facts, details: { error }, links: { error }, scope });
    expect(finding).toMatchObject({
      text: "cn-x shows no VPC vpc-1 to this key under organization 27 and no resource set",
      advice: expect.stringMatching(/--organization and --resource-set$/),
    });
  });

  test.each([
    ["with ClassicLink on", true, 12, "ok"],
    ["with ClassicLink off", false, 0, "problem"],
    ["whose switch is not told", undefined, 12, "warning"],
    ["that is nearly full", true, 990, "warning"],
    ["that is full", true, 1000, "problem"],
  ])("%s", (_, isClassicLinkEnabled, links, state) => {
    const details = { answer: { cidrBlock: "", isClassicLinkEnabled } };
    expect(worst(checkVpc({ ...facts, details, links: { answer: links } }))).toBe(state);
  });

  test.each([
    ["172.16.0.0/12", "warning", /no custom route to 10\.0\.0\.0\/8/],
    ["10.0.0.0/8", "warning", /vSwitch must lie in 10\.111\.0\.0\/16/],
    ["192.168.4.0/24", "warning", /a route to 192\.168\.0\.0\/16 .* in its operating system/],
    ["100.64.0.0/16", "problem", /cannot reach/],
    ["172.0.0.0/8", "problem", /cannot reach/],
  ])("in %s is told what the documents ask", (cidrBlock, state, text) => {
    expect(checkCidr("vpc-1", cidrBlock)).toEqual([
      expect.objectContaining({ state, text: expect.stringMatching(text) }),
    ]);
  });
});

test("lines fit the terminal", () => {
  expect(wrapped("a line that is longer than forty columns of a terminal", 4, 40)).toEqual([
    "    a line that is longer than forty",
    "    columns of a terminal",
  ]);
});
