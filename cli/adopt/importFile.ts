/** The file for `pulumi import --file`. */

import { type Host, type ImportedResource, importedLink, importedLinks } from "../../provider/hosts/imported";
import type { ProgramKind } from "../program";
import type { Resource } from "./resources";

/**
 * The text of the file. It holds the whole state of each resource, which Pulumi from 3.254 takes as it is: a read would
 * be a call for each link, and takes whatever links of others a VPC has got meanwhile for members.
 */
export function importFile(resources: readonly Resource[], program: ProgramKind): string {
  const host = program === "dynamic" ? "dynamic" : "plugin";
  const entries = resources.map((resource) => ({ name: resource.name, ...importedBy(resource, host) }));
  return `${JSON.stringify({ resources: entries }, null, 2)}\n`;
}

function importedBy({ type, args }: Resource, host: Host): ImportedResource {
  return type === "ClassicLink" ? importedLink(args, host) : importedLinks(args, host);
}
