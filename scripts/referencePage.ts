/** `docs/reference.md`, out of the words of the schema. */

import {
  CLASSIC_LINK,
  CLASSIC_LINKS,
  GET_LINKS,
  OBJECT_SETTINGS,
  SETTING_DESCRIPTIONS,
} from "../provider/hosts/plugin/descriptions";
import { type Documented, Source } from "./docstrings";
import { markdownTable } from "./markdownTable";

type Rows = Readonly<Record<string, string>>;

function table(head: string, rows: Rows): string {
  const cells = Object.entries(rows).map(([name, meaning]) => [`\`${name}\``, meaning]);
  return markdownTable([head, "meaning"], cells);
}

/** The calls that only the TypeScript package has, from its docstrings. */
function inTypeScript(documented: readonly Documented[]): string {
  const rows = documented.map(({ name, text }) => [`\`${name}\``, text]);
  return `\`pulumi-classiclink\`, for TypeScript and JavaScript, also has:\n\n${markdownTable(["call", "meaning"], rows)}`;
}

function staticsOf(name: string, path: string): Documented[] {
  const members = new Source(path).membersOf(name).filter((member) => /^(get|isInstance|from\w+)\(/.test(member.name));
  return members.map((member) => ({ ...member, name: `${name}.${member.name}` }));
}

/** The text of the page. */
export function referencePage(): string {
  const settings = Object.fromEntries(SETTING_DESCRIPTIONS.map(({ name, description }) => [name, description]));
  const { links, ...link } = GET_LINKS.result;
  return [
    "# Reference",
    "<!-- Made by `npm run docs` from provider/hosts/plugin/descriptions.ts and the docstrings of sdk/. Change it there. -->",
    "## ClassicLink",
    CLASSIC_LINK.resource,
    table("input", CLASSIC_LINK.inputs),
    "`instanceId` and `vpcId` are required. A change of any input replaces the link. The old link is detached first.",
    table("output", CLASSIC_LINK.outputs),
    inTypeScript(staticsOf("ClassicLink", "sdk/classicLink.ts")),
    "## ClassicLinks",
    CLASSIC_LINKS.resource,
    table("input", CLASSIC_LINKS.inputs),
    "`vpcId` and `instanceIds` are required. Members are added and removed in place. An import by the id imports all links of the VPC.",
    table("output", CLASSIC_LINKS.outputs),
    inTypeScript(staticsOf("ClassicLinks", "sdk/classicLinks.ts")),
    "## getLinks",
    GET_LINKS.function,
    table("argument", GET_LINKS.args),
    table("result", {
      links,
      ...Object.fromEntries(Object.entries(link).map(([name, text]) => [`links[].${name}`, text])),
    }),
    inTypeScript([new Source("sdk/getLinks.ts").functionNamed("getLinksOutput")]),
    "## linksFromFile",
    inTypeScript([new Source("sdk/linksFromFile.ts").functionNamed("linksFromFile")]),
    "## Provider",
    new Source("sdk/provider.ts").textOfType("Provider"),
    "`new Provider(name, args, opts)` takes the settings below as arguments, except `refreshBeforeUpdate`. The `Provider` of the plugin's SDKs takes all of them.",
    inTypeScript(staticsOf("Provider", "sdk/provider.ts")),
    "## Configuration",
    "Set them with `pulumi config set classiclink:<name>`, or as arguments of a provider. Add `--secret` for `secretKey`, `securityToken`, " +
      "`credentialsUri` and `assumeRoleWithOidc.oidcToken`. [Configuration](configuration.md) says which place wins, and which credentials are used.",
    table("setting", settings),
    ...Object.entries(OBJECT_SETTINGS).flatMap(([name, members]) => [
      `The members of \`${name}\`, set with \`pulumi config set --path 'classiclink:${name}.roleArn' <arn>\` and so on:`,
      table("member", members),
    ]),
  ].join("\n\n");
}
