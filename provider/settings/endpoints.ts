/** The addresses of ECS, of the VPC service and of STS, as the settings have them. */

import { CENTRAL_STS_HOST, isLoopback, regionalHost, regionalStsHost, regionalVpcHost } from "../ecs/endpoint";
import { quote } from "../quote";
import type { Found, Lookup } from "./lookup";
import { placesOf, SDK_VARIABLES, VPC_ENDPOINT_VARIABLES } from "./places";
import { SettingError } from "./settingError";

type Protocol = "http" | "https";

/**
 * The address of ECS for a region, with its scheme. https, unless it is on loopback or `protocol` says HTTP.
 *
 * @throws {SettingError} when `endpoint`, `protocol` or the region cannot be used.
 */
export function ecsEndpoint(lookup: Lookup, regionId: string): string {
  const found = lookup.find("endpoint");
  const protocol = protocolOf(lookup.find("protocol"));
  if (found !== undefined) return endpointUrl(found, protocol);
  const host = regionalHost(regionId);
  if (host === undefined) {
    throw new SettingError(
      `regionId: "${quote(regionId)}" is no region of the public cloud; set ${placesOf("endpoint")}`,
    );
  }
  return `${protocol ?? "https"}://${host}`;
}

/**
 * The address of the VPC service for a region, with its scheme. Only the environment can set it: no resource needs it.
 *
 * @throws {SettingError} when it cannot be used, or when only that of ECS is set: what signs for a private cloud must not
 * be sent to the public one.
 */
export function vpcEndpoint(lookup: Lookup, regionId: string): string {
  const found = lookup.variable(VPC_ENDPOINT_VARIABLES);
  const protocol = protocolOf(lookup.find("protocol"));
  if (found !== undefined) return endpointUrl(found, protocol);
  const ofEcs = lookup.find("endpoint");
  if (ofEcs !== undefined) {
    const variables = VPC_ENDPOINT_VARIABLES.join(" or ");
    throw new SettingError(
      `${ofEcs.place} is set, and no address of the VPC service; set ${variables}, or name the VPCs`,
    );
  }
  const host = regionalVpcHost(regionId);
  if (host === undefined) throw new SettingError(`regionId: "${quote(regionId)}" is no region of the public cloud`);
  return `${protocol ?? "https"}://${host}`;
}

/**
 * The address of STS, with its scheme: as configured, else that of the region that the SDKs' variable names, else that of
 * the stack's region. Always https, unless it is on loopback: what it answers with are keys.
 *
 * @param region the stack's, if it has one.
 * @throws {SettingError} when `stsEndpoint` or the variable cannot be used.
 */
export function stsEndpoint(lookup: Lookup, region: string | undefined): string {
  const found = lookup.find("stsEndpoint");
  if (found !== undefined) return endpointUrl(found, undefined);
  const named = lookup.variable([SDK_VARIABLES.stsRegion]);
  const inVpc = lookup.isOn(SDK_VARIABLES.stsInVpc);
  if (named !== undefined && regionalStsHost(named.value, inVpc) === undefined) {
    throw new SettingError(`${named.place} is no region; set it to one, or set ${placesOf("stsEndpoint")}`);
  }
  const regionId = named?.value ?? region;
  const host = regionId === undefined ? undefined : regionalStsHost(regionId, inVpc);
  return `https://${host ?? CENTRAL_STS_HOST}`;
}

function protocolOf(found: Found | undefined): Protocol | undefined {
  if (found === undefined) return undefined;
  const protocol = found.value.toLowerCase();
  if (protocol === "http" || protocol === "https") return protocol;
  throw new SettingError(`${found.place} is "${quote(found.value)}"; use HTTP or HTTPS`);
}

function endpointUrl({ value, place }: Pick<Found, "value" | "place">, protocol: Protocol | undefined): string {
  const wanted = "use a host name such as ecs.cn-beijing.aliyuncs.com, with a port where it needs one";
  const withScheme = /^([a-z]+):\/\//i.exec(value);
  let url: URL;
  try {
    url = new URL(withScheme === null ? `https://${value}` : value);
  } catch {
    throw new SettingError(`${place} cannot be read as an endpoint; ${wanted}`);
  }
  const plain = url.pathname === "/" && `${url.search}${url.hash}${url.username}${url.password}` === "";
  if (!plain || !["http:", "https:"].includes(url.protocol)) {
    throw new SettingError(`${place} has more than a host name and a port in it; ${wanted}`);
  }
  const authority = value.slice(withScheme?.[0].length ?? 0);
  // Read once more with the scheme that is used: it decides which port may be left out.
  const as = (scheme: string) => new URL(`${scheme}://${authority}`).origin;
  const scheme = withScheme?.[1]?.toLowerCase();
  if (isLoopback(url.hostname)) return as(scheme ?? protocol ?? "http");
  if (scheme === "http" && protocol !== "http") {
    throw new SettingError(
      `${place} begins with http://; to send requests unencrypted, set classiclink:protocol to HTTP`,
    );
  }
  return as(scheme ?? protocol ?? "https");
}
