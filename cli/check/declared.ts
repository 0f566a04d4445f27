/** The declared list that `check` compares with. */

import type { Link } from "../../provider/ecs/client";
import type { Scope } from "../../provider/ecs/privateCloud";
import { readLinkList, statesInList } from "../../provider/linkList/linkList";
import { isOtherScope, nameOf, scopeOf } from "../../provider/resources/scope";

/** What is declared. */
export interface Declaration {
  readonly links: readonly Link[];
  /** The VPCs that are declared, some perhaps without a link. */
  readonly vpcs: readonly { readonly regionId: string; readonly vpcId: string }[];
}

/**
 * Refuses a stack whose links were made under another scope. The cloud may hide them, so they would look missing.
 *
 * @param current the scope of the requests.
 * @throws if the text is the output of `pulumi stack export` and has a link of another scope.
 */
export function requireScope(text: string, name: string, current: Scope): void {
  const other = statesInList(text, name).find(({ outputs }) => isOtherScope(outputs, current));
  if (other === undefined) return;
  throw new Error(
    `${name}: the scope of ${other.urn.split("::").at(-1)} is ${nameOf(scopeOf(other.outputs))}, but ${nameOf(current)} is configured, ` +
      "which may not show its links; give the --organization and --resource-set of the stack",
  );
}

/**
 * Reads the text of a list.
 *
 * @param name the name of the list in errors.
 * @param defaultRegion gives the region of entries that name none; may throw.
 * @throws when it names no link and no VPC, or an entry is wrong.
 */
export function readDeclaration(text: string, name: string, defaultRegion: () => string): Declaration {
  const vpcs = readLinkList(text, name, defaultRegion);
  if (vpcs.length === 0) {
    if (text.includes('"[secret]"'))
      throw new Error(`${name} names no links, and has secrets; add --show-secrets to the pulumi command`);
    throw new Error(
      `${name} names no links; use CSV whose first line has instanceId and vpcId, JSON or YAML with instanceId (or ` +
        "instanceIds) and vpcId, answers of DescribeClassicLinkInstances, or the output of pulumi stack export or pulumi stack " +
        "output --json",
    );
  }
  const links = vpcs.flatMap(({ regionId, vpcId, instanceIds }) =>
    instanceIds.map((instanceId) => ({ regionId, vpcId, instanceId })),
  );
  return { links, vpcs };
}
