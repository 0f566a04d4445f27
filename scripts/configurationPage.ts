/** `docs/configuration.md`. Its tables are made from the settings. */

import { OBJECT_SETTINGS } from "../provider/hosts/plugin/descriptions";
import {
  ASSUME_ROLE_MEMBERS,
  type Family,
  familyOf,
  isConfigKey,
  OIDC_MEMBERS,
  SETTING_NAMES,
  SETTINGS,
} from "../provider/settings/places";
import { markdownTable } from "./markdownTable";

const code = (texts: readonly string[]) => texts.map((text) => `\`${text}\``).join(", ");

/** Names of a family, one below the other, so that the table fits a page. */
const lines = (texts: readonly string[]) => texts.map((text) => `\`${text}\``).join("<br>");

function places(): string {
  const rows = SETTING_NAMES.map((name) => {
    const of = (family: Family) => SETTINGS[name].filter((place) => familyOf(place) === family);
    const own = of("classiclink").filter((place) => !isConfigKey(place));
    return [`\`${name}\``, lines(own), lines(of("alicloud"))];
  });
  return markdownTable(["`classiclink:`", "variable", "`@pulumi/alicloud`"], rows);
}

function members(name: keyof typeof OBJECT_SETTINGS, variables: Readonly<Record<string, readonly string[]>>): string {
  const rows = Object.entries(variables).map(([member, env]) => [
    `\`${member}\``,
    (OBJECT_SETTINGS[name][member] ?? "").replace(/ Environment: .*/, ""),
    code(env),
  ]);
  return markdownTable(["member", "meaning", "environment"], rows);
}

