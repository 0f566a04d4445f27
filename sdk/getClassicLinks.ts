/** Looks for links that exist, from within a TypeScript or JavaScript program. */

import * as pulumi from "@pulumi/pulumi";
import { type ConfigReader, Settings } from "../provider/settings";
import type { Provider } from "./provider";

/** Which links to list. */
export interface GetClassicLinksArgs {
  /** Only links to this VPC. This or `instanceIds` is required. */
  readonly vpcId?: string;
  /** Only links of these instances, any number. Instances without a link, or that do not exist, are left out. */
  readonly instanceIds?: readonly string[];
  /** The region to look in. By default that of the stack's configuration, or of the environment. */
  readonly regionId?: string;
}

/** As {@link GetClassicLinksArgs}, of values that may not be known yet. */
export interface GetClassicLinksOutputArgs {
  /** Only links to this VPC. This or `instanceIds` is required. */
  readonly vpcId?: pulumi.Input<string>;
  /** Only links of these instances, any number. Instances without a link, or that do not exist, are left out. */
  readonly instanceIds?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** The region to look in. By default that of the stack's configuration, or of the environment. */
  readonly regionId?: pulumi.Input<string>;
}

/** The links that were found. */
export interface GetClassicLinksResult {
  /** The links, in the order of their instance ids. */
  readonly links: readonly FoundLink[];
}

/** A link that exists. */
export interface FoundLink {
  /** The id of the instance. */
  readonly instanceId: string;
  /** The id of the VPC that it is linked to. */
  readonly vpcId: string;
}

/**
 * Lists the links that exist, whether Pulumi manages them or not: those of a VPC, those of some instances, or those that
 * match both. All pages are read.
 *
 * Source: DescribeClassicLinkInstances (ECS API 2014-05-26).
 *
 * @throws {RunError} for arguments that are missing or wrong, and when the answer would not be complete.
 */
export async function getClassicLinks(args: GetClassicLinksArgs): Promise<GetClassicLinksResult> {
  return await listWith((key) => pulumi.runtime.getConfig(key), args);
}

/**
 * {@link getClassicLinks} for arguments that are outputs, or with a provider. In a preview it is unknown as long as they are.
 *
 * @param opts in `provider`, whose region and credentials to use in place of the stack's.
 */
export function getClassicLinksOutput(
  args: GetClassicLinksOutputArgs,
  { provider }: { readonly provider?: Provider } = {},
): pulumi.Output<GetClassicLinksResult> {
  if (provider === undefined) return pulumi.output(args).apply((known) => getClassicLinks(known));
  // What is found with a secret is none itself.
  return pulumi
    .all([pulumi.output(args), pulumi.unsecret(provider.configuration)])
    .apply(([known, configuration]) => listWith((key) => configuration[key], known));
}

async function listWith(config: ConfigReader, args: GetClassicLinksArgs): Promise<GetClassicLinksResult> {
  // Loaded here and not above: most programs only declare.
  const [{ connect }, { checkFilter, readLinks }] = await Promise.all([
    import("../provider/resources/connect.js"),
    import("../provider/resources/getLinks.js"),
  ]);
  const settings = new Settings(config);
  const { failures, filter } = checkFilter({ ...args }, () => settings.defaultRegion());
  if (failures !== undefined) {
    const reasons = failures.map(({ property, reason }) => `${property} ${reason}`);
    throw new Error(`getClassicLinks: ${reasons.join("; ")}`);
  }
  const links = await readLinks(await connect(settings), filter);
  return { links: links.map(({ instanceId, vpcId }) => ({ instanceId, vpcId })) };
}
