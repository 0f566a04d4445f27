/** Every setting and the places that it is read from. The page docs/configuration.md is made from this table. */

/**
 * The tool that a name belongs to: this package, `@pulumi/alicloud`, or the provider of Apsara Stack (`alibabacloudstack`).
 * A configuration uses the names of only one of the last two. See lookup.ts.
 */
export type Family = "classiclink" | "alicloud" | "alibabacloudstack";

/**
 * Each setting with its places. The first place with a value wins. Keys of the stack's configuration have a colon; the other
 * places are environment variables. `endpoints[0].ecs` is the member `ecs` of the objects in the list `endpoints`.
 */
export const SETTINGS = {
  region: [
    "classiclink:region",
    "alicloud:region",
    "alibabacloudstack:region",
    "alibabacloudstack:regionId",
    "ALICLOUD_REGION",
    "ALIBABA_CLOUD_REGION",
    "ALIBABACLOUDSTACK_REGION",
  ],
  accessKey: [
    "classiclink:accessKey",
    "alicloud:accessKey",
    "alibabacloudstack:organizationAccesskey",
    "alibabacloudstack:accessKey",
    "ALICLOUD_ACCESS_KEY",
    "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "ALIBABACLOUD_ACCESS_KEY_ID",
    "ALIBABACLOUDSTACK_ORGANIZATION_ACCESSKEY",
    "ALIBABACLOUDSTACK_ACCESS_KEY",
  ],
  secretKey: [
    "classiclink:secretKey",
    "alicloud:secretKey",
    "alibabacloudstack:organizationSecretkey",
    "alibabacloudstack:secretKey",
    "ALICLOUD_SECRET_KEY",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "ALIBABACLOUD_ACCESS_KEY_SECRET",
    "ALIBABACLOUDSTACK_ORGANIZATION_SECRETKEY",
    "ALIBABACLOUDSTACK_SECRET_KEY",
  ],
  securityToken: [
    "classiclink:securityToken",
    "alicloud:securityToken",
    "alibabacloudstack:securityToken",
    "ALICLOUD_SECURITY_TOKEN",
    "ALIBABA_CLOUD_SECURITY_TOKEN",
    "ALIBABACLOUD_SECURITY_TOKEN",
    "ALIBABACLOUDSTACK_SECURITY_TOKEN",
  ],
  profile: [
    "classiclink:profile",
    "alicloud:profile",
    "alibabacloudstack:profile",
    "ALICLOUD_PROFILE",
    "ALIBABA_CLOUD_PROFILE",
    "ALIBABACLOUDSTACK_PROFILE",
  ],
  sharedCredentialsFile: [
    "classiclink:sharedCredentialsFile",
    "alicloud:sharedCredentialsFile",
    "alibabacloudstack:sharedCredentialsFile",
    "ALICLOUD_SHARED_CREDENTIALS_FILE",
    "ALIBABA_CLOUD_CREDENTIALS_FILE",
    "ALIBABACLOUDSTACK_SHARED_CREDENTIALS_FILE",
  ],
  credentialsUri: [
    "classiclink:credentialsUri",
    "alicloud:credentialsUri",
    "ALICLOUD_CREDENTIALS_URI",
    "ALIBABA_CLOUD_CREDENTIALS_URI",
  ],
  ecsRoleName: [
    "classiclink:ecsRoleName",
    "alicloud:ecsRoleName",
    "alibabacloudstack:ecsRoleName",
    "ALICLOUD_ECS_ROLE_NAME",
    "ALIBABA_CLOUD_ECS_METADATA",
    "ALIBABACLOUDSTACK_ECS_ROLE_NAME",
  ],
  assumeRoleWithOidc: ["classiclink:assumeRoleWithOidc", "alicloud:assumeRoleWithOidc"],
  assumeRole: [
    "classiclink:assumeRole",
    "alicloud:assumeRole",
    "alibabacloudstack:assumeRole",
    "alibabacloudstack:roleArn",
    "ALIBABACLOUDSTACK_ASSUME_ROLE_ARN",
  ],
  endpoint: [
    "classiclink:endpoint",
    "alicloud:endpoints[0].ecs",
    "alibabacloudstack:endpoints[0].ecs",
    "alibabacloudstack:popgwDomain",
    "alibabacloudstack:domain",
    "CLASSICLINK_ENDPOINT",
    "ALIBABA_CLOUD_ENDPOINT_ECS",
    "ECS_ENDPOINT",
    "ALIBABACLOUDSTACK_POPGW_DOMAIN",
    "ALIBABACLOUDSTACK_DOMAIN",
  ],
  stsEndpoint: [
    "classiclink:stsEndpoint",
    "alicloud:endpoints[0].sts",
    "alibabacloudstack:stsEndpoint",
    "alibabacloudstack:endpoints[0].sts",
    "alibabacloudstack:popgwDomain",
    "alibabacloudstack:domain",
    "CLASSICLINK_STS_ENDPOINT",
    "ALIBABA_CLOUD_ENDPOINT_STS",
    "STS_ENDPOINT",
    "ALIBABACLOUDSTACK_STS_ENDPOINT",
    "ALIBABACLOUDSTACK_POPGW_DOMAIN",
    "ALIBABACLOUDSTACK_DOMAIN",
  ],
  vpcEndpoint: [
    "classiclink:vpcEndpoint",
    "alicloud:endpoints[0].vpc",
    "alibabacloudstack:endpoints[0].vpc",
    "alibabacloudstack:popgwDomain",
    "alibabacloudstack:domain",
    "CLASSICLINK_VPC_ENDPOINT",
    "ALIBABA_CLOUD_ENDPOINT_VPC",
    "VPC_ENDPOINT",
    "ALIBABACLOUDSTACK_POPGW_DOMAIN",
    "ALIBABACLOUDSTACK_DOMAIN",
  ],
  protocol: [
    "classiclink:protocol",
    "alicloud:protocol",
    "alibabacloudstack:protocol",
    "CLASSICLINK_PROTOCOL",
    "ALIBABACLOUDSTACK_PROTOCOL",
  ],
  insecure: [
    "classiclink:insecure",
    "alibabacloudstack:insecure",
    "CLASSICLINK_INSECURE",
    "ALIBABACLOUDSTACK_INSECURE",
  ],
  proxy: ["classiclink:proxy", "alibabacloudstack:proxy", "CLASSICLINK_PROXY", "ALIBABACLOUDSTACK_PROXY"],
  organizationId: [
    "classiclink:organizationId",
    "alibabacloudstack:department",
    "CLASSICLINK_ORGANIZATION_ID",
    "ALIBABACLOUDSTACK_DEPARTMENT",
  ],
  resourceSetId: [
    "classiclink:resourceSetId",
    "alibabacloudstack:resourceGroup",
    "CLASSICLINK_RESOURCE_SET_ID",
    "ALIBABACLOUDSTACK_RESOURCE_GROUP",
  ],
  refreshBeforeUpdate: ["classiclink:refreshBeforeUpdate", "CLASSICLINK_REFRESH_BEFORE_UPDATE"],
  forgetRetiredLinks: ["classiclink:forgetRetiredLinks", "CLASSICLINK_FORGET_RETIRED_LINKS"],
} as const satisfies Record<string, readonly string[]>;

