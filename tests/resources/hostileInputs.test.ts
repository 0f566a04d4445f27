/** Inputs, states and ids of any kind: an error names what is wrong, and nothing else fails. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { classicLink, LINK_PROPERTIES } from "../../provider/resources/classicLink";
import { classicLinks, LINKS_PROPERTIES } from "../../provider/resources/classicLinks";
import { checkFilter } from "../../provider/resources/getLinks";
import { faultOfId, formatLinkId, formatLinksId, parseLinkId, parseLinksId } from "../../provider/resources/ids";
import { UNKNOWN } from "../../provider/resources/inputs";
import { Provider } from "../../provider/resources/provider";
import { Settings } from "../../provider/settings";
import { fuzz } from "../support/fuzz";

/** What may be shown to a person: on one line, without control characters, and not for ever. */
const READABLE = /^\P{C}{1,600}$/u;

const IDS = ["i-a", "vpc-b", "cn-hangzhou", "cn-hangzhou:i-a", "a:b:c", ":", "", UNKNOWN, "__proto__", "i".repeat(999)];
const anyText = fc.oneof(fc.string({ unit: "binary", maxLength: 300 }), fc.constantFrom(...IDS));
const anyValue = fc.oneof(
  anyText,
  fc.array(anyText, { minLength: 1, maxLength: 5 }).map((ids) => [...ids, ...ids]),
  fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true }),
);

describe("an id of any text", () => {
  const region = () => "cn-hangzhou";
  const parsers = [
    { what: "a link", parse: (id: string) => Object.values(parseLinkId(id, region)), format: formatLinkId },
    { what: "links", parse: (id: string) => Object.values(parseLinksId(id, region)), format: formatLinksId },
  ];
  test.each(parsers)("of $what is read into valid parts, or refused in a readable way", ({ parse, format }) => {
    fc.assert(
      fc.property(anyText, (id) => {
        try {
          const [regionId = "", last = ""] = parse(id);
          expect([faultOfId(regionId), faultOfId(last)]).toEqual([undefined, undefined]);
          expect(parse(format(regionId, last))).toEqual([regionId, last]);
        } catch (error) {
          if (!(error instanceof TypeError)) throw error;
          expect(error.message).toMatch(READABLE);
        }
      }),
      fuzz(1_000),
    );
  });
});

const named = (names: readonly string[]) => {
  const name = fc.constantFrom(...names, "__proto__", "constructor", "__timeouts", "x");
  return fc.dictionary(name, anyValue, { noNullPrototype: true });
};

/** A provider with a region, and one without. */
const providers = [
  new Provider(new Settings(() => undefined, { ALICLOUD_REGION: "cn-hangzhou" })),
  new Provider(new Settings(() => undefined, {})),
];

const resources = [
  { name: "ClassicLink", names: LINK_PROPERTIES, resource: classicLink },
  { name: "ClassicLinks", names: LINKS_PROPERTIES, resource: classicLinks },
];
describe.each(resources)("[1] inputs of any kind for $name", ({ names, resource }) => {
  test("are checked: each failure names a property that is there or missing, and says what to do", () => {
    fc.assert(
      fc.property(named(names), fc.constantFrom(...providers), (news, provider) => {
        const { inputs, failures } = resource.check(provider, news, {});
        for (const { property, reason } of failures) {
          const [top = ""] = property.split("[");
          expect([...names, ...Object.keys(news)]).toContain(top);
          expect(reason).toMatch(READABLE);
        }
        expect(resource.check(provider, news, {})).toEqual({ inputs, failures });
        if (failures.length === 0) expect(resource.check(provider, inputs, inputs)).toEqual({ inputs, failures });
      }),
      fuzz(1_000),
    );
  });

  test("can be compared with a state of any kind", () => {
    fc.assert(
      fc.property(
        named([...names, "movedAway"]),
        named(names),
        fc.constantFrom(...providers),
        (olds, news, provider) => {
          expect(() => resource.diff(provider, olds, news)).not.toThrow();
        },
      ),
      fuzz(1_000),
    );
  });
});

test("arguments of any kind for getLinks are checked", () => {
  fc.assert(
    fc.property(named(LINKS_PROPERTIES), (args) => {
      const { failures = [] } = checkFilter(args, () => "cn-hangzhou");
      for (const { reason } of failures) expect(reason).toMatch(READABLE);
    }),
    fuzz(1_000),
  );
});
