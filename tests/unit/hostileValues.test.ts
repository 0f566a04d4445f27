/** Properties of any kind come out of the messages of the plugin's protocol, and go in. */

import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { Struct, Value as AnyValue } from "google-protobuf/google/protobuf/struct_pb";
import { unwrap, wrap } from "../../provider/hosts/plugin/values";
import { fuzz } from "../support/fuzz";
import { OUTPUT, wireProps } from "../support/wireProps";

test("values of the wire come out in clear, and are the same after another turn", () => {
  fc.assert(
    fc.property(wireProps, (props) => {
      const { values, secrets } = unwrap(Struct.fromJavaScript({ ...props }));
      expect(JSON.stringify(values)).not.toContain(OUTPUT);
      for (const name of secrets) expect(Object.keys(values)).toContain(name);
      expect(unwrap(wrap(values, secrets)).values).toEqual(values);
    }),
    fuzz(300),
  );
});

test("values named like a part of every object are only names", () => {
  const message = new Struct();
  message.getFieldsMap().set("__proto__", AnyValue.fromJavaScript({ instanceId: "i-a" }));
  expect(unwrap(message).values.instanceId).toBeUndefined();
});
