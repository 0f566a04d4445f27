/** `docs/private-cloud.md`, whose table is made of the settings themselves. */

import {
  ASSUME_ROLE_MEMBERS,
  familyOf,
  isConfigKey,
  SETTING_NAMES,
  SETTINGS,
  VENDOR_SETTINGS,
} from "../provider/settings/places";
import { markdownTable } from "./markdownTable";

const codes = (texts: readonly string[]) => texts.map((text) => `\`${text}\``).join("<br>");

/** The names of Apsara Stack's provider, beside ours. */
function vendorsNames(): string {
  const settings = SETTING_NAMES.map((name): [string, readonly string[]] => [`\`${name}\``, SETTINGS[name]]);
  const members = Object.entries(ASSUME_ROLE_MEMBERS).map(([member, variables]): [string, readonly string[]] => [
    `\`assumeRole.${member}\``,
    variables,
  ]);
  const others = Object.values(VENDOR_SETTINGS).map((places): [string, readonly string[]] => ["(none)", places]);
  const rows = [...settings, ...members, ...others].flatMap(([name, places]) => {
    const vendors = places.filter((place) => familyOf(place) === "alibabacloudstack");
    const variables = vendors.filter((place) => !isConfigKey(place));
    return vendors.length === 0 ? [] : [[name, codes(vendors.filter(isConfigKey)), codes(variables)]];
  });
  return markdownTable(["setting", "key", "variable"], rows);
}

