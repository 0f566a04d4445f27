/** `getLinks` for programs in TypeScript and JavaScript. It calls ECS from the program's own process. */

import * as pulumi from "@pulumi/pulumi";
import type { Links } from "../provider/links/links";
import { Settings } from "../provider/settings";
import { LINK_TYPE } from "../provider/hosts/dynamic/storedLine";
import { checkProvider } from "./arguments";
import type { Provider } from "./provider";

/** Which links to list. */
export interface GetLinksArgs {
  /** Lists only links to this VPC. Set this, `instanceIds`, or both. */
  readonly vpcId?: string | undefined;
  /** Lists only links of these instances, any number of them. Instances that have no link or do not exist are left out. */
  readonly instanceIds?: readonly string[] | undefined;
  /** The region to list. The default is the configured region. */
  readonly regionId?: string | undefined;
}

/** As {@link GetLinksArgs}, of values that may not be known yet. */
export interface GetLinksOutputArgs {
  /** Lists only links to this VPC. Set this, `instanceIds`, or both. */
  readonly vpcId?: pulumi.Input<string> | undefined;
  /** Lists only links of these instances, any number of them. Instances that have no link or do not exist are left out. */
  readonly instanceIds?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;
  /** The region to list. The default is the configured region. */
  readonly regionId?: pulumi.Input<string> | undefined;
}

/** The links that were found. */
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
 * @param args which links to list.
 * @param opts `provider`, or the provider of `parent`, says where and as whom to call ECS; by default the stack's
 * configuration does. The other options mean nothing here.
 * @throws {RunError} for arguments that are missing or wrong, for a provider of another package or one whose arguments
 * are not known yet, and when the list would not be complete.
 */
export async function getLinks(args: GetLinksArgs, opts: pulumi.InvokeOptions = {}): Promise<GetLinksResult> {
  const provider = providerOf(opts);
  return await listWith(args, provider, provider && (await knownValue(provider.configuration)));
}

/**
 * {@link getLinks} for arguments that are outputs. In a preview the result is unknown as long as an argument, the provider or
 * a resource in `dependsOn` is.
 *
 * @param args which links to list.
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
  // What is found with a secret key is no secret itself.
  const configuration = provider && pulumi.unsecret(provider.configuration);
  return pulumi
    .all([pulumi.output(args), configuration, dependencies])
    .apply(([known, config]) => listWith(known, provider, config));
}

function providerOf({ provider, parent }: pulumi.InvokeOptions): Provider | undefined {
  checkProvider("getLinks", provider);
  const chosen = provider ?? parent?.getProvider(LINK_TYPE);
  if (chosen === undefined || isProvider(chosen)) return chosen;
  throw new pulumi.RunError(
    "getLinks: the provider is not a Provider of pulumi-classiclink; give one as opts.provider",
  );
}

/** Also of another copy of this package. */
function isProvider(provider: pulumi.ProviderResource): provider is Provider {
  return pulumi.Output.isInstance(Reflect.get(provider, "configuration"));
}

/** Unknown until the resource exists. */
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
  // Loaded here and not above: most programs only declare.
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

/** All calls of a program share a connection for each provider, and with it the rate limiter and the coalesced reads. */
const connections = new WeakMap<object, Promise<Links>>();

async function connectionOf(owner: object | undefined, settings: Settings): Promise<Links> {
  const known = owner && connections.get(owner);
  if (known !== undefined) return await known;
  const made = import("../provider/resources/connect.js").then(({ connect }) => connect(settings));
  if (owner !== undefined) connections.set(owner, made);
  return await made;
}
