/** The settings of endpoints: the addresses of ECS, the VPC service and STS. */

import { CENTRAL_STS_HOST, isLoopback, regionalHost, regionalStsHost, regionalVpcHost } from "../ecs/endpoint";
import { ASAPI_PATH, isAsapi, isPublic } from "../ecs/privateCloud";
import { quote } from "../quote";
import { type Found, isTrue, type Lookup, SettingError } from "./lookup";
import { isAsapiHost, isPopDomain, SDK_VARIABLES } from "./places";

type Protocol = "http" | "https";

/**
 * The first labels of host names on Apsara Stack. The region follows, except for the center region, and then the domain.
 * Source: the vendor's provider.
 */
const POP_PREFIXES = { endpoint: "ecs-internal", vpcEndpoint: "vpc-internal", stsEndpoint: "sts" } as const;

type EndpointName = keyof typeof POP_PREFIXES;

/**
 * The address of ECS for a region, with its scheme. On ASAPI, it has a path too.
 *
 * @throws {SettingError} if `endpoint`, `protocol` or the region is wrong.
 */
export function ecsEndpoint(lookup: Lookup, regionId: string): string {
  const configured = configuredEndpoint(lookup, "endpoint", regionId);
  if (configured !== undefined) return configured.url;
  const protocol = protocolOf(lookup) ?? "https";
  if (lookup.vendor === "alibabacloudstack") {
    throw new SettingError(
      `the settings of alibabacloudstack name no address of ECS; checked ${lookup.placesOf("endpoint")}; set one of them`,
    );
  }
  const host = regionalHost(regionId);
  if (host !== undefined) return `${protocol}://${host}`;
  throw new SettingError(
    `regionId: "${quote(regionId)}" is not a region of the public cloud; set ${lookup.ownPlacesOf("endpoint")}`,
  );
}

/** The place of the setting that names a private cloud's ECS. Undefined on the public cloud. */
export function privatePlace(lookup: Lookup): string | undefined {
  return privateEndpoint(lookup)?.place;
}

function privateEndpoint(lookup: Lookup): Configured | undefined {
  // Any region works here: a configured address is private in all regions or in none.
  const configured = configuredEndpoint(lookup, "endpoint", "cn-hangzhou");
  return configured === undefined || isPublic(configured.url) ? undefined : configured;
}

/** A configured address, and the place of the setting. */
interface Configured {
  readonly url: string;
  readonly place: string;
}

/**
 * The address of the VPC service for a region, with its scheme. ASAPI serves all products, so its address is that of ECS.
 *
 * @throws {SettingError} if it is wrong, or ECS has a private address and the VPC service does not.
 */
export function vpcEndpoint(lookup: Lookup, regionId: string): string {
  const configured = configuredEndpoint(lookup, "vpcEndpoint", regionId);
  if (configured !== undefined) return checkedPrivate(lookup, "the VPC service", configured);
  const ecs = ecsEndpoint(lookup, regionId);
  if (isAsapi(ecs)) return ecs;
  const place = privatePlace(lookup);
  if (place !== undefined) {
    throw new SettingError(
      `${place} is set, but no address of the VPC service; set ${lookup.ownPlacesOf("vpcEndpoint")}, or name the VPCs`,
    );
  }
  const host = regionalVpcHost(regionId);
  if (host === undefined) throw new SettingError(`regionId: "${quote(regionId)}" is not a region of the public cloud`);
  return `${protocolOf(lookup) ?? "https"}://${host}`;
}

/**
 * The address of STS, with its scheme. The setting wins. On the public cloud, the default is the address for the region in
 * `ALIBABA_CLOUD_STS_REGION`, else for the stack's region. The default scheme is https, because STS returns keys.
 *
 * @param region the stack's region, if it has one.
 * @throws {SettingError} if it is wrong, or ECS has a private address and STS does not.
 */
export function stsEndpoint(lookup: Lookup, region: string | undefined): string {
  const configured = configuredEndpoint(lookup, "stsEndpoint", region);
  if (configured !== undefined) return checkedPrivate(lookup, "STS", configured);
  const ecs = privateEndpoint(lookup);
  // ASAPI serves all products. STS answers with keys, so plain HTTP has to be configured for STS itself.
  if (ecs !== undefined && isAsapi(ecs.url) && isPrivateWay(ecs.url)) return ecs.url;
  const place = ecs?.place ?? (lookup.vendor === "alibabacloudstack" ? "alibabacloudstack" : undefined);
  if (place !== undefined) {
    throw new SettingError(
      `${place} is set, but no address of STS, where the role is assumed; set ${lookup.ownPlacesOf("stsEndpoint")}`,
    );
  }
  const named = lookup.variable([SDK_VARIABLES.stsRegion]);
  const inVpc = lookup.isOn(SDK_VARIABLES.stsInVpc);
  if (named !== undefined && regionalStsHost(named.value, inVpc) === undefined) {
    throw new SettingError(`${named.place} is not a region; correct it, or set ${lookup.placesOf("stsEndpoint")}`);
  }
  const regionId = named?.value ?? region;
  const host = regionId === undefined ? undefined : regionalStsHost(regionId, inVpc);
  return `https://${host ?? CENTRAL_STS_HOST}`;
}

