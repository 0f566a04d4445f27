/** The state of existing links for each host, for `pulumi import --file`. */

import type { Link } from "../ecs/client";
import type { Scope } from "../ecs/privateCloud";
import * as dynamic from "./dynamic/storedLine";
import * as plugin from "./plugin/schema";
import { classicLink } from "../resources/classicLink";
import { classicLinks } from "../resources/classicLinks";
import { formatLinkId, formatLinksId } from "../resources/ids";
import type { Declared } from "../resources/fleetMembers";
import { toOutputs } from "../resources/scope";

/** The host that manages them. */
export type Host = "dynamic" | "plugin";

/** A resource as an import file has it. */
export interface ImportedResource {
  readonly type: string;
  readonly id: string;
  readonly inputs: object;
  readonly outputs: object;
}

/** A link, as if a `ClassicLink` had created it. */
export function importedLink({ regionId, instanceId, vpcId }: Link, host: Host, scope: Scope = {}): ImportedResource {
  const inputs = { instanceId, vpcId, regionId };
  const outputs = { ...classicLink.preview(inputs), ...toOutputs(scope) };
  const id = formatLinkId(regionId, instanceId);
  if (host === "plugin") return { type: plugin.LINK_TYPE, id, inputs, outputs };
  return dynamically({ type: dynamic.LINK_TYPE, id, inputs, outputs }, dynamic.STORED_LINE);
}

/** The links of a VPC, as if a `ClassicLinks` had created them. */
export function importedLinks(
  { regionId, vpcId, instanceIds }: Declared,
  host: Host,
  scope: Scope = {},
): ImportedResource {
  const inputs = { vpcId, instanceIds, regionId };
  const outputs = { ...classicLinks.preview(inputs), ...toOutputs(scope) };
  const id = formatLinksId(regionId, vpcId);
  if (host === "plugin") return { type: plugin.LINKS_TYPE, id, inputs, outputs };
  return dynamically({ type: dynamic.LINKS_TYPE, id, inputs, outputs }, dynamic.STORED_LINE_OF_LINKS);
}

/** Adds the hidden properties of the dynamic host. */
function dynamically({ type, id, inputs, outputs }: ImportedResource, line: string): ImportedResource {
  const stored = { __provider: line };
  return { type, id, inputs: { ...inputs, ...stored }, outputs: { ...outputs, ...stored } };
}
