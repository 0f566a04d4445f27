/** Which address answers for a region when no endpoint is configured. */

/** Regions whose address does not follow the rule. Source: the endpoint table of the ECS SDKs. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  "cn-hangzhou": "ecs-cn-hangzhou.aliyuncs.com",
  "cn-shanghai-finance-1": "ecs-cn-hangzhou.aliyuncs.com",
  "cn-shenzhen-finance-1": "ecs-cn-hangzhou.aliyuncs.com",
  "cn-north-2-gov-1": "ecs.aliyuncs.com",
  "cn-hangzhou-finance": "ecs.aliyuncs.com",
};

/**
 * The host name of ECS in a region, or undefined where the region cannot be part of a host name: a request signed
 * with the user's key must not be led to another domain by a region such as `example.org/`.
 */
export function regionalHost(regionId: string): string | undefined {
  if (!/^[a-z0-9-]+$/i.test(regionId)) return undefined;
  return (Object.hasOwn(EXCEPTIONS, regionId) ? EXCEPTIONS[regionId] : undefined) ?? `ecs.${regionId}.aliyuncs.com`;
}
