/** What `adopt` writes into an import file is what the resource itself has in its state. */

import { expect, test } from "@jest/globals";
import { STORED_LINE, STORED_LINE_OF_LINKS } from "../../provider/hosts/dynamic/storedLine";
import { importedLink, importedLinks } from "../../provider/hosts/imported";
import { simulateClock } from "../support/clock";
import { world } from "../support/lifecycle";
import { done } from "../support/scriptedEcs";

simulateClock();

const link = { regionId: "cn-hangzhou", instanceId: "i-a", vpcId: "vpc-b" };
const fleet = { regionId: "cn-hangzhou", vpcId: "vpc-b", instanceIds: ["i-a", "i-b"] };

test.each([{}, { organizationId: "18", resourceSetId: "7" }])(
  "under the scope %j, each host imports what a create gives",
  async (scope) => {
    const { one, many } = world({}, { scope });
    for (const [made, imported, type, line] of [
      [await done(one.create(link)), importedLink.bind(null, link), "ClassicLink", STORED_LINE],
      [await done(many.create(fleet)), importedLinks.bind(null, fleet), "ClassicLinks", STORED_LINE_OF_LINKS],
    ] as const) {
      expect(imported("plugin", scope)).toEqual({ type: `classiclink:index:${type}`, ...made });
      const stored = { __provider: line };
      const [inputs, outputs] = [made.inputs, made.outputs].map((properties) => ({ ...properties, ...stored }));
      const dynamic = { type: `pulumi-nodejs:dynamic/classiclink:${type}`, id: made.id, inputs, outputs };
      expect(imported("dynamic", scope)).toEqual(dynamic);
    }
  },
);
