/** Calls through a proxy: what goes through it, what it costs, and what is told when it does not let them through. */

import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { type Emulator, startEmulator } from "../../emulator";
import { Agents } from "../../provider/ecs/agents";
import { createPopCoreClient } from "../../provider/ecs/popCoreClient";
import { classicLink } from "../../provider/resources/classicLink";
import { connect } from "../../provider/resources/connect";
import { Provider } from "../../provider/resources/provider";
import { SettingError, Settings } from "../../provider/settings";
import { ecsErrorOf } from "../support/errors";
import { failureOf } from "../support/credentials";
import { createCredentialsProvider } from "../../provider/ecs/credentials/createProvider";
import { type ProxyServer, startProxy } from "../support/proxy";
import { CERTIFICATE, HOSTS, KEY } from "../support/tls";

const PASSWORD = "s3cr3t-PASSWORD";
const link = { regionId: "cn-hangzhou", instanceId: "i-a", vpcId: "vpc-b" };
const CLOUD = { instances: [{ instanceId: "i-a" }], vpcs: [{ vpcId: "vpc-b" }] };
const portOf = (endpoint: string) => Number(new URL(endpoint).port);

let emulator: Emulator;
const closing: { close(): Promise<void> | undefined }[] = [];
beforeAll(async () => {
  emulator = await startEmulator(CLOUD);
});
afterEach(async () => {
  jest.useRealTimers();
  for (const { instanceId } of emulator.links()) emulator.unlink(instanceId);
  await Promise.all(closing.splice(0).map((server) => server.close()));
});
afterAll(() => emulator.close());

async function proxyWith(ports: Readonly<Record<string, number>> = {}, password?: string): Promise<ProxyServer> {
  const proxy = await startProxy(ports, password);
  closing.push(proxy);
  return proxy;
}

const clientOver = (endpoint: string, proxy: string) => {
  const credentials = { accessKeyId: "testid", accessKeySecret: "testsecret" };
  return createPopCoreClient({
    endpointOf: () => endpoint,
    credentials: { getCredentials: async () => credentials },
    agents: new Agents(() => `http://user:${PASSWORD}@${proxy}`),
  });
};

describe("an endpoint of http", () => {
  test("is called through the proxy, over connections that stay open", async () => {
    const proxy = await proxyWith({ [HOSTS.ecs]: portOf(emulator.endpoint) }, `user:${PASSWORD}`);
    const client = clientOver(`http://${HOSTS.ecs}`, proxy.host);
    await client.attach(link);
    await client.detach(link);
    expect((await client.describe({ regionId: "cn-hangzhou", instanceIds: ["i-a"] })).links).toEqual([]);
    expect(proxy.asked).toEqual(Array(3).fill(`POST http://${HOSTS.ecs}/`));
    expect(proxy.connections()).toBe(1);
  });
});

