/** The function `getLinks` for programs in TypeScript and JavaScript. It calls ECS from the program's process. */

import * as pulumi from "@pulumi/pulumi";
import type { Links } from "../provider/links/links";
import { Settings } from "../provider/settings";
import { LINK_TYPE } from "../provider/hosts/dynamic/storedLine";
import { checkProvider } from "./arguments";
import type { Provider } from "./provider";

/** The arguments of {@link getLinks}. */
export interface GetLinksArgs {
  /** Lists only links to this VPC. Set this, `instanceIds`, or both. */
  readonly vpcId?: string | undefined;
  /** Lists only links of these instances, any number of them. Instances that have no link or do not exist are left out. */
  readonly instanceIds?: readonly string[] | undefined;
  /** The region to list. The default is the configured region. */
  readonly regionId?: string | undefined;
}

/** The arguments of {@link getLinksOutput}. Their values may be outputs. */
export interface GetLinksOutputArgs {
  /** Lists only links to this VPC. Set this, `instanceIds`, or both. */
  readonly vpcId?: pulumi.Input<string> | undefined;
  /** Lists only links of these instances, any number of them. Instances that have no link or do not exist are left out. */
  readonly instanceIds?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;
  /** The region to list. The default is the configured region. */
  readonly regionId?: pulumi.Input<string> | undefined;
}

/** The result of {@link getLinks}. */
export interface GetLinksResult {
  /** The links, sorted by instance id. */
  readonly links: readonly FoundLink[];
}

/** A link that exists. */
export interface FoundLink {
  /** The id of the instance. */
  readonly instanceId: string;
  /** The id of the VPC that the instance is linked to. */
  readonly vpcId: string;
}

/**
 * Lists the links that exist, whether Pulumi manages them or not. You can filter by VPC, by instances, or by both. All
 * pages are read.
 *
 * Source: DescribeClassicLinkInstances (ECS API 2014-05-26).
 *
 * @param args the filter.
 * @param opts `provider`, or else the provider of `parent`, has the endpoint and the credentials. By default, the stack's
 * configuration has them. Other options are ignored.
 * @throws {RunError} for a missing or wrong argument, a provider of another package, a provider whose arguments are not known
 * yet, and if not all links can be read.
 */
export async function getLinks(args: GetLinksArgs, opts: pulumi.InvokeOptions = {}): Promise<GetLinksResult> {
  const provider = providerOf(opts);
  return await listWith(args, provider, provider && (await knownValue(provider.configuration)));
}

/**
 * Does the same as {@link getLinks}, for arguments that are outputs. In a preview, the result is unknown if an argument, the
 * provider or a resource in `dependsOn` is unknown.
 *
 * Source: DescribeClassicLinkInstances (ECS API 2014-05-26).
 *
 * @param args the filter.
 * @param opts as for {@link getLinks}, and `dependsOn`.
 */
export function getLinksOutput(
  args: GetLinksOutputArgs,
  opts: pulumi.InvokeOutputOptions = {},
): pulumi.Output<GetLinksResult> {
  const provider = providerOf(opts);
  const dependencies = pulumi
    .output(opts.dependsOn)
    .apply((resources) => pulumi.all([resources ?? []].flat().map(idOf)));
  // Links that were found with a secret key are not secret.
  const configuration = provider && pulumi.unsecret(provider.configuration);
  return pulumi
    .all([pulumi.output(args), configuration, dependencies])
    .apply(([known, config]) => listWith(known, provider, config));
}

function providerOf({ provider, parent }: pulumi.InvokeOptions): Provider | undefined {
  checkProvider("getLinks", provider);
  const chosen = provider ?? parent?.getProvider(LINK_TYPE);
  if (chosen === undefined || isProvider(chosen)) return chosen;
  throw new pulumi.RunError("getLinks: the provider is not a Provider of pulumi-classiclink; set opts.provider to one");
}

/** Whether a provider is of this package, or of another copy of it. */
function isProvider(provider: pulumi.ProviderResource): provider is Provider {
  return pulumi.Output.isInstance(Reflect.get(provider, "configuration"));
}

/** The id, which is unknown until the resource exists. */
function idOf(resource: pulumi.Resource): pulumi.Output<string> {
  return pulumi.CustomResource.isInstance(resource) ? resource.id : resource.urn;
}

async function knownValue(configuration: Provider["configuration"]): Promise<Configuration> {
  if (!(await Reflect.get(configuration, "isKnown")))
    throw new pulumi.RunError("getLinks: the arguments of the provider are not known yet; use getLinksOutput");
  return await new Promise((resolve) => void configuration.apply(resolve));
}

type Configuration = Readonly<Record<string, string | undefined>>;

async function listWith(
  args: GetLinksArgs,
  provider: Provider | undefined,
  configuration: Configuration | undefined,
): Promise<GetLinksResult> {
  const settings = new Settings((key) =>
    configuration === undefined ? pulumi.runtime.getConfig(key) : configuration[key],
  );
  // Loads these modules here and not above, because most programs only declare links.
  const { checkFilter, readLinks } = await import("../provider/resources/getLinks.js");
  const { failures, filter } = checkFilter({ ...args }, () => settings.defaultRegion());
  if (failures !== undefined) {
    const reasons = failures.map(({ property, reason }) => `${property} ${reason}`);
    throw new pulumi.RunError(`getLinks: ${reasons.join("; ")}`);
  }
  try {
    const connection = await connectionOf(provider ?? pulumi.runtime.getStackResource(), settings);
    const links = await readLinks(connection, filter);
    return { links: links.map(({ instanceId, vpcId }) => ({ instanceId, vpcId })) };
  } catch (error) {
    throw new pulumi.RunError(`getLinks: ${error instanceof Error ? error.message : error}`);
  }
}

/** One connection for each provider, so that all calls share a rate limiter and coalesced reads. */
const connections = new WeakMap<object, Promise<Links>>();

async function connectionOf(owner: object | undefined, settings: Settings): Promise<Links> {
  const known = owner && connections.get(owner);
  if (known !== undefined) return await known;
  const made = import("../provider/resources/connect.js").then(({ connect }) => connect(settings));
  if (owner !== undefined) connections.set(owner, made);
  return await made;
}
