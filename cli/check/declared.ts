/** The declared list that `check` compares with. */

import type { Link } from "../../provider/ecs/client";
import type { Scope } from "../../provider/ecs/privateCloud";
import type { AcceptState, StateOfLinks } from "../../provider/linkList/documents";
import { type ListedVpc, readLinkList, statesInList } from "../../provider/linkList/linkList";
import { plural } from "../../provider/links/operation";
import { isOtherScope, nameOf, scopeOf } from "../../provider/resources/scope";

/** What is declared. */
export interface Declaration {
  readonly links: readonly Link[];
  /** The VPCs that are declared, some perhaps without a link. */
  readonly vpcs: readonly { readonly regionId: string; readonly vpcId: string }[];
  /** The links that are declared under another scope. They are not compared. */
  readonly elsewhere: readonly Link[];
  /** The resources that have them, counted in words. Empty without any. */
  readonly leftOut: string;
}

/** The scope of the requests, and whether an option of the command names it. */
export interface Asked {
  readonly scope: Scope;
  readonly isNamed: boolean;
}

/**
 * The link resources of a stack that were made under another scope. The cloud may hide their links, so they would seem missing.
 *
 * @throws if there are some, and no option names the scope to compare, or all are of another scope.
 */
function statesElsewhere(text: string, name: string, { scope, isNamed }: Asked): readonly StateOfLinks[] {
  const states = statesInList(text, name);
  const others = states.filter(({ outputs }) => isOtherScope(outputs, scope));
  const [other] = others;
  if (other === undefined || (isNamed && others.length < states.length)) return others;
  const more = others.length < states.length ? ", and check links of each scope by itself" : "";
  throw new Error(
    `${name}: the scope of ${other.urn.split("::").at(-1)} is ${nameOf(scopeOf(other.outputs))}, but ${nameOf(scope)} is configured, ` +
      `which may not show its links; give the --organization and --resource-set of the stack${more}`,
  );
}

/** As in "2 resources of organization 26 and no resource set". Empty without states. */
function countByScope(states: readonly StateOfLinks[]): string {
  const counts = new Map<string, number>();
  for (const { outputs } of states) {
    const scope = nameOf(scopeOf(outputs));
    counts.set(scope, (counts.get(scope) ?? 0) + 1);
  }
  return [...counts].map(([scope, count]) => `${plural(count, "resource", "resources")} of ${scope}`).join(", ");
}

/**
 * Reads the text of a list.
 *
 * @param name the name of the list in errors.
 * @param defaultRegion gives the region of entries that name none; may throw.
 * @throws when it names no link and no VPC, an entry is wrong, or links of a stack were made under another scope.
 */
export function readDeclaration(text: string, name: string, defaultRegion: () => string, asked: Asked): Declaration {
  const others = statesElsewhere(text, name, asked);
  const isOther: AcceptState = ({ outputs }) => isOtherScope(outputs, asked.scope);
  const vpcs = readLinkList(text, name, defaultRegion, (state) => !isOther(state));
  if (vpcs.length === 0) {
    if (text.includes('"[secret]"'))
      throw new Error(`${name} names no links, and has secrets; add --show-secrets to the pulumi command`);
    throw new Error(
      `${name} names no links; use CSV whose first line has instanceId and vpcId, JSON or YAML with instanceId (or ` +
        "instanceIds) and vpcId, answers of DescribeClassicLinkInstances, or the output of pulumi stack export or pulumi stack " +
        "output --json (after a pulumi up: an import writes no outputs)",
    );
  }
  const elsewhere = others.length === 0 ? [] : linksIn(readLinkList(text, name, defaultRegion, isOther));
  return { links: linksIn(vpcs), vpcs, elsewhere, leftOut: countByScope(others) };
}

function linksIn(vpcs: readonly ListedVpc<string>[]): readonly Link[] {
  return vpcs.flatMap(({ regionId, vpcId, instanceIds }) =>
    instanceIds.map((instanceId) => ({ regionId, vpcId, instanceId })),
  );
}