describe("what keeps a call from ECS", () => {
  const refused: [status: number, code: string, kind: string][] = [
    [407, "ProxyRefused", "configuration"],
    [403, "ProxyRefused", "configuration"],
    [502, "ProxyFailed", "transient"],
    [503, "ProxyFailed", "transient"],
  ];
  test.each(refused)("a proxy that answers %i is %s, and not taken for ECS", async (status, code, kind) => {
    const proxy = await proxyWith();
    proxy.answer(status);
    const { facts, message, stack } = await ecsErrorOf(clientOver(`https://${HOSTS.ecs}`, proxy.host).attach(link));
    expect(facts).toMatchObject({ code, kind, mayHaveSucceeded: false });
    expect(message).toBe(
      `AttachClassicLinkVpc: ${code} ("HTTP ${status} (https://${HOSTS.ecs}:443, through the proxy ${proxy.host})")`,
    );
    expect(facts.advice).toMatch(/; check the proxy too \(CLASSICLINK_PROXY, HTTPS_PROXY, HTTP_PROXY, NO_PROXY\)$/);
    expect(stack).not.toContain(PASSWORD);
  });

  test("a proxy that nobody runs is named", async () => {
    const { facts, message } = await ecsErrorOf(clientOver(`https://${HOSTS.ecs}`, "127.0.0.1:1").attach(link));
    expect(facts).toMatchObject({ code: "ProxyNotReached", mayHaveSucceeded: false });
    expect(message).toContain(`("ECONNREFUSED (the proxy 127.0.0.1:1, on the way to https://${HOSTS.ecs}:443)")`);
    expect(message).not.toContain(PASSWORD);
  });

  test("a proxy whose name has no address is named, and not the endpoint", async () => {
    const { facts, message } = await ecsErrorOf(clientOver(`http://${HOSTS.ecs}`, "proxy.invalid:3128").attach(link));
    expect(facts).toMatchObject({
      code: "ProxyNotReached",
      advice: expect.stringMatching(/^check the proxy's address/),
    });
    expect(message).toContain(`(the proxy proxy.invalid:3128, on the way to http://${HOSTS.ecs}:80)`);
  });

  test.each(["http", "https"])("a proxy that does not answer for %s ends the call", async (scheme) => {
    const proxy = await proxyWith();
    proxy.answer(0);
    const asked = proxy.next();
    jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "queueMicrotask", "performance"] });
    const failed = ecsErrorOf(clientOver(`${scheme}://${HOSTS.ecs}`, proxy.host).attach(link));
    await asked;
    jest.advanceTimersByTime(15_000);
    const { facts, message } = await failed;
    expect(facts.code).toBe("Timeout");
    expect(message).toContain(`through the proxy ${proxy.host}`);
  });

  test("a proxy that wants another password says so for http too", async () => {
    const proxy = await proxyWith({}, "user:other");
    const { facts, message } = await ecsErrorOf(clientOver(`http://${HOSTS.ecs}`, proxy.host).attach(link));
    expect(facts).toMatchObject({ code: "ProxyRefused", kind: "configuration", mayHaveSucceeded: false });
    expect(message).toContain(`("HTTP 407 (http://${HOSTS.ecs}:80, through the proxy ${proxy.host})")`);
  });

  test("a page of a proxy is not blamed on ECS alone", async () => {
    const proxy = await proxyWith();
    proxy.answer(502);
    const { facts, message } = await ecsErrorOf(clientOver(`http://${HOSTS.ecs}`, proxy.host).attach(link));
    expect(facts.code).toBe("UnreadableAnswer");
    expect(message).toContain(
      `HTTP 502 with an HTML page, probably from a gateway or a proxy (http://${HOSTS.ecs}:80, through the proxy ${proxy.host})`,
    );
  });

  test("a page of a proxy that forbids the request says so, and is not asked for long", async () => {
    const proxy = await proxyWith();
    proxy.answer(403);
    const { facts, message } = await ecsErrorOf(clientOver(`http://${HOSTS.ecs}`, proxy.host).attach(link));
    expect(facts).toMatchObject({ code: "GatewayRefused", retryTries: 3, mayHaveSucceeded: true });
    expect(facts.advice).toContain("check the proxy too");
    expect(message).toContain(
      `HTTP 403 with an HTML page, probably from a gateway or a proxy (http://${HOSTS.ecs}:80, through the proxy ${proxy.host})`,
    );
  });

  test("what ECS itself refuses is not blamed on the proxy", async () => {
    const proxy = await proxyWith({ [HOSTS.ecs]: portOf(emulator.endpoint) });
    const error = await ecsErrorOf(
      clientOver(`http://${HOSTS.ecs}`, proxy.host).attach({ ...link, instanceId: "i-no" }),
    );
    expect(error.message).toContain("InvalidInstanceId.NotFound");
    expect(error.message).not.toContain("proxy");
  });

  test("a proxy between us and STS is named too", async () => {
    const proxy = await proxyWith();
    proxy.answer(407);
    const role = { arn: "r", sessionName: "s", durationS: 3600, sts: `https://${HOSTS.sts}` };
    const keys = { accessKeyId: "LTAIuser", accessKeySecret: "user-secret" };
    const provider = createCredentialsProvider(
      { kind: "assumedRole", base: { kind: "keys", credentials: keys }, role },
      new Agents(() => `http://user:${PASSWORD}@${proxy.host}`),
    );
    const { message, isTransient, stack } = await failureOf(provider);
    expect(message).toContain(`(STS: ${HOSTS.sts} was not reached: HTTP 407 (proxy ${proxy.host}))`);
    expect([isTransient, String(stack).includes(PASSWORD)]).toEqual([false, false]);
  });
});

test("a proxy that is no address is reported by its setting, for every request", async () => {
  const wrong = new SettingError("HTTPS_PROXY is not the address of a proxy");
  const agents = new Agents(() => {
    throw wrong;
  });
  const provider = createCredentialsProvider({ kind: "uri", uri: `https://${HOSTS.sts}/` }, agents);
  await expect(provider.getCredentials()).rejects.toBe(wrong);
});

describe("HTTPS_PROXY", () => {
  /** A provider whose ECS and STS are behind TLS and a proxy. */
  async function behindProxy(env: Readonly<Record<string, string>> = {}) {
    const secure = await startEmulator({ ...CLOUD, tls: { key: KEY, cert: CERTIFICATE }, hosts: Object.values(HOSTS) });
    const port = portOf(secure.endpoint);
    const proxy = await proxyWith({ [HOSTS.ecs]: port, [HOSTS.sts]: port }, `user:${PASSWORD}`);
    closing.push(secure);
    const configuration: Readonly<Record<string, string>> = {
      "alicloud:region": "cn-hangzhou",
      "alicloud:accessKey": "testid",
      "alicloud:secretKey": "testsecret",
      "alicloud:assumeRole": JSON.stringify({ roleArn: "acs:ram::1234567890123456:role/a" }),
      "alicloud:endpoints": JSON.stringify([{ ecs: HOSTS.ecs, sts: HOSTS.sts }]),
      "classiclink:insecure": "true",
    };
    const variables = { HTTPS_PROXY: `http://user:${PASSWORD}@${proxy.host}`, ...env };
    const settings = new Settings((key) => configuration[key], variables);
    return { provider: new Provider(settings, undefined, connect), proxy, secure };
  }

  test("is used for STS and for ECS, with one tunnel for many calls", async () => {
    const { provider, proxy, secure } = await behindProxy();
    const { outputs } = await classicLink.create(provider, link, {});
    await classicLink.read(provider, outputs, {});
    await classicLink.update(provider, outputs, link, {});
    expect(secure.calls().filter(({ outcome }) => outcome === "ok").length).toBeGreaterThanOrEqual(4);
    expect(proxy.asked).toEqual([`CONNECT ${HOSTS.sts}:443`, `CONNECT ${HOSTS.ecs}:443`]);
  });

  test("is not used for what NO_PROXY names", async () => {
    const { provider, proxy } = await behindProxy({ NO_PROXY: HOSTS.sts });
    const create = classicLink.create(provider, link, { timeoutMs: 5_000 });
    await expect(create).rejects.toThrow(`${HOSTS.sts} was not found`);
    expect(proxy.asked).toEqual([]);
  });
});