/** The text of the page. */
export function configurationPage(): string {
  return `# Configuration

<!-- Made by \`npm run docs\` from scripts/configurationPage.ts and provider/settings/places.ts. Change it there. -->

A stack that is configured for \`@pulumi/alicloud\` needs nothing more: its keys and variables mean the same here. The
[reference](reference.md#configuration) describes each setting.

## Every setting and its places

The first place that has a value wins:

1. the stack's configuration: \`classiclink:*\`, \`alicloud:*\`, then \`alibabacloudstack:*\`
2. the environment: \`CLASSICLINK_*\`, the variables of \`@pulumi/alicloud\`, then \`ALIBABACLOUDSTACK_*\`

[Private clouds](private-cloud.md#the-vendors-names) lists the names with \`alibabacloudstack\`, and says when they count. A \`Provider\` in the program uses its
arguments instead of the stack's configuration.

${places()}

Pulumi passes only \`classiclink:*\` to the plugin. The plugin also reads the environment.

## Which credentials are used

The first of these that is set:

1. \`accessKey\` and \`secretKey\`. \`securityToken\` counts if it is in the same place as the key. One without the other is an error. Both must be
   names of one provider.
2. \`profile\`, in \`sharedCredentialsFile\` or \`~/.aliyun/config.json\`.
3. \`credentialsUri\`.
4. \`ecsRoleName\`: the metadata server of this ECS instance, first with a token (version 2), then without one (version 1).
5. \`assumeRoleWithOidc\`.
6. \`sharedCredentialsFile\` without \`profile\`: the profile that the file names as current.
7. A source of this machine:
   - the OIDC variables of a pod: \`ALIBABA_CLOUD_ROLE_ARN\`, \`ALIBABA_CLOUD_OIDC_PROVIDER_ARN\` and \`ALIBABA_CLOUD_OIDC_TOKEN_FILE\`
   - the current profile of \`~/.aliyun/config.json\`
   - the default profile of \`~/.alibabacloud/credentials\`
   - the RAM role of this ECS instance

\`assumeRole\` is then assumed with these credentials, also if they are those of a role.

**A source under \`classiclink:\` is used alone**, because it names the account. If one of the settings 1 to 5 is under \`classiclink:\`, no source
under \`alicloud:\` or in the environment wins over it, and \`alicloud:assumeRole\` is not used.

Sessions are renewed before they end, also in the middle of a long update. Files are read again for that. A source that does not answer is retried for 30
seconds. If no source has credentials, the error names each source and why it has none. It quotes no files and no answers.

## When a source gives no credentials

The error begins with the setting. The reason is in brackets:

| reason | what it means |
| --- | --- |
| \`there is no such file\`, \`there is no profile of that name in it\` | the profile is in another file: set \`sharedCredentialsFile\` |
| \`it has no …\`, \`its mode is none of …\` | the profile is incomplete: configure it again with the \`aliyun\` command line |
| \`its login to CloudSSO has expired\`, \`HTTP 400 … from oauth.aliyun.com\` | log in again with the \`aliyun\` command line |
| \`no answer from 100.100.100.200\` | this machine is not an ECS instance, or its metadata server is disabled |
| \`HTTP 404 from 100.100.100.200\` | the instance has no RAM role of that name |
| \`HTTP 403 from 100.100.100.200\` | the metadata server requires a token, and got none |
| \`STS: HTTP 403 NoPermission …\` | the caller may not assume the role: see [Permissions](permissions.md#other-permissions), and the role's trust policy |
| \`STS: HTTP 404 EntityNotExist.Role …\` | \`roleArn\` names no role |
| \`… was not found\`, \`… was not reached\` | check \`stsEndpoint\`, the network, and the proxy |

## Secrets

Outputs and messages contain no secrets. The state has \`secretKey\`, \`securityToken\`, \`assumeRoleWithOidc\` and \`credentialsUri\` encrypted. For
arguments of a \`Provider\`, this is always so. In the stack's configuration, set them with \`--secret\`. Credentials from the environment, a profile or a
service never reach Pulumi.

Some debug options print secrets. Pulumi's \`--debug\`, \`-v=9\` and \`PULUMI_DEBUG_GRPC\` print configuration in clear. \`DEBUG=*\` makes libraries print
requests with their tokens. Do not use them where others read the log.

## Accounts and regions side by side

In TypeScript and JavaScript, declare a provider for each account, and pass it to its links:

\`\`\`ts
import { ClassicLink, Provider } from "pulumi-classiclink";

const beijing = new Provider("beijing", { region: "cn-beijing", profile: "production" });
const link = { instanceId: "i-2ze1web", vpcId: "vpc-2ze1shop" };
new ClassicLink("web", link, { provider: beijing });
\`\`\`

Its arguments are the settings above, with the same names. Settings that it leaves out come from the environment, never from the stack's configuration.
Secrets are encrypted in the state, also if they are plain in the program. \`getLinksOutput\` accepts a \`Provider\` too.

\`Provider.fromAlicloud\` takes the arguments of \`new alicloud.Provider\`:

\`\`\`ts
import * as alicloud from "@pulumi/alicloud";
import { Provider } from "pulumi-classiclink";

const roleArn = "acs:ram::1234567890123456:role/links";
const args = { region: "cn-beijing", assumeRole: { roleArn } };
const resources = new alicloud.Provider("beijing", args);
const links = Provider.fromAlicloud("beijing-links", args);
\`\`\`

In the other languages, use the \`Provider\` of the SDK that \`pulumi package add\` generates.

## Profiles

A file that begins with \`{\` is that of the \`aliyun\` command line. Every \`mode\` that signs with a key works: \`AK\`, \`StsToken\`, \`RamRoleArn\` (with
\`external_id\` and \`policy\`), \`EcsRamRole\`, \`RamRoleArnWithRoleName\`, \`OIDC\`, \`ChainableRamRoleArn\`, \`CredentialsURI\`, \`CloudSSO\`, \`OAuth\` and
\`External\`. A renewed \`OAuth\` login is written back to the file, as the command line does.

Any other file is that of Alibaba Cloud's SDKs (INI). Its sections have the \`type\` \`access_key\`, \`ecs_ram_role\` or \`ram_role_arn\`.

## Roles

Members of \`assumeRole\`. A variable gives a member that is left out. A variable alone does not make the package assume a role.

${members("assumeRole", ASSUME_ROLE_MEMBERS)}

Members of \`assumeRoleWithOidc\`:

${members("assumeRoleWithOidc", OIDC_MEMBERS)}

Set each member with \`pulumi config set --path 'classiclink:assumeRole.roleArn' acs:ram::1234567890123456:role/links\`.

## The address of STS

The first of these that is set:

1. a profile's \`sts_endpoint\`, or its \`sts_region\` and \`enable_vpc\`
2. \`stsEndpoint\`
3. the address for the region in \`ALIBABA_CLOUD_STS_REGION\`, then for the configured region: \`sts.<region>.aliyuncs.com\`
4. \`sts.aliyuncs.com\`

With \`ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED=true\`, the third one is the address within a VPC: \`sts-vpc.<region>.aliyuncs.com\`.

## Variables of Alibaba Cloud's SDKs

| variable | when it is \`true\` |
| --- | --- |
| \`ALIBABA_CLOUD_CLI_PROFILE_DISABLED\` | \`~/.aliyun/config.json\` is not read unless a profile is named |
| \`ALIBABA_CLOUD_ECS_METADATA_DISABLED\` | the metadata server is never called |
| \`ALIBABA_CLOUD_IMDSV1_DISABLED\` | the metadata server is called only with a token |

## Proxies

The setting \`proxy\` is used for ECS, STS and all other sources of credentials. Without it, \`HTTPS_PROXY\` (for https), \`HTTP_PROXY\` (for http) and
\`ALL_PROXY\` are used, in upper or lower case. The address may have a user and a password: \`http://user:password@proxy.example:3128\`.

\`NO_PROXY\` has the syntax of Go and curl: \`aliyuncs.com\` with all hosts below it, \`10.0.0.0/8\`, or \`*\`. Requests to this machine and to the metadata
server never use a proxy. Errors name the proxy's host, and never its password.
`;
}
