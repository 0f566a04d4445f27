/** Whatever is configured, a setting is used or refused by the name of its place, in words that can be shown. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { SettingError, Settings } from "../../provider/settings";
import { SETTINGS, VENDOR_SETTINGS } from "../../provider/settings/places";
import { fuzz } from "../support/fuzz";

const READABLE = /^\P{C}{1,1000}$/u;
const MARKER = "hunter2";
const PLACES: readonly string[] = Object.values({ ...SETTINGS, ...VENDOR_SETTINGS }).flat();
/** The keys that the configuration has: a nested place is a member of one. */
const KEYS = PLACES.map((place) => place.replace(/\[0\].*/, ""));
/** Where a value may be quoted, because it is no secret whatever it is. */
const QUOTED =
  /^\S*(region|protocol|insecure|isCenterRegion|forceUseAsapi|refreshBeforeUpdate|forgetRetiredLinks|CLASSICLINK_|sessionExpiration)/i;

/** A value with a marker in it, which no message may show. */
const value = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }).map((text) => `${text}${MARKER}`),
  fc.constantFrom(
    "",
    "true",
    "http",
    "cn-hangzhou",
    "ecs.example",
    `http://${MARKER}@x`,
    `${MARKER}://${MARKER}@${MARKER}`,
    `${MARKER}:99999`,
    `[${MARKER}`,
  ),
  fc
    .dictionary(fc.constantFrom("roleArn", "ecs", "sts", "sessionExpiration", "x", "__proto__"), fc.jsonValue(), {
      noNullPrototype: true,
    })
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
      const settings = new Settings((key) => values[key], values);
      try {
        ask(settings);
      } catch (error) {
        if (!(error instanceof SettingError)) throw error;
        expect(error.message).toMatch(READABLE);
        expect(KEYS.some((place) => error.message.includes(place))).toBe(true);
        if (!QUOTED.test(error.message)) expect(error.message).not.toContain(MARKER);
      }
    }),
    fuzz(3_000),
  );
});

test("[15] a region of any text gives an address of that region, or is refused", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (regionId) => {
      try {
        const { hostname, pathname, search } = new URL(new Settings(undefined, {}).endpointOf(regionId));
        // Whatever a region is called, keys are sent to Alibaba Cloud and to nobody else.
        expect(hostname).toMatch(/\.aliyuncs\.com$/);
        expect(pathname + search).toBe("/");
      } catch (error) {
        if (!(error instanceof SettingError)) throw error;
        expect(error.message).toMatch(READABLE);
      }
    }),
    fuzz(2_000),
  );
});

test("[15] a profile file of any text names a region or none", () => {
  const folder = mkdtempSync(join(tmpdir(), "classiclink-"));
  const file = join(folder, "config.json");
  const line = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("[p]", "region_id = cn-hangzhou", "[__proto__]", "="),
  );
  const text = fc.oneof(
    fc.array(line, { maxLength: 5 }).map((lines) => lines.join("\n")),
    fc.json(),
    fc.record({ current: fc.jsonValue(), profiles: fc.jsonValue() }).map((content) => JSON.stringify(content)),
  );
  try {
    fc.assert(
      fc.property(text, fc.constantFrom("p", "default", "__proto__", "constructor"), (content, name) => {
        writeFileSync(file, content);
        const settings = new Settings(undefined, { ALICLOUD_PROFILE: name, ALICLOUD_SHARED_CREDENTIALS_FILE: file });
        try {
          expect(settings.defaultRegion()).toMatch(/./);
        } catch (error) {
          if (!(error instanceof SettingError)) throw error;
        }
      }),
      fuzz(500),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
