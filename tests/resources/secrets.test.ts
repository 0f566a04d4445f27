/** [17] Every source of credentials against every fault: whatever is thrown tells no secret, in no form. */

import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { answerNames } from "../../emulator";
import { Agents } from "../../provider/ecs/agents";
import { createCredentialsProvider } from "../../provider/ecs/credentials/createProvider";
import { createPopCoreClient } from "../../provider/ecs/popCoreClient";
import { Settings } from "../../provider/settings";
import { allOf, leaksIn } from "../support/leaks";
import { openSources, type SecretSource, type SecretSources } from "../support/sources";

const NAMES = ["keys", "env", "profile", "ini", "process", "uri", "role", "oidc", "sso", "proxy"];

const before = { ...process.env };
let opened: SecretSources;
beforeAll(async () => {
  opened = await openSources();
  Object.assign(process.env, opened.env);
});
afterAll(async () => {
  for (const name of Object.keys(opened.env)) delete process.env[name];
  Object.assign(process.env, before);
  await opened.close();
});

const sourceOf = (name: string): SecretSource => {
  const source = opened.sources.find((one) => one.name === name);
  if (source === undefined) throw new Error(`there is no source ${name}`);
  return source;
};
afterEach(() => {
  for (const source of opened.sources) {
    source.mend();
    source.ecs.clearFaults();
    for (const { instanceId } of source.ecs.links()) source.ecs.unlink(instanceId);
  }
});

/** A client as both hosts make it, of the settings of a source and the environment. */
function clientOf({ settings: values }: SecretSource) {
  const settings = new Settings((key) => values[key.replace("classiclink:", "")]);
  const agents = new Agents((url) => settings.proxyFor(url));
  const credentials = createCredentialsProvider(settings.credentialsSource(), agents);
  return createPopCoreClient({ endpointOf: (regionId) => settings.endpointOf(regionId), credentials, agents });
}

const CALLS = {
  AttachClassicLinkVpc: "attach",
  DetachClassicLinkVpc: "detach",
  DescribeClassicLinkInstances: "describe",
} as const;
const ACTIONS = ["AttachClassicLinkVpc", "DetachClassicLinkVpc", "DescribeClassicLinkInstances"] as const;

async function call(source: SecretSource, action: keyof typeof CALLS): Promise<unknown> {
  const link = { regionId: "cn-hangzhou", instanceId: `i-${source.name}`, vpcId: "vpc-1" };
  const client = clientOf(source);
  if (action === "DescribeClassicLinkInstances") {
    return await client.describe({ regionId: "cn-hangzhou", instanceIds: [link.instanceId] });
  }
  return await client[CALLS[action]](link);
}

/** Everything that a call tells, when it fails. */
const toldBy = async (calling: Promise<unknown>) =>
  await calling.then(
    () => "",
    (error: unknown) => allOf(error),
  );

test("the sources are those that are tried", () => {
  expect(opened.sources.map(({ name }) => name)).toEqual(NAMES);
});

describe.each(NAMES)("[17] credentials of %s", (name) => {
  test("sign what ECS takes", async () => {
    const source = sourceOf(name);
    await call(source, "AttachClassicLinkVpc");
    expect(source.ecs.links()).toHaveLength(1);
    expect(leaksIn(JSON.stringify(source.ecs.calls()), source.secrets)).toEqual([]);
  });

  test.each(answerNames.filter((fault) => fault !== "timeout"))("are not told with the fault %s", async (fault) => {
    const source = sourceOf(name);
    for (const on of ACTIONS) {
      source.ecs.injectFault({ kind: "answer", action: on, answer: fault });
      const told = await toldBy(call(source, on));
      expect(told).toContain(on);
      expect(leaksIn(told, source.secrets)).toEqual([]);
    }
  });

  test.each(["InvalidParameter", "SignatureDoesNotMatch", "InternalError", "OperationDenied"])(
    "are not told when ECS answers %s and quotes them",
    async (code) => {
      const source = sourceOf(name);
      // A server can only quote what it knows.
      const { accessKeySecret, securityToken = "" } = source.keys;
      const quoted = [accessKeySecret, securityToken].flatMap((secret) => [secret, encodeURIComponent(secret)]);
      source.ecs.injectFault({
        kind: "answer",
        action: "AttachClassicLinkVpc",
        answer: { code, message: `refused ${quoted.join(" and ")}` },
      });
      expect(leaksIn(await toldBy(call(source, "AttachClassicLinkVpc")), source.secrets)).toEqual([]);
    },
  );

  test("are not quoted when the source is broken and quotes them", async () => {
    const source = sourceOf(name);
    source.spoil();
    for (const on of ACTIONS) {
      const told = await toldBy(call(source, on));
      expect(told).not.toBe("");
      expect(leaksIn(told, source.secrets)).toEqual([]);
    }
  });
});

test("the search finds a secret in every form", () => {
  const secret = "keys-secret+M4RK3R/of=keys-secret?";
  for (const prefix of ["", "a", "ab", "abc"]) {
    for (const suffix of ["", "x", "yz"]) {
      for (const encoding of ["base64", "base64url"] as const) {
        const text = Buffer.from(`${prefix}${secret}${suffix}`).toString(encoding);
        expect([prefix, suffix, leaksIn(text, [secret]).length > 0]).toEqual([prefix, suffix, true]);
      }
    }
  }
  for (const text of [secret, encodeURIComponent(secret), allOf({ deep: { deeper: [secret] } })]) {
    expect(leaksIn(text, [secret])).not.toEqual([]);
  }
  expect(leaksIn("keys-secret M4RK3R", [secret])).toEqual([]);
});
