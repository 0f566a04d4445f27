/** `docs/configuration.md`, whose tables are made of the settings themselves. */

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

/** Names of a family, one below the other: the table has to fit a page. */
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

A stack that is configured for \`@pulumi/alicloud\` needs nothing more: its keys and variables mean the same here. What each setting is for is in
the [reference](reference.md#configuration).

## Every setting and its places

The first place that has a value wins: \`classiclink:*\`, \`alicloud:*\`, \`alibabacloudstack:*\`, then \`CLASSICLINK_*\`, then the variables of
\`@pulumi/alicloud\`, then \`ALIBABACLOUDSTACK_*\`. The names of the last provider, and when they count, are on the page about
[private clouds](private-cloud.md#the-vendors-names). For a \`Provider\` that the program declares, its arguments stand in place of the stack's configuration.

${places()}

Pulumi does not pass \`alicloud:*\` and \`alibabacloudstack:*\` to the plugin: there, \`classiclink:*\` and the environment count.

## Which credentials are used

The first of these that is set:

1. \`accessKey\` and \`secretKey\`, with \`securityToken\` where it is in the same place as the key. Half a pair is an error, and the two halves
   have to be names of one provider.
2. \`profile\`, in \`sharedCredentialsFile\` or \`~/.aliyun/config.json\`.
3. \`credentialsUri\`.
4. \`ecsRoleName\`: the metadata server of this ECS instance, with a token (version 2), else without one (version 1).
5. \`assumeRoleWithOidc\`.
6. \`sharedCredentialsFile\` without \`profile\`: the profile that the file itself calls current.
7. What the machine has: the OIDC variables of a pod (all of \`ALIBABA_CLOUD_ROLE_ARN\`, \`ALIBABA_CLOUD_OIDC_PROVIDER_ARN\`,
   \`ALIBABA_CLOUD_OIDC_TOKEN_FILE\`), the current profile of \`~/.aliyun/config.json\`, the default one of \`~/.alibabacloud/credentials\`, the RAM
   role of this ECS instance.

With the result, whatever it is, \`assumeRole\` is then assumed: with the credentials of a role too.

**A source under \`classiclink:\` stands alone**, because it says which account is meant. When one of the settings 1 to 5 is under \`classiclink:\`, no
source of \`alicloud:\` or of the environment wins over it, and \`alicloud:assumeRole\` is not applied.

Sessions are renewed before they end, also in the middle of a long update; files are read again for that. A source that does not answer is asked again
for 30 seconds. When nothing gives credentials, the error names each source that was asked and why it gave none, and quotes neither files nor answers.

## When a source gives no credentials

The error begins with the setting, and has the reason in brackets:

| reason | what it means |
| --- | --- |
| \`there is no such file\`, \`there is no profile of that name in it\` | the profile is looked for in another place: set \`sharedCredentialsFile\` |
| \`it has no …\`, \`its mode is none of …\` | the profile is incomplete: configure it anew with the \`aliyun\` command line |
| \`its login to CloudSSO has expired\`, \`HTTP 400 … from oauth.aliyun.com\` | log in again with the \`aliyun\` command line |
| \`no answer from 100.100.100.200\` | this is no ECS instance, or its metadata server is switched off |
| \`HTTP 404 from 100.100.100.200\` | the instance has no RAM role of that name |
| \`HTTP 403 from 100.100.100.200\` | the metadata server asks for a token, and got none |
| \`STS: HTTP 403 NoPermission …\` | the caller may not assume the role: see [Permissions](permissions.md#beside-the-links), and the role's trust policy |
| \`STS: HTTP 404 EntityNotExist.Role …\` | \`roleArn\` names no role |
| \`… was not found\`, \`… was not reached\` | check \`stsEndpoint\`, the network, and the proxy |

## Secrets

No secret is in outputs or messages. In the state, \`secretKey\`, \`securityToken\`, \`assumeRoleWithOidc\` and \`credentialsUri\` are encrypted: as arguments
of a \`Provider\` always, and from the stack's configuration when they are set there with \`--secret\`. What comes from the environment, a profile or a
service never reaches Pulumi at all.

Two things print secrets because they are asked to: Pulumi's own \`--debug\`, \`-v=9\` and \`PULUMI_DEBUG_GRPC\` show configuration in clear, and
\`DEBUG=*\` lets the libraries below show requests with their tokens. Do not use them where others read the log.

## Accounts and regions side by side

In TypeScript and JavaScript a program declares a provider for each, and says which links are whose:

\`\`\`ts
import { ClassicLink, Provider } from "pulumi-classiclink";

const beijing = new Provider("beijing", { region: "cn-beijing", profile: "production" });
new ClassicLink("web", { instanceId: "i-2ze1web", vpcId: "vpc-2ze1shop" }, { provider: beijing });
\`\`\`

Its arguments are the settings above, under the same names. What it leaves out is taken from the environment, never from the stack's configuration.
Secrets are encrypted in the state, even those that are plain in the program. \`getLinksOutput\` takes a \`Provider\` too.

\`Provider.fromAlicloud\` takes the arguments of \`new alicloud.Provider\`:

\`\`\`ts
import * as alicloud from "@pulumi/alicloud";
import { Provider } from "pulumi-classiclink";

const args = { region: "cn-beijing", assumeRole: { roleArn: "acs:ram::1234567890123456:role/links" } };
const resources = new alicloud.Provider("beijing", args);
const links = Provider.fromAlicloud("beijing-links", args);
\`\`\`

In the other languages, use the \`Provider\` of the SDK that \`pulumi package add\` makes.

## Profiles

A file that begins with \`{\` is taken for that of the \`aliyun\` command line. Every \`mode\` that signs with a key works: \`AK\`, \`StsToken\`, \`RamRoleArn\` (with
\`external_id\` and \`policy\`), \`EcsRamRole\`, \`RamRoleArnWithRoleName\`, \`OIDC\`, \`ChainableRamRoleArn\`, \`CredentialsURI\`, \`CloudSSO\`, \`OAuth\` (whose
renewed login is written back, as the command line does) and \`External\`. Any other file is taken for one of Alibaba Cloud's SDKs (INI), with sections of
\`type\` \`access_key\`, \`ecs_ram_role\` or \`ram_role_arn\`.

## Roles

Members of \`assumeRole\`. A variable stands in for a member that is left out, and makes no role by itself.

${members("assumeRole", ASSUME_ROLE_MEMBERS)}

Members of \`assumeRoleWithOidc\`:

${members("assumeRoleWithOidc", OIDC_MEMBERS)}

They are set one by one: \`pulumi config set --path 'classiclink:assumeRole.roleArn' acs:ram::1234567890123456:role/links\`.

## The address of STS

\`stsEndpoint\`, else that of the region in \`ALIBABA_CLOUD_STS_REGION\`, else that of the configured region (\`sts.<region>.aliyuncs.com\`), else
\`sts.aliyuncs.com\`. With \`ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED=true\` it is the one that is reached from within a VPC
(\`sts-vpc.<region>.aliyuncs.com\`). A profile's own \`sts_endpoint\`, or its \`sts_region\` and \`enable_vpc\`, win over all of these.

## Switches of Alibaba Cloud's SDKs

| variable | when it is \`true\` |
| --- | --- |
| \`ALIBABA_CLOUD_CLI_PROFILE_DISABLED\` | \`~/.aliyun/config.json\` is not read unless a profile is named |
| \`ALIBABA_CLOUD_ECS_METADATA_DISABLED\` | the metadata server is never asked |
| \`ALIBABA_CLOUD_IMDSV1_DISABLED\` | the metadata server is asked with a token only |

## Proxies

\`HTTPS_PROXY\` (for https), \`HTTP_PROXY\` (for http), \`ALL_PROXY\` and \`NO_PROXY\`, in small letters too, hold for ECS, STS and whatever else gives
credentials; the setting \`proxy\` wins over them. A user and a password may be in the address: \`http://user:password@proxy.example:3128\`. \`NO_PROXY\`
means what it means to Go and curl: \`aliyuncs.com\` and all hosts below it, \`10.0.0.0/8\`, \`*\`. Requests to this machine and to the metadata server never go through a proxy. Errors name the proxy's
host, and never its password.
`;
}