/** Settings of the provider of Apsara Stack that this package reads without a setting of its own. */
export const VENDOR_SETTINGS = {
  isCenterRegion: ["alibabacloudstack:isCenterRegion", "ALIBABACLOUDSTACK_CENTER_REGION"],
  forceUseAsapi: ["alibabacloudstack:forceUseAsapi"],
  resourceGroupSetName: ["alibabacloudstack:resourceGroupSetName", "ALIBABACLOUDSTACK_RESOURCE_GROUP_SET"],
} as const satisfies Record<string, readonly string[]>;

export const VENDOR_SETTING_NAMES = [
  "isCenterRegion",
  "forceUseAsapi",
  "resourceGroupSetName",
] as const satisfies readonly VendorSettingName[];

/** Whether a place has the domain of the POP gateway. Host names are made from it, such as `ecs-internal.<domain>`. */
export const isPopDomain = (place: string) => /popgwDomain$|_POPGW_DOMAIN$/.test(place);

/** Whether a place has the host name of ASAPI, the gateway for all products. */
export const isAsapiHost = (place: string) => /:domain$|STACK_DOMAIN$/.test(place);

/** Whether a place has the key of an organization's account, or its secret. The vendor's provider prefers it to the user's key. */
export const isOrganizationKey = (place: string) => /:organization\w+key$|_ORGANIZATION_\w+KEY$/.test(place);

