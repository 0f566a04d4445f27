/** The words in which the package explains itself. The schema, the reference page and the docstrings of `sdk/` all take them from here. */

import { ASSUME_ROLE_MEMBERS, OIDC_MEMBERS, SETTING_NAMES, type SettingName, variablesOf } from "../../settings/places";

export const PACKAGE = "Links between ECS instances of the classic network and VPCs of Alibaba Cloud (ClassicLink).";

export const CLASSIC_LINK = {
  resource:
    "A link between an ECS instance of the classic network and a VPC.\n\n" +
    "Its id is `<regionId>:<instanceId>`. Creating it adopts a link that is already as declared. `customTimeouts` are " +
    "honoured for create, update and delete; the default is 10 minutes each.",
  inputs: {
    instanceId: "The id of the instance, in the classic network. An instance has at most one link.",
    vpcId: "The id of the VPC, in the same region, with ClassicLink switched on.",
    regionId: "The region of both. By default that of the stack's configuration, or of the environment.",
  },
  outputs: {
    instanceId: "The id of the instance.",
    vpcId: "The id of the VPC. After a refresh, the VPC that the instance is really linked to.",
    regionId: "The region of both.",
  },
} as const;

export const CLASSIC_LINKS = {
  resource:
    "Links between up to 1000 ECS instances of the classic network and one VPC, as one resource: one entry in the state, " +
    "and few calls to read it. Links of others in the VPC are not touched.\n\n" +
    "Its id is `<regionId>:<vpcId>`. `customTimeouts` are honoured for create, update and delete; the default is one hour each.",
  inputs: {
    vpcId: "The id of the VPC, with ClassicLink switched on. A change replaces the resource.",
    instanceIds:
      "The ids of the instances, in the classic network. At most 1000, each once, in any order; may be empty.",
    regionId: "The region of all. By default the configured one. A change replaces the resource.",
  },
  outputs: {
    vpcId: "The id of the VPC.",
    instanceIds: "The members that are linked to the VPC.",
    regionId: "The region of all.",
    movedAway:
      "Instance id → VPC id, of declared members that are linked elsewhere. Empty when all is well; the next update puts them back.",
  },
} as const;

export const GET_LINKS = {
  function:
    "Lists the links that exist, whether Pulumi manages them or not: those of a VPC, those of some instances, or those " +
    "that match both. All pages are read.",
  args: {
    vpcId: "Only links to this VPC. This or `instanceIds` is required.",
    instanceIds:
      "Only links of these instances, any number. Instances without a link, or that do not exist, are left out.",
    regionId: "The region to look in. By default that of the stack's configuration, or of the environment.",
  },
  result: {
    links: "The links, in the order of their instance ids.",
    instanceId: "The id of the instance.",
    vpcId: "The id of the VPC that it is linked to.",
  },
} as const;

/** What a setting is for, without the places that it is read from. */
const SETTING_PURPOSES = {
  region: "The region of links that name none, such as `cn-hangzhou`. There is no built-in default.",
  accessKey: "The id of the access key. Needs `secretKey`.",
  secretKey: "The secret of the access key. Needs `accessKey`.",
  securityToken: "The security token (STS) of a temporary access key.",
  profile:
    "The profile to take credentials from when no access key is given. Every mode of the `aliyun` command line will do.",
  sharedCredentialsFile:
    "The file that has the profile: of the `aliyun` command line (JSON), or of Alibaba Cloud's SDKs (INI). By default " +
    "`~/.aliyun/config.json`.",
  credentialsUri: "An address that answers with credentials, to use when neither key nor profile is given.",
  ecsRoleName: "The RAM role of the ECS instance that Pulumi runs on, to use when nothing before is given.",
  assumeRoleWithOidc: "A RAM role to assume with an OIDC token, to use when nothing before is given.",
  assumeRole: "A RAM role to assume with the credentials that were found.",
  endpoint:
    "The address of ECS, such as `ecs.cn-beijing.aliyuncs.com`, with a port where it needs one. On Apsara Stack, a host of the " +
    "POP gateway, or of ASAPI with its path `/asapi/v3`. By default the public one of the region.",
  stsEndpoint:
    "The address of STS, where roles are assumed. By default that of `ALIBABA_CLOUD_STS_REGION`, else that of the region; " +
    "the one within a VPC when `ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED` is true.",
  vpcEndpoint:
    "The address of the VPC service. Only commands that list VPCs need it. By default the public one of the region; on ASAPI " +
    "that of `endpoint`.",
  protocol:
    "`HTTPS`, or `HTTP` for an endpoint that has nothing else. By default HTTPS, except on this machine and where the endpoint " +
    "comes from the settings of `alibabacloudstack`. `http://` or `https://` in an endpoint wins.",
  insecure:
    "Whether the certificates of a private cloud's ECS, VPC and STS are not verified. Prefer `NODE_EXTRA_CA_CERTS` with the " +
    "certificate of its authority. By default false.",
  proxy:
    "The proxy for all requests, such as `http://proxy.example:3128`. By default that of `HTTPS_PROXY` and `HTTP_PROXY`.",
  organizationId:
    "The organization that the instances and VPCs are in, on Apsara Stack. By default that of the access key's user.",
  resourceSetId:
    "The resource set that they are in, on Apsara Stack. Needs `organizationId`. By default all sets of the organization.",
  refreshBeforeUpdate:
    "Whether each `pulumi up` checks the links first, as with `--refresh`, so that it repairs what was changed " +
    "behind Pulumi's back. Counts for a link from its next create, update or refresh. For the plugin only. By default false.",
  forgetRetiredLinks:
    "Whether a delete forgets a link, with a warning, where ECS answers that it does not offer ClassicLink there any " +
    "more: neither to remove the link nor to list it. Only for a service that is really gone, because a wrong " +
    "`endpoint` gives the same answers. By default false: such a delete fails.",
} as const satisfies Record<SettingName, string>;

