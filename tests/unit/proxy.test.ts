/** Calls through a proxy: what goes through it, what it costs, and what is reported when it does not let them through. */

import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { type Emulator, startEmulator } from "../../emulator";
import { Agents } from "../../provider/ecs/agents";
import type { CredentialsSource } from "../../provider/ecs/credentials";
import { createCredentialsProvider } from "../../provider/ecs/credentials/createProvider";
import { FIXED_ADDRESSES } from "../../provider/ecs/credentials/services";
import { createPopCoreClient } from "../../provider/ecs/popCoreClient";
import { classicLink } from "../../provider/resources/classicLink";
import { connect } from "../../provider/resources/connect";
import { Provider } from "../../provider/resources/provider";
import { SettingError } from "../../provider/settings";
import { failureOf } from "../support/credentials";
import { LINK, optionsOf } from "../support/ecsClient";
import { ecsErrorOf } from "../support/errors";
import { startMetadata } from "../support/metadata";
import { opener } from "../support/opened";
import { startProxy } from "../support/proxy";
import { settingsOf } from "../support/settings";
import { CERTIFICATE, HOSTS, KEY } from "../support/tls";

const PASSWORD = "s3cr3t-PASSWORD";
const CLOUD = { instances: [{ instanceId: "i-a" }], vpcs: [{ vpcId: "vpc-b" }] };
const portOf = (endpoint: string) => Number(new URL(endpoint).port);

const open = opener();
let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator(CLOUD);
});
afterEach(() => void jest.useRealTimers());
afterAll(() => emulator.close());

const agentsOver = (proxy: string) => new Agents(() => `http://user:${PASSWORD}@${proxy}`);
const clientOver = (endpoint: string, proxy: string) =>
  createPopCoreClient({ ...optionsOf(endpoint), agents: agentsOver(proxy) });

/** The error of an attach through a proxy that answers with a status, or lets it through. */
async function errorOver(scheme: "http" | "https", status?: number) {
  const proxy = await open(startProxy({ [HOSTS.ecs]: portOf(emulator.endpoint) }));
  proxy.answer(status);
  const client = clientOver(`${scheme}://${HOSTS.ecs}`, proxy.host);
  return { proxy, error: await ecsErrorOf(client.attach({ ...LINK, instanceId: "i-none" })) };
}

describe("what keeps a call from ECS", () => {
  const ADVICE = /check the proxy too \(CLASSICLINK_PROXY, HTTPS_PROXY, HTTP_PROXY, NO_PROXY\)$/;
  const page = "with an HTML page, probably from a gateway or a proxy";
  const refused = { kind: "configuration", code: "ProxyRefused", mayHaveSucceeded: false };
  const failed = { kind: "transient", code: "ProxyFailed", mayHaveSucceeded: false };
  const gateway = { code: "GatewayRefused", retryTries: 3, mayHaveSucceeded: true };
  test.each<[scheme: "http" | "https", status: number, facts: object, detail: string]>([
    ["https", 407, refused, "HTTP 407"],
    ["https", 403, refused, "HTTP 403"],
    ["https", 502, failed, "HTTP 502"],
    ["https", 503, failed, "HTTP 503"],
    ["http", 407, refused, "HTTP 407"],
    ["http", 502, { code: "UnreadableAnswer" }, `HTTP 502 ${page}`],
    ["http", 403, gateway, `HTTP 403 ${page}`],
  ])("a proxy that answers for %s with %i is named, and not taken for ECS", async (scheme, status, facts, detail) => {
    const { proxy, error } = await errorOver(scheme, status);
    const port = scheme === "https" ? 443 : 80;
    expect(error.facts).toMatchObject(facts);
    expect(error.message).toContain(
      `("${detail} (${scheme}://${HOSTS.ecs}:${port}, through the proxy ${proxy.host})")`,
    );
    expect(error.facts.advice).toMatch(ADVICE);
    expect(error.stack).not.toContain(PASSWORD);
  });

  test.each([
    ["https", "127.0.0.1:1", "ECONNREFUSED (the proxy 127.0.0.1:1, on the way to https://HOST:443)"],
    // A label is empty, so no name server is asked.
    ["http", "proxy..invalid:3128", "(the proxy proxy..invalid:3128, on the way to http://HOST:80)"],
  ])("for %s, a proxy %s that is not there is named, and where the call goes", async (scheme, proxy, told) => {
    const { facts, message } = await ecsErrorOf(clientOver(`${scheme}://${HOSTS.ecs}`, proxy).attach(LINK));
    expect(facts).toMatchObject({ code: "ProxyNotReached", mayHaveSucceeded: false });
    expect(facts.advice).toMatch(/^check the proxy's address/);
    expect(message).toContain(told.replace("HOST", HOSTS.ecs));
    expect(message).not.toContain(PASSWORD);
  });

  test.each(["http", "https"])("a proxy that does not answer for %s ends the call", async (scheme) => {
    const proxy = await open(startProxy({}));
    proxy.answer(0);
    const asked = proxy.next();
    jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "queueMicrotask", "performance"] });
    const failed = ecsErrorOf(clientOver(`${scheme}://${HOSTS.ecs}`, proxy.host).attach(LINK));
    await asked;
    jest.advanceTimersByTime(15_000);
    const { facts, message } = await failed;
    expect(facts.code).toBe("Timeout");
    expect(message).toContain(`through the proxy ${proxy.host}`);
  });

  test("what ECS itself refuses is not blamed on the proxy", async () => {
    const { error } = await errorOver("http");
    expect(error.message).toContain("InvalidInstanceId.NotFound");
    expect(error.message).not.toContain("proxy");
  });

  test("a proxy between us and STS is named too", async () => {
    const proxy = await open(startProxy({}));
    proxy.answer(407);
    const keys: CredentialsSource = { kind: "keys", credentials: { accessKeyId: "LTAI", accessKeySecret: "s" } };
    const role = { arn: "r", sessionName: "s", durationS: 3600, sts: `https://${HOSTS.sts}` };
    const provider = createCredentialsProvider({ kind: "assumedRole", base: keys, role }, agentsOver(proxy.host));
    const { message, isTransient, stack } = await failureOf(provider);
    expect(message).toContain(`(STS: ${HOSTS.sts} was not reached: HTTP 407 (proxy ${proxy.host}))`);
    expect(isTransient).toBe(false);
    expect(stack).not.toContain(PASSWORD);
  });

  test("a proxy that is no address is reported by its setting, for every request", async () => {
    const wrong = new SettingError("HTTPS_PROXY is not the address of a proxy");
    const agents = new Agents(() => {
      throw wrong;
    });
    const provider = createCredentialsProvider({ kind: "uri", uri: `https://${HOSTS.sts}/` }, agents);
    await expect(provider.getCredentials()).rejects.toBe(wrong);
  });
});

