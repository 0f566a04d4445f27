/** The file for `pulumi import --file`. */

import type { Scope } from "../../provider/ecs/privateCloud";
import { importedLink, importedLinks } from "../../provider/hosts/imported";
import type { ProgramKind } from "../program";
import type { Resource } from "./resources";

/**
 * The text of the file. It holds the whole state of each resource, which Pulumi from 3.254 takes as it is: a read would
 * be a call for each link, and takes whatever links of others a VPC has got meanwhile for members.
 *
 * @param scope under which the links were found.
 */
export function importFile(resources: readonly Resource[], program: ProgramKind, scope: Scope = {}): string {
  const host = program === "dynamic" ? "dynamic" : "plugin";
  const entries = resources.map(({ name, type, args }) => ({
    name,
    ...(type === "ClassicLink" ? importedLink(args, host, scope) : importedLinks(args, host, scope)),
  }));
  return `${JSON.stringify({ resources: entries }, null, 2)}\n`;
}
