/** The words in which the package explains itself. The schema, the reference page and the docstrings of `sdk/` all take them from here. */

import { SETTINGS } from "../../settings";

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

export const GET_CLASSIC_LINKS = {
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
  profile: "The profile of `~/.aliyun/config.json` to use when no access key is given.",
  ecsRoleName: "The RAM role of the ECS instance that Pulumi runs on, to use when neither key nor profile is given.",
  endpoint:
    "The address of ECS, such as `ecs.cn-beijing.aliyuncs.com`, with a port where it needs one. By default the public one " +
    "of the region.",
  protocol: "`HTTPS`, or `HTTP` for an endpoint that has nothing else. By default HTTPS, except on this machine.",
  refreshBeforeUpdate:
    "Whether each `pulumi up` first looks where the links are, as with `--refresh`, so that it repairs what was changed " +
    "behind Pulumi's back. Counts for a link from its next create, update or refresh. By default false.",
  forgetRetiredLinks:
    "Whether a delete lets go of a link, with a warning, where ECS answers that it does not offer ClassicLink there any " +
    "more: neither to remove the link nor to look for it. Only for a service that is really gone, because a wrong " +
    "`endpoint` gives the same answers. By default false: such a delete fails.",
} as const satisfies Record<keyof typeof SETTINGS, string>;

/** Every setting: the place it is configured, what it is for, and which environment variables stand in for it. */
export const SETTING_DESCRIPTIONS = describeSettings();

interface SettingDescription {
  readonly name: keyof typeof SETTINGS;
  readonly description: string;
  readonly environment: readonly string[];
}

function describeSettings(): readonly SettingDescription[] {
  const names: readonly (keyof typeof SETTINGS)[] = [
    "region",
    "accessKey",
    "secretKey",
    "securityToken",
    "profile",
    "ecsRoleName",
    "endpoint",
    "protocol",
    "refreshBeforeUpdate",
    "forgetRetiredLinks",
  ];
  return names.map((name) => {
    const environment: readonly string[] = SETTINGS[name].env;
    const variables = environment.map((variable) => `\`${variable}\``).join(", ");
    const places = variables === "" ? "" : ` Environment: ${variables}.`;
    return { name, description: `${SETTING_PURPOSES[name]}${places}`, environment };
  });
}
