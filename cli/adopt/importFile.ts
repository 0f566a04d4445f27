/** The file for `pulumi import --file`. */

import type { Scope } from "../../provider/ecs/privateCloud";
import { importedLink, importedLinks } from "../../provider/hosts/imported";
import type { ProgramKind } from "../program";
import type { Resource } from "./resources";

/**
 * The text of the file. It has the whole state of each resource, which Pulumi 3.254 imports without a read. A read would
 * call ECS for each link, and would take later links of other people to the VPC for members.
 *
 * @param scope of the listings.
 */
export function importFile(resources: readonly Resource[], program: ProgramKind, scope: Scope = {}): string {
  const host = program === "dynamic" ? "dynamic" : "plugin";
  const entries = resources.map(({ name, type, args }) => ({
    name,
    ...(type === "ClassicLink" ? importedLink(args, host, scope) : importedLinks(args, host, scope)),
  }));
  return `${JSON.stringify({ resources: entries }, null, 2)}\n`;
}
