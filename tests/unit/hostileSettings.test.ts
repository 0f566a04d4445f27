/** Whatever is configured, a setting is used or refused by the name of its place, in words that can be shown. */
import { afterAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { SettingError, type Settings } from "../../provider/settings";
import { SETTINGS, VENDOR_SETTINGS } from "../../provider/settings/places";
import { makeFolder } from "../support/credentials";
import { fuzz } from "../support/fuzz";
import { settingsOf } from "../support/settings";

const READABLE = /^\P{C}{1,1000}$/u;
const MARKER = "hunter2";
const PLACES: readonly string[] = Object.values({ ...SETTINGS, ...VENDOR_SETTINGS }).flat();
/** The keys that the configuration has: a nested place is a member of one. */
const KEYS = PLACES.map((place) => place.replace(/\[0\].*/, ""));
/** Where a value may be quoted, because it is no secret whatever it is. */
const QUOTED =
  /^\S*(region|protocol|insecure|isCenterRegion|forceUseAsapi|refreshBeforeUpdate|forgetRetiredLinks|FORGET_|REFRESH_|sessionExpiration)/i;

/** The answer, or the message of a wrong setting. Another error fails the test. */
function answerOf<T>(ask: () => T): { readonly answer?: T; readonly message?: string } {
  try {
    return { answer: ask() };
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    expect(error.message).toMatch(READABLE);
    return { message: error.message };
  }
}

const urls = [`http://${MARKER}@x`, `${MARKER}://${MARKER}@${MARKER}`, `${MARKER}:99999`, `[${MARKER}`];
const members = fc.constantFrom("roleArn", "ecs", "sts", "sessionExpiration", "x", "__proto__");
/** A value with a marker in it, which no message may show. */
const value = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }).map((text) => `${text}${MARKER}`),
  fc.constantFrom("", "true", "http", "cn-hangzhou", "ecs.example", ...urls),
  fc
    .dictionary(members, fc.jsonValue(), { noNullPrototype: true })
    .chain((object) => fc.constantFrom(object, [object], [object, null]))
    .map((block) => JSON.stringify(block)),
  fc.json(),
);

const asks: readonly ((settings: Settings) => unknown)[] = [
  (settings) => settings.defaultRegion(),
  (settings) => settings.endpointOf("cn-hangzhou"),
  (settings) => settings.credentialsSource(),
  (settings) => settings.vpcEndpointOf("cn-hangzhou"),
  (settings) => settings.proxyFor("http://ecs.example"),
  (settings) => settings.scope(),
  (settings) => settings.insecure(),
  (settings) => settings.refreshBeforeUpdate(),
  (settings) => settings.forgetRetiredLinks(),
];

test("[15] [17] settings of any text are used or refused, without a word of what may be secret", () => {
  const given = fc.dictionary(fc.constantFrom(...KEYS), value, { noNullPrototype: true, maxKeys: 4 });
  fc.assert(
    fc.property(given, fc.constantFrom(...asks), (values, ask) => {
      const { message } = answerOf(() => ask(settingsOf(values)));
      if (message === undefined) return;
      expect(KEYS.some((place) => message.includes(place))).toBe(true);
      if (!QUOTED.test(message)) expect(message).not.toContain(MARKER);
    }),
    fuzz(3_000),
  );
});

test("[15] a region of any text gives an address of that region, or is refused", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (regionId) => {
      const { answer } = answerOf(() => settingsOf({}).endpointOf(regionId));
      // Whatever a region is called, keys are sent to Alibaba Cloud and to nobody else.
      expect(answer ?? "https://ecs.aliyuncs.com").toMatch(/^https:\/\/[\w.-]+\.aliyuncs\.com$/);
    }),
    fuzz(2_000),
  );
});

const files = makeFolder();
afterAll(() => files.remove());

test("[15] a profile file of any text names a region or none", () => {
  const names = fc.constantFrom("p", "default", "__proto__", "constructor");
  const profiles = fc.array(fc.record({ name: names, region_id: fc.jsonValue() }));
  const lines = fc.constantFrom("[p]", "region_id = cn-hangzhou", "[__proto__]", "=");
  const text = fc.oneof(
    fc.array(fc.oneof(fc.string({ unit: "binary" }), lines), { maxLength: 5 }).map((all) => all.join("\n")),
    fc.json(),
    fc
      .record({ current: fc.jsonValue(), profiles: fc.oneof(profiles, fc.jsonValue()) })
      .map((it) => JSON.stringify(it)),
  );
  fc.assert(
    fc.property(text, names, (content, name) => {
      const file = files.write("config.json", content);
      const values = { ALICLOUD_PROFILE: name, ALICLOUD_SHARED_CREDENTIALS_FILE: file };
      const { answer = "none" } = answerOf(() => settingsOf(values).defaultRegion());
      expect(answer).toEqual(expect.stringMatching(/./));
    }),
    fuzz(500),
  );
});
