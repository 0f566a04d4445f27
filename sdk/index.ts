/** What a program imports from `pulumi-classiclink`. */

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
export {
  type AlicloudEndpoints,
  type AlicloudProviderArgs,
  type AssumeRoleArgs,
  type AssumeRoleWithOidcArgs,
  Provider,
  type ProviderArgs,
} from "./provider";
