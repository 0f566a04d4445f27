/** The declared list that `check` compares with. */

import type { Link } from "../../provider/ecs/client";
import { readLinkList } from "../../provider/linkList/linkList";

/** What is declared. */
export interface Declaration {
  readonly links: readonly Link[];
  /** The VPCs that are declared, some perhaps without a link. */
  readonly vpcs: readonly { readonly regionId: string; readonly vpcId: string }[];
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
