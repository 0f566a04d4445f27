/** The exports of `pulumi-classiclink`. */

import "../provider/hosts/prerequisites";
export { ClassicLink, type ClassicLinkArgs } from "./classicLink";
export { ClassicLinks, type ClassicLinksArgs } from "./classicLinks";
export {
  type FoundLink,
  type GetLinksArgs,
  type GetLinksOutputArgs,
  type GetLinksResult,
  getLinks,
  getLinksOutput,
} from "./getLinks";
export { linksFromFile, type ListedLinks } from "./linksFromFile";
export {
  type AlibabaCloudStackEndpoints,
  type AlibabaCloudStackProviderArgs,
  type AlicloudEndpoints,
  type AlicloudProviderArgs,
  type AssumeRoleArgs,
  type AssumeRoleWithOidcArgs,
  Provider,
  type ProviderArgs,
} from "./provider";