/** Refuses a public address if ECS is private. Signed requests for a private cloud must not reach the public cloud. */
function checkedPrivate(lookup: Lookup, service: string, { url, place }: { url: string; place: string }): string {
  const ecs = isPublic(url) ? privatePlace(lookup) : undefined;
  if (ecs === undefined) return url;
  throw new SettingError(
    `${place} is an address of the public cloud, but ${ecs} is not; set it to the address of ${service} on the private cloud`,
  );
}

/** Whether nobody on the way can read what is sent to an address. */
function isPrivateWay(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || isLoopback(hostname);
}

function configuredEndpoint(lookup: Lookup, name: EndpointName, region: string | undefined): Configured | undefined {
  const found = lookup.find(name);
  if (found === undefined) return undefined;
  // The default scheme of the vendor's provider is HTTP, except for STS.
  const usual = found.family === "alibabacloudstack" ? "http" : "https";
  const scheme = name === "stsEndpoint" ? "https" : undefined;
  if (isPopDomain(found.key)) {
    const url = endpointUrl({ ...found, value: popHost(lookup, name, found, region) }, lookup, usual, scheme);
    return { url, place: found.place };
  }
  if (!isAsapiHost(found.key)) return { url: endpointUrl(found, lookup, usual, scheme), place: found.place };
  // Only this host has HTTPS. Source: the vendor's provider.
  const asapiScheme = /^public\.asapi\./i.test(found.value) ? "https" : scheme;
  const { origin } = new URL(endpointUrl(found, lookup, usual, asapiScheme));
  return { url: `${origin}${ASAPI_PATH}`, place: found.place };
}

function popHost(lookup: Lookup, name: EndpointName, domain: Found, region: string | undefined): string {
  const center = lookup.find("isCenterRegion");
  if (center === undefined || isTrue(center)) return `${POP_PREFIXES[name]}.${domain.value}`;
  if (region !== undefined && /^[a-z0-9-]+$/i.test(region)) return `${POP_PREFIXES[name]}.${region}.${domain.value}`;
  const problem = region === undefined ? "no region is configured" : "the region cannot be part of a host name";
  throw new SettingError(`${center.place} is false, but ${problem}; set ${lookup.placesOf("region")}`);
}

function protocolOf(lookup: Lookup): Protocol | undefined {
  const found = lookup.find("protocol");
  if (found === undefined) return undefined;
  const protocol = found.value.toLowerCase();
  if (protocol === "http" || protocol === "https") return protocol;
  throw new SettingError(`${found.place} is "${quote(found.value)}"; use HTTP or HTTPS`);
}

/**
 * The address in a setting, with its scheme.
 *
 * @param usual the scheme, if neither the value nor `protocol` has one.
 * @param always the scheme, if the value has none. `protocol` does not count.
 */
function endpointUrl({ value, place }: Found, lookup: Lookup, usual: Protocol, always?: Protocol): string {
  const wanted = "use a host name such as ecs.cn-beijing.aliyuncs.com, with a port if needed";
  const withScheme = /^([a-z]+):\/\//i.exec(value);
  const text = withScheme === null ? `https://${value}` : value;
  if (!URL.canParse(text)) throw new SettingError(`${place} cannot be read as an endpoint; ${wanted}`);
  const url = new URL(text);
  const path = url.pathname.replace(/\/+$/, "");
  const plain = ["", ASAPI_PATH].includes(path) && `${url.search}${url.hash}${url.username}${url.password}` === "";
  if (!plain || !["http:", "https:"].includes(url.protocol)) {
    throw new SettingError(`${place} has more than a host name, a port and the path ${ASAPI_PATH} of ASAPI; ${wanted}`);
  }
  const protocol = protocolOf(lookup);
  const byHost = isLoopback(url.hostname) ? (protocol ?? "http") : (always ?? protocol ?? usual);
  const scheme = withScheme?.[1]?.toLowerCase() ?? byHost;
  // Parses it again with the final scheme, which decides the default port.
  const authority = value.slice(withScheme?.[0].length ?? 0).replace(/[/\\].*$/s, "");
  const { origin, hostname } = new URL(`${scheme}://${authority}`);
  return path === ASAPI_PATH || /(^|\.)asapi\./.test(hostname) ? `${origin}${ASAPI_PATH}` : origin;
}
