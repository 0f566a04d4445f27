/** What a program imports from `pulumi-classiclink`. */

export { ClassicLink, type ClassicLinkArgs } from "./classicLink";
export { ClassicLinks, type ClassicLinksArgs } from "./classicLinks";
export {
  type FoundLink,
  type GetClassicLinksArgs,
  type GetClassicLinksOutputArgs,
  type GetClassicLinksResult,
  getClassicLinks,
  getClassicLinksOutput,
} from "./getClassicLinks";
export {
  type AlicloudEndpoints,
  type AlicloudProviderArgs,
  type AssumeRoleArgs,
  type AssumeRoleWithOidcArgs,
  Provider,
  type ProviderArgs,
} from "./provider";
