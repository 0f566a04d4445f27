/** The public addresses of a region, and whether an address is on this machine. */

/** Regions whose ECS host name does not follow the rule. Source: the endpoint table of the ECS SDKs. */
const ECS_EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ["cn-hangzhou", "ecs-cn-hangzhou.aliyuncs.com"],
  ["cn-shanghai-finance-1", "ecs-cn-hangzhou.aliyuncs.com"],
  ["cn-shenzhen-finance-1", "ecs-cn-hangzhou.aliyuncs.com"],
  ["cn-north-2-gov-1", "ecs.aliyuncs.com"],
  ["cn-hangzhou-finance", "ecs.aliyuncs.com"],
]);

/** The same for the VPC service. */
const VPC_EXCEPTIONS: ReadonlyMap<string, string> = new Map([["cn-hangzhou", "vpc.aliyuncs.com"]]);

/** The host name of STS for all regions. It is far from most regions. */
export const CENTRAL_STS_HOST = "sts.aliyuncs.com";

/** Regions that have no STS host name. Source: the endpoint table of the STS API reference. */
const WITHOUT_STS: ReadonlySet<string> = new Set(["cn-hangzhou-finance", "cn-shenzhen-finance-1", "cn-north-2-gov-1"]);

/**
 * The host name of ECS in a region. Undefined if the region cannot be part of a host name. A region such as `example.org/`
 * would send a signed request to another domain.
 */
export function regionalHost(regionId: string): string | undefined {
  return isHostLabel(regionId) ? (ECS_EXCEPTIONS.get(regionId) ?? `ecs.${regionId}.aliyuncs.com`) : undefined;
}

/** The host name of the VPC service in a region. Undefined as for {@link regionalHost}. */
export function regionalVpcHost(regionId: string): string | undefined {
  return isHostLabel(regionId) ? (VPC_EXCEPTIONS.get(regionId) ?? `vpc.${regionId}.aliyuncs.com`) : undefined;
}

/**
 * The host name of STS in a region. Undefined as for {@link regionalHost}.
 *
 * @param vpc whether to return the address that is reachable only within a VPC.
 */
export function regionalStsHost(regionId: string, vpc: boolean): string | undefined {
  if (!isHostLabel(regionId)) return undefined;
  if (vpc) return `sts-vpc.${regionId}.aliyuncs.com`;
  return WITHOUT_STS.has(regionId) ? CENTRAL_STS_HOST : `sts.${regionId}.aliyuncs.com`;
}

/** Whether a host name is this machine's. Requests to it need neither TLS nor a proxy. @param hostname as in `URL`. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function isHostLabel(text: string): boolean {
  return /^[a-z0-9-]+$/i.test(text);
}
