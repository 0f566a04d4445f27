/** The descriptions of the package. The schema and the reference page use them. The docstrings of `sdk/` repeat them. */

import { ASSUME_ROLE_MEMBERS, OIDC_MEMBERS, SETTING_NAMES, type SettingName, variablesOf } from "../../settings/places";

export const PACKAGE = "Links between ECS instances of the classic network and VPCs of Alibaba Cloud (ClassicLink).";

export const CLASSIC_LINK = {
  resource:
    "A link between an ECS instance of the classic network and a VPC.\n\n" +
    "Its id is `<regionId>:<instanceId>`. If the declared link exists already, create adopts it. `customTimeouts` " +
    "apply to create, update and delete; the default is 10 minutes each.",
  inputs: {
    instanceId: "The id of the ECS instance, which is in the classic network. An instance has at most one link.",
    vpcId: "The id of the VPC. It is in the same region, and ClassicLink is enabled on it.",
    regionId: "The region of the instance and the VPC. The default is the configured region.",
  },
  outputs: {
    instanceId: "The id of the instance.",
    vpcId: "The id of the VPC. After a refresh, this is the VPC that the instance is linked to.",
    regionId: "The region of both.",
  },
} as const;

export const CLASSIC_LINKS = {
  resource:
    "Links between up to 1000 ECS instances of the classic network and one VPC, as one resource. They take one " +
    "entry in the state, and few calls to read. Other links to the VPC are not changed.\n\n" +
    "Its id is `<regionId>:<vpcId>`. `customTimeouts` apply to create, update and delete; the default is one hour " +
    "each.",
  inputs: {
    vpcId: "The id of the VPC. ClassicLink is enabled on it. A change replaces the resource.",
    instanceIds:
      "The ids of the ECS instances, which are in the classic network. At most 1000, each once, in any order. The " +
      "list may be empty.",
    regionId:
      "The region of the instances and the VPC. The default is the configured region. A change replaces the resource.",
  },
  outputs: {
    vpcId: "The id of the VPC.",
    instanceIds: "The ids of the declared instances that are linked to the VPC.",
    regionId: "The region of the instances and the VPC.",
    movedAway:
      "The declared instances that are linked to another VPC: instance id → VPC id. The next update links them to the " +
      "declared VPC again.",
  },
} as const;

export const GET_LINKS = {
  function:
    "Lists the links that exist, whether Pulumi manages them or not. You can filter by VPC, by instances, or by " +
    "both. All pages are read.",
  args: {
    vpcId: "Lists only links to this VPC. Set this, `instanceIds`, or both.",
    instanceIds:
      "Lists only links of these instances, any number of them. Instances that have no link or do not exist are left " +
      "out.",
    regionId: "The region to list. The default is the configured region.",
  },
  result: {
    links: "The links, sorted by instance id.",
    instanceId: "The id of the instance.",
    vpcId: "The id of the VPC that the instance is linked to.",
  },
} as const;

/** What each setting is for. */
const SETTING_PURPOSES = {
  region: "The default region of links, such as `cn-hangzhou`. There is no built-in default.",
  accessKey: "The id of the access key. Needs `secretKey`.",
  secretKey: "The secret of the access key. Needs `accessKey`.",
  securityToken: "The STS token of a temporary access key.",
  profile:
    "The profile that has the credentials. Used if no access key is set. Every mode of the `aliyun` command line " +
    "works.",
  sharedCredentialsFile:
    "The file that has the profile. It is the JSON file of the `aliyun` command line, or the INI file of Alibaba " +
    "Cloud's SDKs. The default is `~/.aliyun/config.json`.",
  credentialsUri: "The address of a service that returns credentials. Used if neither a key nor a profile is set.",
  ecsRoleName: "The RAM role of the ECS instance that Pulumi runs on. Used if none of the settings above is set.",
  assumeRoleWithOidc: "The RAM role to assume with an OIDC token. Used if none of the settings above is set.",
  assumeRole: "The RAM role to assume, with the credentials that the other settings give.",
  endpoint:
    "The address of ECS, such as `ecs.cn-beijing.aliyuncs.com`, with a port if needed. On Apsara Stack, set the " +
    "host of the POP gateway, or of ASAPI with its path `/asapi/v3`. The default is the region's public address.",
  stsEndpoint:
    "The address of STS, which assumes roles. The default is the address for the region `ALIBABA_CLOUD_STS_REGION`, " +
    "or else for the configured region. If `ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED` is true, it is the address within a " +
    "VPC.",
  vpcEndpoint:
    "The address of the VPC service. Only commands that list VPCs use it. The default is the region's public " +
    "address, or on ASAPI the value of `endpoint`.",
  protocol:
    "`HTTPS`, or `HTTP` for an endpoint without TLS. The default is HTTPS, except for this machine and for an " +
    "endpoint from the settings of `alibabacloudstack`. `http://` or `https://` in an endpoint wins.",
  insecure:
    "Whether to accept any certificate of a private cloud's ECS, VPC and STS. Prefer `NODE_EXTRA_CA_CERTS` with the " +
    "certificate of its authority. The default is false.",
  proxy:
    "The proxy for all requests, such as `http://proxy.example:3128`. The default is the value of `HTTPS_PROXY` or " +
    "`HTTP_PROXY`.",
  organizationId:
    "The organization of the instances and VPCs on Apsara Stack. The default is the organization of the access " +
    "key's user.",
  resourceSetId:
    "The resource set of the instances and VPCs on Apsara Stack. Needs `organizationId`. The default is all sets of " +
    "the organization.",
  refreshBeforeUpdate:
    "Whether each `pulumi up` refreshes the links first, as with `--refresh`, and so repairs drift. Takes effect " +
    "for a link after its next create, update or refresh. Only the plugin has it. The default is false.",
  forgetRetiredLinks:
    "Whether a delete succeeds, with a warning, if ECS answers that the region no longer offers ClassicLink. Set it " +
    "only where the service is really gone: a wrong `endpoint` gives the same answers. The default is false: such a " +
    "delete fails.",
} as const satisfies Record<SettingName, string>;

/** What each member of `assumeRole` is for. */
export const ASSUME_ROLE_PURPOSES = {
  roleArn: "The ARN of the role.",
  sessionName:
    "The name of the session in the logs of the account. The default is `terraform`, as for `@pulumi/alicloud`.",
  sessionExpiration:
    "How long a session lasts, in seconds: 900 to 43200. The default is 3600. The session is renewed before it " +
    "ends.",
  policy: "A RAM policy, as JSON, that limits the session further.",
  externalId: "The external id that the role's trust policy requires.",
} as const satisfies Record<keyof typeof ASSUME_ROLE_MEMBERS, string>;

/** What each member of `assumeRoleWithOidc` is for. */
export const OIDC_PURPOSES = {
  roleArn: "The ARN of the role.",
  oidcProviderArn: "The ARN of the OIDC provider.",
  oidcTokenFile: "The file with the OIDC token. It is read again at each renewal.",
  oidcToken: "The OIDC token itself, instead of a file.",
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

/** The end of a description: the environment variables. */
function environmentOf(variables: readonly string[]): string {
  const listed = variables.map((variable) => `\`${variable}\``).join(", ");
  return listed === "" ? "" : ` Environment: ${listed}.`;
}

/** All settings, with their descriptions. */
export const SETTING_DESCRIPTIONS = describeSettings();

interface SettingDescription {
  readonly name: SettingName;
  /** What the setting is for. */
  readonly purpose: string;
  /** The purpose and the environment variables. */
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