export type SettingName = keyof typeof SETTINGS;
export type VendorSettingName = keyof typeof VENDOR_SETTINGS;

/** Settings that are true or false, and false by default. */
export const SWITCHES = [
  "insecure",
  "refreshBeforeUpdate",
  "forgetRetiredLinks",
] as const satisfies readonly SettingName[];

/** The names of all settings, in their order. */
export const SETTING_NAMES: readonly SettingName[] = Object.keys(SETTINGS).filter(isSettingName);

function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

/** The settings that choose a source of credentials. */
export const CREDENTIAL_SOURCES = [
  "accessKey",
  "secretKey",
  "profile",
  "credentialsUri",
  "ecsRoleName",
  "assumeRoleWithOidc",
] as const satisfies readonly SettingName[];

/** Settings that the state has only encrypted. */
export const SECRET_SETTINGS: ReadonlySet<string> = new Set<SettingName>([
  "secretKey",
  "securityToken",
  // It may have a token.
  "assumeRoleWithOidc",
  // The address may have a token.
  "credentialsUri",
  // The address may have a password.
  "proxy",
]);

/** The members of `assumeRole`. A member that is left out is read from its variables. */
export const ASSUME_ROLE_MEMBERS = {
  roleArn: ["ALICLOUD_ASSUME_ROLE_ARN", "ALIBABA_CLOUD_ROLE_ARN", "ALIBABACLOUDSTACK_ASSUME_ROLE_ARN"],
  sessionName: [
    "ALICLOUD_ASSUME_ROLE_SESSION_NAME",
    "ALIBABA_CLOUD_ROLE_SESSION_NAME",
    "ALIBABACLOUDSTACK_ASSUME_ROLE_SESSION_NAME",
  ],
  sessionExpiration: ["ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION", "ALIBABACLOUDSTACK_ASSUME_ROLE_SESSION_EXPIRATION"],
  policy: [],
  externalId: [],
} as const satisfies Record<string, readonly string[]>;

/** The same for `assumeRoleWithOidc`. The first three variables are also a source by themselves, as for Alibaba Cloud's SDKs. */
export const OIDC_MEMBERS = {
  roleArn: ["ALIBABA_CLOUD_ROLE_ARN"],
  oidcProviderArn: ["ALIBABA_CLOUD_OIDC_PROVIDER_ARN"],
  oidcTokenFile: ["ALIBABA_CLOUD_OIDC_TOKEN_FILE"],
  oidcToken: ["ALIBABA_CLOUD_OIDC_TOKEN"],
  roleSessionName: ["ALIBABA_CLOUD_ROLE_SESSION_NAME"],
  sessionExpiration: [],
  policy: [],
} as const satisfies Record<string, readonly string[]>;

/** Environment variables of Alibaba Cloud's SDKs that have no setting. The first is a region. The others are `true` or unset. */
export const SDK_VARIABLES = {
  stsRegion: "ALIBABA_CLOUD_STS_REGION",
  stsInVpc: "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED",
  noCliProfile: "ALIBABA_CLOUD_CLI_PROFILE_DISABLED",
  noMetadata: "ALIBABA_CLOUD_ECS_METADATA_DISABLED",
  noMetadataV1: "ALIBABA_CLOUD_IMDSV1_DISABLED",
} as const;

/** Whether a place is a key of the stack's configuration, and not an environment variable. */
export const isConfigKey = (place: string) => place.includes(":");

/** The family that a place belongs to. */
export function familyOf(place: string): Family {
  if (/^classiclink:|^CLASSICLINK_/.test(place)) return "classiclink";
  return /^alibabacloudstack:|^ALIBABACLOUDSTACK_/.test(place) ? "alibabacloudstack" : "alicloud";
}

/** The environment variables of a setting. */
export function variablesOf(name: SettingName): readonly string[] {
  return SETTINGS[name].filter((place) => !isConfigKey(place));
}
