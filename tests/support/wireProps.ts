/** Properties of any kind, as the wire of Pulumi's protocol carries them. */

import fc from "fast-check";
import type { Value } from "../engine/values";
import { UNKNOWN } from "./pluginProcess";
import { type Props, secretOf } from "./providerProcess";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
export const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** What the wire can carry: JSON, and the envelopes of Pulumi, whole and torn. */
const { tree: wireValue } = fc.letrec<{ tree: Value }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<Value[]>(null, true, 0, -1, 1e308, "i-a", "vpc-b", "", UNKNOWN),
    fc.string({ unit: "grapheme" }),
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "value", "secret", SIGNATURE, "constructor"), tie("tree"), {
      noNullPrototype: true,
    }),
    tie("tree").map(secretOf),
    tie("tree").map((value) => ({ [SIGNATURE]: OUTPUT, value, secret: true })),
  ),
}));
const dictionaryOf = (...names: string[]) =>
  fc.dictionary(fc.constantFrom(...names), wireValue, { noNullPrototype: true, maxKeys: 3 });
/** Properties of a link or of links, of which some are not as they should be. */
export const wireProps: fc.Arbitrary<Props> = fc
  .tuple(
    dictionaryOf("instanceId", "vpcId", "regionId", "instanceIds", "movedAway", "__halfMade", "__holder", "x"),
    dictionaryOf("create", "delete", "read"),
    fc.boolean(),
  )
  .map(([odd, timeouts, isGood]) => ({
    ...(isGood ? { instanceId: "i-a", vpcId: "vpc-b", regionId: "cn-hangzhou", instanceIds: ["i-a"] } : {}),
    ...(Object.keys(timeouts).length > 0 ? { __timeouts: timeouts } : {}),
    ...odd,
  }));
