/** What doctor finds: facts in, findings out. */

import { describe, expect, test } from "@jest/globals";
import { checkCall, OPERATIONS } from "../../../cli/doctor/calls";
import { checkCredentials } from "../../../cli/doctor/credentials";
import type { Finding } from "../../../cli/doctor/finding";
import { checkInstance, type InstanceFacts } from "../../../cli/doctor/instance";
import { checkReached, isReached, type Reached } from "../../../cli/doctor/network";
import { checkSettings, checkTargets, type Derived } from "../../../cli/doctor/settings";
import { checkCidr, checkVpc } from "../../../cli/doctor/vpc";
import { ProxyRefusal } from "../../../provider/ecs/agents";
import { fault } from "../../../provider/ecs/errorCodes";
import { EcsError } from "../../../provider/ecs/errors";

const NOW = Date.parse("2026-11-26T00:00:00Z");
const DAY_MS = 86_400_000;

/** As `state text`, the way people read them. */
const told = (findings: readonly Finding[]) => findings.map(({ state, text }) => `${state} ${text}`);
const worst = (findings: readonly Finding[]) =>
  ["problem", "warning", "ok"].find((state) => findings.some((finding) => finding.state === state));
const wrong = (text: string) => ({ error: new Error(text) });
const about = { operation: "DescribeInstances", detail: "", advice: "do this", mayHaveSucceeded: false } as const;
const failed = (kind: EcsError["kind"], code: string) => ({ error: new EcsError({ kind, code, ...about }) });

const TARGETS: Derived = {
  regionId: { answer: "cn-x" },
  endpoint: { answer: "https://ecs.x" },
  vpcEndpoint: { answer: "https://vpc.x" },
  isPrivate: true,
  scope: { answer: { organizationId: "26" } },
};
const targets = (change: Partial<Derived>) => checkTargets({ ...TARGETS, ...change });
const ignoredSet = { place: "ALIBABACLOUDSTACK_RESOURCE_GROUP", organization: "--organization" };
const keysUntil = (expiresAt?: number) => checkCredentials({ answer: { from: "a key pair", expiresAt } }, NOW);

const CLASSIC = { networkType: "classic", status: "Running", vpcId: "", locks: [] };
const FACTS: InstanceFacts = {
  instanceId: "i-a",
  regionId: "cn-x",
  details: { answer: CLASSIC },
  linkedTo: { answer: undefined },
  wantedVpc: "vpc-1",
  scope: undefined,
};
const instance = (change: Partial<InstanceFacts>) => checkInstance({ ...FACTS, ...change });
const details = (change: object) => instance({ details: { answer: { ...CLASSIC, ...change } } });
const vpc = (isClassicLinkEnabled: boolean | undefined, links: number) => {
  const place = { vpcId: "vpc-1", regionId: "cn-x", scope: undefined };
  return checkVpc({ ...place, details: { answer: { cidrBlock: "", isClassicLinkEnabled } }, links: { answer: links } });
};

test.each<[state: Finding["state"], what: string, findings: readonly Finding[]]>([
  ["ok", "settings with nothing missing", targets({})],
  ["problem", "no region", targets({ regionId: wrong("no region is configured") })],
  ["problem", "no address of ECS", targets({ endpoint: wrong("endpoint is wrong") })],
  ["warning", "no address of the VPC service", targets({ vpcEndpoint: wrong("none") })],
  ["warning", "no organization on a private cloud", targets({ scope: { answer: {} } })],
  ["problem", "an organization that is no id", targets({ scope: wrong("is no id") })],
  ["warning", "a resource set that is ignored", targets({ ignoredSet })],
  ["ok", "keys that never end", keysUntil()],
  ["ok", "keys for an hour", keysUntil(NOW + 3_600_000)],
  ["warning", "keys for a minute", keysUntil(NOW + 60_000)],
  ["problem", "keys that have expired", keysUntil(NOW - 1)],
  ["problem", "keys that cannot be read", checkCredentials(wrong("profile: there is no such file"), NOW)],
  ["ok", "an instance in the classic network, not linked", instance({})],
  ["ok", "an instance linked to the VPC", instance({ linkedTo: { answer: "vpc-1" } })],
  ["problem", "an instance linked to another VPC", instance({ linkedTo: { answer: "vpc-2" } })],
  ["problem", "an instance that is not there", instance({ details: { answer: undefined } })],
  ["problem", "an instance in a VPC", details({ networkType: "vpc", vpcId: "vpc-9" })],
  ["problem", "an instance that is starting", details({ status: "Starting" })],
  ["problem", "an instance that is locked", details({ locks: ["financial"] })],
  [
    "warning",
    "an instance of another account",
    instance({ linkedTo: failed("authorisation", "InvalidInstanceId.NotBelong") }),
  ],
  ["warning", "an instance that the key may not read", instance({ details: failed("authorisation", "Forbidden.RAM") })],
  ["ok", "a VPC with ClassicLink on", vpc(true, 12)],
  ["problem", "a VPC with ClassicLink off", vpc(false, 0)],
  ["warning", "a VPC whose switch is unknown", vpc(undefined, 12)],
  ["warning", "a VPC that is nearly full", vpc(true, 990)],
  ["problem", "a VPC that is full", vpc(true, 1000)],
])("reports %s for %s", (state, _, findings) => {
  expect(worst(findings)).toBe(state);
});