/** The text of the page. */
export function privateCloudPage(): string {
  return `# Private clouds (Apsara Stack)

<!-- Made by \`npm run docs\` from scripts/privateCloudPage.ts and provider/settings/places.ts. Change it there. -->

Apsara Stack (专有云) is Alibaba Cloud's private cloud. It still has the classic network and ClassicLink. This page says how to reach it.

## The shortest way

A stack that is configured for the vendor's provider (\`alibabacloudstack\`) needs nothing more. The dynamic resources and \`Provider\` read its
\`alibabacloudstack:*\` keys. The plugin and the commands read its \`ALIBABACLOUDSTACK_*\` variables.

Without that provider, set our own keys:

\`\`\`sh
pulumi config set classiclink:region cn-wulan-env200-d01
pulumi config set classiclink:endpoint http://ecs-internal.cloud.site-a.example
pulumi config set classiclink:organizationId 26
pulumi config set classiclink:resourceSetId 97
pulumi config set --secret classiclink:accessKey …
pulumi config set --secret classiclink:secretKey …
\`\`\`

Then check what you can see, before the first \`pulumi up\`:

\`\`\`sh
npx pulumi-classiclink discover --vpc vpc-2gi8shop --endpoint http://ecs-internal.cloud.site-a.example --organization 26
\`\`\`

## Endpoint

Apsara Stack has two gateways. The endpoint says which one is used.

| gateway | endpoint | requests |
| --- | --- | --- |
| POP: one host for each product | \`ecs-internal.cloud.site-a.example\` | to \`/\`, parameters in a form |
| ASAPI: one host for all products | \`internal.asapi.cn-x.cloud.site-a.example/asapi/v3\` | to \`/asapi/v3\`, parameters in the query |

Prefer POP. It is the default since V3.16, and new sites from V3.18 do not open ASAPI. With ASAPI, the access key's id and the signature are part
of the URL, as in the vendor's own client. Proxies and gateways may log URLs. The secret key is never sent.

**To find the endpoint**, open OpenAPI Explorer in the console (Uni-manager), choose an ECS operation, and read *Endpoint*. No rule for host names
holds at every site.

With \`popgwDomain\`, the hosts are \`ecs-internal.<domain>\`, \`vpc-internal.<domain>\` and \`sts.<domain>\`. If \`isCenterRegion\` is false, the region comes
before the domain: \`ecs-internal.<region>.<domain>\`. Newer versions of the vendor's provider use \`sts-vpc.<domain>\`: if \`sts.<domain>\` has no address,
set \`stsEndpoint\`.

## Scheme

\`http://\` or \`https://\` in the endpoint decides. Otherwise \`protocol\` does. Otherwise it is HTTPS; if the endpoint comes from the vendor's keys or
variables, it is HTTP, as in the vendor's provider. Many sites serve ECS over HTTP only. A site that wants HTTPS answers \`InvalidProtocol.NeedSsl\`.

STS is always called over HTTPS, because it answers with keys. Only \`http://\` in \`stsEndpoint\` itself changes that.

## Organization and resource set

\`organizationId\` and \`resourceSetId\` say which instances and VPCs are meant. **Set both.** Without an organization, the gateway takes that of the
access key's user. With a wrong one, some sites answer an empty list, as if there were no links at all.

To find the ids, open *Enterprise* in the console: *Organizations* and *Resource Sets* show them. An organization id is a number such as \`26\`, or \`org-…\`
on newer sites. A resource set needs its organization. The name of a resource set (\`resourceGroupSetName\`) is not enough.

The ids go with each request, as headers and as signed parameters. The state of each link has them too. Under another organization or resource
set, refresh and destroy fail and name both: what cannot be seen is not gone. \`pulumi up\` takes the new ids over for each link that it sees there.

On the public cloud, a configured \`organizationId\` is an error, and the variable is ignored.

## Certificates

Sites often use a certificate authority of their own. Give its certificate to Node, before the command starts:

\`\`\`sh
export NODE_EXTRA_CA_CERTS=/etc/ssl/site-a.pem
pulumi up
\`\`\`

Both hosts and the commands read it. \`insecure: true\` turns verification off instead, for the private cloud's ECS, VPC and STS only. Then anybody
on the way can read and change requests. One warning a run says so.

## Proxy

\`proxy\` holds for all requests, else \`HTTPS_PROXY\`, \`HTTP_PROXY\` and \`ALL_PROXY\` do. A proxy without a scheme, \`proxy.example:3128\`, is an HTTP proxy.
\`NO_PROXY\` takes what Go and curl take: \`cloud.site-a.example\` with all hosts below it, \`10.1.2.3\`, \`10.0.0.0/8\`, each with a port or not, and \`*\`.

## Roles and credentials

All [sources of credentials](configuration.md#which-credentials-are-used) work, except the \`CloudSSO\` and \`OAuth\` modes of a profile: they ask the public
cloud. A role needs an address of STS on the private cloud: \`stsEndpoint\`, or \`popgwDomain\`.

**Nothing is sent to the public cloud.** With a private \`endpoint\`, a missing or public address of STS or of the VPC service is an error, before
anything is sent. The \`credentialsUri\` and the metadata server are called as configured.

The permissions are those of the [public cloud](permissions.md). On Apsara Stack, the role of the user grants them.

## The vendor's names

| we read | in |
| --- | --- |
| \`alibabacloudstack:*\` | the dynamic resources, and \`Provider.fromAlibabaCloudStack(name, args)\` |
| \`ALIBABACLOUDSTACK_*\` | the dynamic resources, the plugin and the commands |

${vendorsNames()}

**Names of two vendors are never mixed**, because the keys of one cloud must not be sent to the other. \`classiclink:*\` and \`CLASSICLINK_*\` win one by one.
Everything else comes from one vendor, \`alicloud\` or \`alibabacloudstack\`. These rules choose it, the first that applies:

1. The stack's configuration comes before the environment.
2. The vendor whose names give an address of ECS.
3. The vendor whose names give credentials.
4. The vendor that has any setting. If both have, \`alicloud\`.

A key pair is always complete in one family: a secret key in another family's variable is not used.

In TypeScript and JavaScript, the arguments of the vendor's \`Provider\` make one of ours:

\`\`\`ts
import { ClassicLink, Provider } from "pulumi-classiclink";

const args = { region: "cn-wulan-env200-d01", popgwDomain: "cloud.site-a.example", department: "26", resourceGroup: "97" };
const provider = Provider.fromAlibabaCloudStack("stack", args);
new ClassicLink("web", { instanceId: "i-2gi1web", vpcId: "vpc-2gi8shop" }, { provider });
\`\`\`

## When it does not work

| what you see | what to do |
| --- | --- |
| \`HostNotFound\` | the error names the host: check the endpoint, and the name server of this machine |
| \`ConnectionRefused\`, \`Timeout\` | check scheme and port, and whether a proxy is needed |
| \`CertificateRefused\` | set \`NODE_EXTRA_CA_CERTS\`; if the site speaks HTTP only, set \`protocol\` to \`HTTP\` |
| \`UnreadableAnswer\` | something else than ECS answers: check the endpoint and its path |
| \`InvalidProtocol.NeedSsl\` | set \`protocol\` to \`HTTPS\` |
| \`NoPermission…\`, \`403\`, \`User.Not.In.Organization\` | check the organization, the resource set, and the role of the user |
| \`…accesskeyid.error\` | the access key is unknown or switched off |
| \`InvalidAction.NotFound\`, \`Forbidden.RAM\` | retried a few times first, because gateways also give them for a moment |
| an empty list | the organization or the resource set is another one |

All codes: [errors](errors.md).

## What is known, and what is not

Known, from public sources, and tested against stand-ins of both gateways: hosts, headers, parameters, signatures, and the form of answers and failures.

Not known, because no public source says it:

- Which sites narrow lists by headers and which by parameters. Both are sent.
- How a site hides an instance of another organization: an empty list, \`NotFound\` or \`NotBelong\`. None of them is taken for "gone".
- The HTTP status of ASAPI's own failures. The body decides.
- The rate limits. The [rate limiter](scale.md) finds them.
- Which versions still create classic instances.

Nobody has reported a run on a real site yet. Please [report](../CONTRIBUTING.md) what differs.
`;
}
