/** How a private cloud (Apsara Stack) differs from the public one: its addresses, its scope, and what its requests carry. */

import { isLoopback } from "./endpoint";

/** The organization and the resource set of a request. Both absent on the public cloud. */
export interface Scope {
  readonly organizationId?: string;
  /** In the organization. Without it, all sets of the organization. */
  readonly resourceSetId?: string;
}

/** The domain of the public cloud. */
const PUBLIC_DOMAIN = "aliyuncs.com";

/** Whether an address is one of the public cloud. */
export function isPublic(endpoint: string): boolean {
  const host = hostOf(new URL(endpoint));
  return host === PUBLIC_DOMAIN || host.endsWith(`.${PUBLIC_DOMAIN}`);
}

/** The path of ASAPI, the gateway for all products of Apsara Stack. Source: the vendor's clients. */
export const ASAPI_PATH = "/asapi/v3";

/** Whether an address is that of ASAPI, and not that of one product. */
export function isAsapi(endpoint: string): boolean {
  return new URL(endpoint).pathname === ASAPI_PATH;
}

/** What a request has besides its own parameters. */
export interface Additions {
  readonly headers: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
  /** Whether parameters and signature go in the query. No known client sends them to ASAPI in a form. */
  readonly inQuery: boolean;
}

/** The additions to a request on the public cloud. */
export const NOTHING: Additions = { headers: {}, params: {}, inQuery: false };

/**
 * The additions to a request on a private cloud. None on the public one. It is not documented which sites read the scope from
 * headers and which from parameters, so both have it, as in the vendor's provider.
 *
 * @param endpoint of the product, or of ASAPI.
 */
export function additionsFor(
  endpoint: string,
  product: "Ecs" | "Vpc" | "Sts",
  regionId: string | undefined,
  scope: Scope,
): Additions {
  if (isPublic(endpoint)) return NOTHING;
  const inQuery = isAsapi(endpoint);
  const { organizationId, resourceSetId } = scope;
  return {
    inQuery,
    headers: {
      ...(regionId === undefined ? {} : { "x-acs-regionid": regionId }),
      "x-acs-caller-sdk-source": "pulumi-classiclink",
      ...(organizationId === undefined ? {} : { "x-acs-organizationid": organizationId }),
      ...(resourceSetId === undefined ? {} : { "x-acs-resourcegroupid": resourceSetId }),
      ...(inQuery ? { "x-acs-asapi-product": product, "x-ascm-product-name": product } : {}),
    },
    params: {
      ...(organizationId === undefined ? {} : { OrganizationId: organizationId, Department: organizationId }),
      ...(resourceSetId === undefined ? {} : { ResourceGroup: resourceSetId }),
      ...(inQuery ? { Product: product } : {}),
      ...(regionId === undefined ? {} : { RegionId: regionId }),
    },
  };
}

/** What host names of ECS and of ASAPI begin with. */
const PRODUCT = /^(?:(?:ecs|vpc)(?:-[a-z]+)?|(?:public|internal|server)\.asapi)\.(?=.)/;

/**
 * A name for the cloud behind an address of ECS: the same for its host names, schemes, paths and regions.
 *
 * @param endpoint the address, with scheme.
 * @param regionId the region that the address is for.
 */
export function cloudOf(endpoint: string, regionId: string): string {
  if (isPublic(endpoint)) return PUBLIC_DOMAIN;
  const url = new URL(endpoint);
  if (isLoopback(url.hostname)) return withPort("127.0.0.1", url);
  if (/^\[|^[\d.]+$/.test(url.hostname)) return withPort(url.hostname, url);
  const domain = hostOf(url).replace(PRODUCT, "");
  const region = `${regionId.toLowerCase()}.`;
  return domain.startsWith(region) && domain.length > region.length ? domain.slice(region.length) : domain;
}

function hostOf({ hostname }: URL): string {
  return hostname.toLowerCase().replace(/\.$/, "");
}

function withPort(host: string, { port }: URL): string {
  return port === "" ? host : `${host}:${port}`;
}
