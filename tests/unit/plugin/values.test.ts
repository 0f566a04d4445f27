/** Values on the wire of the plugin: secrets, outputs and unknowns. */

import { describe, expect, test } from "@jest/globals";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { hasUnknown, unwrap, wrap } from "../../../provider/hosts/plugin/values";
import { UNKNOWN } from "../../support/pluginProcess";
import { secretOf } from "../../support/providerProcess";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

describe("unwrap", () => {
  test("opens secrets at any depth, and names the properties that hold them", () => {
    const wire = { a: secretOf("x"), b: ["plain", { c: secretOf(secretOf(1)) }], d: { e: null, f: true } };
    const { values, secrets } = unwrap(Struct.fromJavaScript(wire));
    expect(values).toEqual({ a: "x", b: ["plain", { c: 1 }], d: { e: null, f: true } });
    expect([...secrets]).toEqual(["a", "b"]);
  });

  test("takes an output for its value, or for unknown without one", () => {
    const output = (more: object) => ({ [SIGNATURE]: OUTPUT, ...more });
    const wire = { a: output({ value: "x" }), b: output({}), c: output({ value: "s", secret: true }) };
    const { values, secrets } = unwrap(Struct.fromJavaScript(wire));
    expect(values).toEqual({ a: "x", b: UNKNOWN, c: "s" });
    expect([...secrets]).toEqual(["c"]);
  });

  test("keeps other envelopes as the objects that they are", () => {
    const a = { [SIGNATURE]: "5cf8f73096256a8f31e491e813e4eb8e", urn: "urn:x" };
    expect(unwrap(Struct.fromJavaScript({ a })).values).toEqual({ a });
  });

  test("takes no message for no properties", () => {
    expect(unwrap(undefined)).toEqual({ values: {}, secrets: new Set() });
  });
});

describe("wrap", () => {
  test("puts named properties in envelopes, unknowns never", () => {
    const wire = wrap({ a: "x", b: UNKNOWN, c: "y" }, new Set(["a", "b", "absent"])).toJavaScript();
    expect(wire).toEqual({ a: secretOf("x"), b: UNKNOWN, c: "y" });
  });

  test("leaves out what is undefined, at any depth: it cannot be encoded", () => {
    const wire = wrap({ a: undefined, b: { c: undefined, d: [null, 1, true] } }).toJavaScript();
    expect(wire).toEqual({ b: { d: [null, 1, true] } });
  });
});

test.each([
  [UNKNOWN, true],
  [{ a: ["b", { c: UNKNOWN }] }, true],
  [{ a: "b" }, false],
  [null, false],
])("hasUnknown(%j) is %s", (value, holds) => {
  expect(hasUnknown(value)).toBe(holds);
});
