/** Every setting and the places it is read from. The page docs/configuration.md is made of this. */

/** Where one setting is looked for, first place first. */
export interface Places {
  readonly config: readonly string[];
  readonly env: readonly string[];
}

/**
 * Every setting. The keys and variables of `@pulumi/alicloud` work unchanged; `classiclink:*` wins over them. Their order
 * is that of the documents.
 */
export const SETTINGS = {
  region: {
    config: ["classiclink:region", "alicloud:region"],
    env: ["ALICLOUD_REGION", "ALIBABA_CLOUD_REGION"],
  },
  accessKey: {
    config: ["classiclink:accessKey", "alicloud:accessKey"],
    env: ["ALICLOUD_ACCESS_KEY", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_ID"],
  },
  secretKey: {
    config: ["classiclink:secretKey", "alicloud:secretKey"],
    env: ["ALICLOUD_SECRET_KEY", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_ACCESS_KEY_SECRET"],
  },
  securityToken: {
    config: ["classiclink:securityToken", "alicloud:securityToken"],
    env: ["ALICLOUD_SECURITY_TOKEN", "ALIBABA_CLOUD_SECURITY_TOKEN", "ALIBABACLOUD_SECURITY_TOKEN"],
  },
  profile: {
    config: ["classiclink:profile", "alicloud:profile"],
    env: ["ALICLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE"],
  },
  sharedCredentialsFile: {
    config: ["classiclink:sharedCredentialsFile", "alicloud:sharedCredentialsFile"],
    env: ["ALICLOUD_SHARED_CREDENTIALS_FILE", "ALIBABA_CLOUD_CREDENTIALS_FILE"],
  },
  credentialsUri: {
    config: ["classiclink:credentialsUri", "alicloud:credentialsUri"],
    env: ["ALICLOUD_CREDENTIALS_URI", "ALIBABA_CLOUD_CREDENTIALS_URI"],
  },
  ecsRoleName: {
    config: ["classiclink:ecsRoleName", "alicloud:ecsRoleName"],
    env: ["ALICLOUD_ECS_ROLE_NAME", "ALIBABA_CLOUD_ECS_METADATA"],
  },
  assumeRoleWithOidc: { config: ["classiclink:assumeRoleWithOidc", "alicloud:assumeRoleWithOidc"], env: [] },
  assumeRole: { config: ["classiclink:assumeRole", "alicloud:assumeRole"], env: [] },
  endpoint: {
    config: ["classiclink:endpoint", "alicloud:endpoints"],
    env: ["ALIBABA_CLOUD_ENDPOINT_ECS", "ECS_ENDPOINT"],
  },
  stsEndpoint: {
    config: ["classiclink:stsEndpoint", "alicloud:endpoints"],
    env: ["ALIBABA_CLOUD_ENDPOINT_STS", "STS_ENDPOINT"],
  },
  protocol: { config: ["classiclink:protocol", "alicloud:protocol"], env: [] },
  organizationId: { config: ["classiclink:organizationId"], env: ["CLASSICLINK_ORGANIZATION_ID"] },
  resourceSetId: { config: ["classiclink:resourceSetId"], env: ["CLASSICLINK_RESOURCE_SET_ID"] },
  refreshBeforeUpdate: { config: ["classiclink:refreshBeforeUpdate"], env: ["CLASSICLINK_REFRESH_BEFORE_UPDATE"] },
  forgetRetiredLinks: { config: ["classiclink:forgetRetiredLinks"], env: ["CLASSICLINK_FORGET_RETIRED_LINKS"] },
} as const satisfies Record<string, Places>;

/** Settings that are true or false, and false by default. */
export const SWITCHES = ["refreshBeforeUpdate", "forgetRetiredLinks"] as const satisfies readonly SettingName[];

export type SettingName = keyof typeof SETTINGS;

/** The names of all settings, in their order. */
export const SETTING_NAMES: readonly SettingName[] = Object.keys(SETTINGS).filter(isSettingName);

function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

/** Settings that must never stand in a state in clear. */
export const SECRET_SETTINGS: ReadonlySet<string> = new Set<SettingName>([
  "secretKey",
  "securityToken",
  // A token may be among its members, or a part of the address.
  "assumeRoleWithOidc",
  "credentialsUri",
]);

/** The members of `assumeRole`, and the variables that stand in for one that it leaves out. */
export const ASSUME_ROLE_MEMBERS = {
  roleArn: ["ALICLOUD_ASSUME_ROLE_ARN", "ALIBABA_CLOUD_ROLE_ARN"],
  sessionName: ["ALICLOUD_ASSUME_ROLE_SESSION_NAME", "ALIBABA_CLOUD_ROLE_SESSION_NAME"],
  sessionExpiration: ["ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION"],
  policy: [],
  externalId: [],
} as const satisfies Record<string, readonly string[]>;

/** The same for `assumeRoleWithOidc`. The first three variables alone make a source of credentials, as they do for the SDKs. */
export const OIDC_MEMBERS = {
  roleArn: ["ALIBABA_CLOUD_ROLE_ARN"],
  oidcProviderArn: ["ALIBABA_CLOUD_OIDC_PROVIDER_ARN"],
  oidcTokenFile: ["ALIBABA_CLOUD_OIDC_TOKEN_FILE"],
  oidcToken: ["ALIBABA_CLOUD_OIDC_TOKEN"],
  roleSessionName: ["ALIBABA_CLOUD_ROLE_SESSION_NAME"],
  sessionExpiration: [],
  policy: [],
} as const satisfies Record<string, readonly string[]>;

/** Variables of Alibaba Cloud's SDKs that have no setting. All but the first are switches, on when they are `true`. */
export const SDK_VARIABLES = {
  stsRegion: "ALIBABA_CLOUD_STS_REGION",
  stsInVpc: "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED",
  noCliProfile: "ALIBABA_CLOUD_CLI_PROFILE_DISABLED",
  noMetadata: "ALIBABA_CLOUD_ECS_METADATA_DISABLED",
  noMetadataV1: "ALIBABA_CLOUD_IMDSV1_DISABLED",
} as const;

/** The address of the VPC service, which no resource needs: it is no setting of a stack. */
export const VPC_ENDPOINT_VARIABLES = ["ALIBABA_CLOUD_ENDPOINT_VPC", "VPC_ENDPOINT"] as const;

/** Which product of `alicloud:endpoints` is meant. */
const PRODUCTS: Readonly<Partial<Record<SettingName, string>>> = { endpoint: "ecs", stsEndpoint: "sts" };

/** The key of a setting as a person writes it: `alicloud:endpoints` holds the endpoints of all products. */
export function writtenKey(name: SettingName, key: string): string {
  return key === "alicloud:endpoints" ? `alicloud:endpoints[0].${PRODUCTS[name]}` : key;
}

/** The places of a setting, as an error lists them. */
export function placesOf(name: SettingName): string {
  const { config, env }: Places = SETTINGS[name];
  return [...config.map((key) => writtenKey(name, key)), ...env].join(", ");
}
