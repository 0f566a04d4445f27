/** Every source of credentials, whole and broken. That no answer of ECS gives a secret away: popCoreClient.test.ts. */

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Agents } from "../../provider/ecs/agents";
import { createCredentialsProvider } from "../../provider/ecs/credentials/createProvider";
import { createPopCoreClient } from "../../provider/ecs/popCoreClient";
import { Settings } from "../../provider/settings";
import { allOf, leaksIn } from "../support/leaks";
import { openSources, type SecretSource, type SecretSources } from "../support/sources";

let opened: SecretSources;
beforeAll(async () => {
  opened = await openSources();
});
afterAll(() => opened.close());

/** A client as both hosts make it, of the settings of a source and the environment. */
function clientOf({ settings: values }: SecretSource) {
  const settings = new Settings((key) => values[key.replace("classiclink:", "")], opened.env);
  const agents = new Agents((url) => settings.proxyFor(url));
  const credentials = createCredentialsProvider(settings.credentialsSource(), agents);
  return createPopCoreClient({ endpointOf: (regionId) => settings.endpointOf(regionId), credentials, agents });
}

const attach = (source: SecretSource) =>
  clientOf(source).attach({ regionId: "cn-hangzhou", instanceId: `i-${source.name}`, vpcId: "vpc-1" });

test("[17] every source of credentials signs what ECS takes", async () => {
  for (const source of opened.sources) {
    await attach(source);
    expect([source.name, source.ecs.links().length]).toEqual([source.name, 1]);
    expect(leaksIn(JSON.stringify(source.ecs.calls()), source.secrets)).toEqual([]);
  }
});

test.each<[when: string, breakIt: (source: SecretSource) => unknown]>([
  ["ECS is cut off", ({ ecs }) => ecs.injectFault({ kind: "answer", answer: "reset-before" })],
  ["the source is broken and quotes them", (source) => source.spoil()],
])("[17] credentials of every source are in no error when %s", async (_, breakIt) => {
  for (const source of opened.sources) {
    breakIt(source);
    const error: unknown = await attach(source).catch((thrown: unknown) => thrown);
    expect([source.name, error]).toEqual([source.name, expect.any(Error)]);
    expect(leaksIn(allOf(error), source.secrets)).toEqual([]);
  }
});

test("the search finds a secret in every form", () => {
  const secret = "keys-secret+M4RK3R/of=keys-secret?";
  const embedded = ["", "a", "ab", "abc"].flatMap((prefix) =>
    ["", "x", "yz"].map((suffix) => Buffer.from(`${prefix}${secret}${suffix}`)),
  );
  const encoded = embedded.flatMap((bytes) => [bytes.toString("base64"), bytes.toString("base64url")]);
  const texts = [...encoded, secret, encodeURIComponent(secret), allOf({ deep: { deeper: [secret] } })];
  expect(texts.filter((text) => leaksIn(text, [secret]).length === 0)).toEqual([]);
  expect(leaksIn("keys-secret M4RK3R", [secret])).toEqual([]);
});
