/** What a mask leaves of a message. */

import { expect, test } from "@jest/globals";
import { maskOf } from "../../provider/hosts/secret";

test("[17] a mask replaces each text of the secret properties, at any depth, and the longest first", () => {
  const state = { vpcId: "vpc-1", instanceIds: ["i-a", "i-ab", ""], movedAway: { "i-c": "vpc-2" }, regionId: "cn" };
  const mask = maskOf(new Set(["instanceIds", "movedAway", "absent"]), { instanceIds: ["i-z"] }, state);
  expect(mask("i-ab, i-a, i-c and i-z: vpc-1 in cn, not vpc-2")).toBe(
    "[secret], [secret], [secret] and [secret]: vpc-1 in cn, not [secret]",
  );
});