/** What the members of `assumeRole` are for. */
export const ASSUME_ROLE_PURPOSES = {
  roleArn: "The ARN of the role.",
  sessionName:
    "What the session is called in the logs of the account. By default `terraform`, as for `@pulumi/alicloud`.",
  sessionExpiration:
    "How long a session lasts, in seconds: 900 to 43200, by default 3600. It is renewed before it ends.",
  policy: "A RAM policy, as JSON, that the session is narrowed to.",
  externalId: "The external id that the role's trust policy asks for.",
} as const satisfies Record<keyof typeof ASSUME_ROLE_MEMBERS, string>;

/** What the members of `assumeRoleWithOidc` are for. */
export const OIDC_PURPOSES = {
  roleArn: "The ARN of the role.",
  oidcProviderArn: "The ARN of the OIDC provider.",
  oidcTokenFile: "The file that holds the OIDC token. Read anew at each renewal.",
  oidcToken: "The OIDC token itself, in place of a file.",
  roleSessionName: ASSUME_ROLE_PURPOSES.sessionName,
  sessionExpiration: ASSUME_ROLE_PURPOSES.sessionExpiration,
  policy: ASSUME_ROLE_PURPOSES.policy,
} as const satisfies Record<keyof typeof OIDC_MEMBERS, string>;

/** The settings that are objects, with their members. */
export const OBJECT_SETTINGS = {
  assumeRole: describeMembers(ASSUME_ROLE_PURPOSES, ASSUME_ROLE_MEMBERS),
  assumeRoleWithOidc: describeMembers(OIDC_PURPOSES, OIDC_MEMBERS),
} as const;

function describeMembers<Name extends string>(
  purposes: Readonly<Record<Name, string>>,
  variables: Readonly<Record<Name, readonly string[]>>,
): Readonly<Record<string, string>> {
  const described: Record<string, string> = {};
  for (const name in purposes) described[name] = `${purposes[name]}${environmentOf(variables[name])}`;
  return described;
}

/** The variables, as a description ends with them. */
function environmentOf(variables: readonly string[]): string {
  const listed = variables.map((variable) => `\`${variable}\``).join(", ");
  return listed === "" ? "" : ` Environment: ${listed}.`;
}

/** Every setting: the place it is configured, what it is for, and which environment variables stand in for it. */
export const SETTING_DESCRIPTIONS = describeSettings();

interface SettingDescription {
  readonly name: SettingName;
  /** What it is for. */
  readonly purpose: string;
  /** The same with the environment variables. */
  readonly description: string;
  readonly environment: readonly string[];
}

function describeSettings(): readonly SettingDescription[] {
  return SETTING_NAMES.map((name) => {
    const environment = variablesOf(name);
    const purpose = SETTING_PURPOSES[name];
    return { name, purpose, description: `${purpose}${environmentOf(environment)}`, environment };
  });
}
