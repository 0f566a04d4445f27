/** What a state holds of links that existed before it, by the door that is to manage them: for `pulumi import --file`. */

import { createHash } from "node:crypto";
import type { Link } from "../ecs/client";
import { formatLinkId, formatLinksId } from "../linkId";
import type { Declared } from "../members";
import { HOLDER_KEY, PROVIDER_KEY } from "./dynamic/properties";
import * as dynamic from "./dynamic/storedLine";
import { CLASSIC_LINK_CALLS } from "./plugin/classicLink";
import { CLASSIC_LINKS_CALLS } from "./plugin/classicLinks";
import * as plugin from "./plugin/schema";

/** The way in which Pulumi is to reach the provider. */
export type Door = "dynamic" | "plugin";

/** A resource as an import file has it. */
export interface Adopted {
  readonly type: string;
  readonly id: string;
  readonly inputs: object;
  readonly outputs: object;
}

/** A link, as if a `ClassicLink` had created it. */
export function adoptedLink({ regionId, instanceId, vpcId }: Link, door: Door): Adopted {
  const inputs = { instanceId, vpcId, regionId };
  const outputs = CLASSIC_LINK_CALLS.outputsOf(inputs);
  const id = formatLinkId(regionId, instanceId);
  if (door === "plugin") return { type: plugin.LINK_TYPE, id, inputs, outputs };
  return dynamically({ type: dynamic.LINK_TYPE, id, inputs, outputs }, dynamic.STORED_LINE);
}

/** The links of a VPC, as if a `ClassicLinks` had created them. */
export function adoptedLinks({ regionId, vpcId, instanceIds }: Declared, door: Door): Adopted {
  const inputs = { vpcId, instanceIds, regionId };
  const outputs = CLASSIC_LINKS_CALLS.outputsOf(inputs);
  const id = formatLinksId(regionId, vpcId);
  if (door === "plugin") return { type: plugin.LINKS_TYPE, id, inputs, outputs };
  return dynamically({ type: dynamic.LINKS_TYPE, id, inputs, outputs }, dynamic.STORED_LINE_OF_LINKS);
}

/** Adds what the dynamic door keeps. A create marks at random; here the same file has to come out each time. */
function dynamically({ type, id, inputs, outputs }: Adopted, line: string): Adopted {
  const mark = createHash("sha256").update(`${type} ${id}`).digest("base64url").slice(0, 8);
  return {
    type,
    id,
    inputs: { ...inputs, [PROVIDER_KEY]: line },
    outputs: { ...outputs, [PROVIDER_KEY]: line, [HOLDER_KEY]: mark },
  };
}