test("each scheme has connections of its own through a proxy, and without one, for all hosts", async () => {
  const proxy = "proxy.example:3128";
  const agents = agentsOver(proxy);
  const host = HOSTS.ecs;
  const routes = await Promise.all([
    agents.to(`https://${host}`),
    agents.to(`http://${host}`),
    agents.direct(`https://${host}`),
  ]);
  expect(new Set(routes.map(({ agent }) => agent)).size).toBe(3);
  expect(routes.map((route) => route.proxy)).toEqual([proxy, proxy, undefined]);
  expect(await agents.to(`https://${HOSTS.sts}`)).toBe(routes[0]);
});

test("[16] the configuration of alicloud is enough for STS and ECS behind a proxy, with one tunnel for many calls", async () => {
  const tls = { key: KEY, cert: CERTIFICATE };
  const secure = await open(startEmulator({ ...CLOUD, tls, hosts: Object.values(HOSTS) }));
  const port = portOf(secure.endpoint);
  const proxy = await open(startProxy({ [HOSTS.ecs]: port, [HOSTS.sts]: port }, `user:${PASSWORD}`));
  const settings = settingsOf({
    "alicloud:region": "cn-hangzhou",
    "alicloud:accessKey": "testid",
    "alicloud:secretKey": "testsecret",
    "alicloud:assumeRole": JSON.stringify({ roleArn: "acs:ram::1234567890123456:role/a" }),
    "alicloud:endpoints": JSON.stringify([{ ecs: HOSTS.ecs, sts: HOSTS.sts }]),
    "classiclink:insecure": "true",
    HTTPS_PROXY: `http://user:${PASSWORD}@${proxy.host}`,
  });
  const provider = new Provider(settings, undefined, connect);
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
  const before = timers();
  const { outputs } = await classicLink.create(provider, LINK, {});
  await classicLink.read(provider, outputs, {});
  await classicLink.update(provider, outputs, LINK, {});
  expect(secure.calls().filter(({ outcome }) => outcome === "ok").length).toBeGreaterThanOrEqual(4);
  // None is left that would keep a command alive.
  expect(timers()).toBe(before);
  expect(proxy.asked).toEqual([`CONNECT ${HOSTS.sts}:443`, `CONNECT ${HOSTS.ecs}:443`]);
});

test("[17] the metadata server, whose answer has keys, is never asked through a proxy", async () => {
  const [metadata, proxy] = [await open(startMetadata("web")), await open(startProxy({}))];
  const source: CredentialsSource = { kind: "ecsRole", tokenOnly: false };
  const addresses = { ...FIXED_ADDRESSES, metadata: metadata.endpoint };
  const credentials = await createCredentialsProvider(source, agentsOver(proxy.host), addresses).getCredentials();
  expect([credentials.accessKeyId, proxy.asked]).toEqual(["STS.ecs-1", []]);
});
