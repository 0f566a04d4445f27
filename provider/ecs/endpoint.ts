/** Which addresses answer for a region when none is configured, and which are of this very machine. */

/** Regions whose address of ECS does not follow the rule. Source: the endpoint table of the ECS SDKs. */
const ECS_EXCEPTIONS: Readonly<Record<string, string>> = {
  "cn-hangzhou": "ecs-cn-hangzhou.aliyuncs.com",
  "cn-shanghai-finance-1": "ecs-cn-hangzhou.aliyuncs.com",
  "cn-shenzhen-finance-1": "ecs-cn-hangzhou.aliyuncs.com",
  "cn-north-2-gov-1": "ecs.aliyuncs.com",
  "cn-hangzhou-finance": "ecs.aliyuncs.com",
};

/** The same of the VPC service. */
const VPC_EXCEPTIONS: Readonly<Record<string, string>> = { "cn-hangzhou": "vpc.aliyuncs.com" };

/** The address of STS for all regions, far from most of them. */
export const CENTRAL_STS_HOST = "sts.aliyuncs.com";

/** Regions without an STS of their own. Source: the endpoint table of the STS API reference. */
const WITHOUT_STS: ReadonlySet<string> = new Set(["cn-hangzhou-finance", "cn-shenzhen-finance-1", "cn-north-2-gov-1"]);

/**
 * The host name of ECS in a region, or undefined where the region cannot be part of a host name: a request signed
 * with the user's key must not be led to another domain by a region such as `example.org/`.
 */
export function regionalHost(regionId: string): string | undefined {
  if (!isHostLabel(regionId)) return undefined;
  return (
    (Object.hasOwn(ECS_EXCEPTIONS, regionId) ? ECS_EXCEPTIONS[regionId] : undefined) ?? `ecs.${regionId}.aliyuncs.com`
  );
}

/** The host name of the VPC service in a region, or undefined as for {@link regionalHost}. */
export function regionalVpcHost(regionId: string): string | undefined {
  if (!isHostLabel(regionId)) return undefined;
  return (
    (Object.hasOwn(VPC_EXCEPTIONS, regionId) ? VPC_EXCEPTIONS[regionId] : undefined) ?? `vpc.${regionId}.aliyuncs.com`
  );
}

/**
 * The host name of STS in a region, or undefined as for {@link regionalHost}.
 *
 * @param vpc for the address that is reached from within a VPC only.
 */
export function regionalStsHost(regionId: string, vpc: boolean): string | undefined {
  if (!isHostLabel(regionId)) return undefined;
  if (vpc) return `sts-vpc.${regionId}.aliyuncs.com`;
  return WITHOUT_STS.has(regionId) ? CENTRAL_STS_HOST : `sts.${regionId}.aliyuncs.com`;
}

/** Whether a host name, as `URL` has it, is of this machine: what is sent there needs neither encryption nor a proxy. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function isHostLabel(text: string): boolean {
  return /^[a-z0-9-]+$/i.test(text);
}