test("settings are reported with their places, and without what may be secret", () => {
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

describe("the network", () => {
  const CERTIFICATE = { distrust: undefined, names: "DNS:ecs.x", validFrom: NOW, validTo: NOW + 90 * DAY_MS };
  const fine: Reached = {
    host: "ecs.x",
    port: 443,
    proxy: undefined,
    isInsecure: false,
    resolved: { answer: ["10.0.0.1"] },
    connected: { answer: 2.4 },
    response: { answer: { certificate: CERTIFICATE, skewMs: 900 } },
  };
  const certificate = (change: object) => ({
    response: { answer: { certificate: { ...CERTIFICATE, ...change }, skewMs: 900 } },
  });
  const clock = (skewMs: number) => ({ response: { answer: { skewMs } } });
  const unknown = certificate({ distrust: "SELF_SIGNED" });

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

  test.each<[string, string, Partial<Reached>, boolean]>([
    ["problem", "an unknown name", { resolved: wrong("ENOTFOUND"), response: wrong("") }, false],
    ["problem", "a closed port", { connected: wrong("ECONNREFUSED"), response: wrong("") }, false],
    ["problem", "a certificate of an unknown authority", unknown, false],
    ["warning", "a certificate that nobody verifies", { ...unknown, isInsecure: true }, true],
    ["warning", "a certificate that ends next week", certificate({ validTo: NOW + 7 * DAY_MS }), true],
    ["warning", "a clock two minutes off", clock(-120_000), true],
    ["problem", "a clock twenty minutes off", clock(1_200_000), true],
    ["problem", "no answer to HTTP", { response: wrong("ECONNRESET") }, false],
    ["problem", "a proxy that wants a password", { response: { error: new ProxyRefusal(407) } }, false],
  ])("reports a %s for %s", (state, _, change, reached) => {
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

test.each([
  ["an answer", "ok", "ok", { answer: {} }],
  ["an instance that is not there", "ok", "ok", failed("gone", "InvalidInstanceId.NotFound")],
  ["an instance of another account", "ok", "ok", failed("authorisation", "InvalidInstanceId.NotBelong")],
  ["a refusal", "problem", "warning", failed("authorisation", "Forbidden.RAM")],
  ["an operation that is not offered", "problem", "warning", failed("retired", "InvalidAction.NotFound")],
  ["a throttle", "warning", "warning", failed("throttled", "Throttling.User")],
  ["no answer", "problem", "warning", { error: fault("DescribeInstances", "Timeout", "no answer in 10 s") }],
])("a call that gets %s is reported as %s if links need it, and as %s if not", (_, needed, optional, asked) => {
  expect([OPERATIONS.links, OPERATIONS.instance].map((one) => checkCall(one, asked).state)).toEqual([needed, optional]);
});

test("what is hidden on a private cloud is reported with the scope", () => {
  const scope = { organizationId: "27", resourceSetId: "99" };
  const under = "to this key under organization 27 and resource set 99";
  const none = failed("input", "InvalidVpcId.NotFound");
  const [ofVpc] = checkVpc({ vpcId: "vpc-1", regionId: "cn-x", details: none, links: none, scope });
  const [ofInstance] = instance({ details: { answer: undefined }, scope });
  expect([ofVpc?.text, ofInstance?.text]).toEqual([
    `cn-x shows no VPC vpc-1 ${under}`,
    `cn-x shows no instance i-a ${under}`,
  ]);
  expect(ofInstance?.advice).toMatch(/--organization and --resource-set$/);
});

test.each([
  ["172.16.0.0/12", "warning", /no custom route to 10\.0\.0\.0\/8/],
  ["10.0.0.0/8", "warning", /vSwitch must lie in 10\.111\.0\.0\/16/],
  ["192.168.4.0/24", "warning", /a route to 192\.168\.0\.0\/16 .* in its operating system/],
  ["172.0.0.0/8", "problem", /cannot reach/],
])("a VPC in %s is a %s, with what the documents require", (cidrBlock, state, text) => {
  expect(checkCidr("vpc-1", cidrBlock)).toMatchObject([{ state, text: expect.stringMatching(text) }]);
});
