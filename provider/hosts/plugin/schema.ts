/** The schema of the package `classiclink`. Pulumi generates the SDKs of all languages from it. */

import { SECRET_SETTINGS, type SettingName, SWITCHES } from "../../settings/places";
import { LINK_TYPE as DYNAMIC_LINK_TYPE, LINKS_TYPE as DYNAMIC_LINKS_TYPE } from "../dynamic/storedLine";
import { CLASSIC_LINK, CLASSIC_LINKS, GET_LINKS, OBJECT_SETTINGS, PACKAGE, SETTING_DESCRIPTIONS } from "./descriptions";
import EXAMPLES from "./examples.json";

export const LINK_TYPE = "classiclink:index:ClassicLink";
export const LINKS_TYPE = "classiclink:index:ClassicLinks";
export const GET_LINKS_TOKEN = "classiclink:index:getLinks";

/** The fields of `package.json` that the schema uses: the names of the published package and its SDKs. */
export interface Manifest {
  readonly version: string;
  readonly license: string;
  readonly homepage: string;
  readonly repository: { readonly url: string };
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly pulumiPackage: {
    readonly publisher: string;
    readonly namespace: string;
    readonly pluginDownloadURL: string;
    readonly logoUrl: string;
    readonly language: Readonly<Record<"csharp" | "go" | "java" | "nodejs" | "python", object>>;
  };
}

/** Creates the schema. Source: Pulumi's package metaschema. */
export function packageSchema(manifest: Manifest): object {
  const { version, license, homepage, repository, peerDependencies, pulumiPackage } = manifest;
  const { language, ...names } = pulumiPackage;
  return {
    name: "classiclink",
    displayName: "ClassicLink",
    version,
    description: PACKAGE,
    keywords: ["pulumi", "alicloud", "ecs", "classiclink", "vpc", "category/network", "kind/native"],
    homepage,
    repository: repository.url.replace(/^git\+|\.git$/g, ""),
    license,
    ...names,
    config: { variables: configVariables() },
    provider: { description: "Where and as whom to call ECS.", ...settingProperties() },
    resources: {
      [LINK_TYPE]: {
        description: `${CLASSIC_LINK.resource}\n\n${EXAMPLES.ClassicLink}${importOf("ClassicLink", "web cn-hangzhou:i-bp1web")}`,
        properties: strings(CLASSIC_LINK.outputs),
        required: Object.keys(CLASSIC_LINK.outputs),
        inputProperties: strings(CLASSIC_LINK.inputs, { willReplaceOnChanges: true }),
        requiredInputs: ["instanceId", "vpcId"],
        listInputs: { properties: listProperties() },
        aliases: [{ type: DYNAMIC_LINK_TYPE }],
      },
      [LINKS_TYPE]: linksResource(),
    },
    functions: {
      [GET_LINKS_TOKEN]: {
        description: `${GET_LINKS.function}\n\n${EXAMPLES.getLinks}`,
        inputs: { properties: listProperties() },
        outputs: {
          properties: {
            links: {
              type: "array",
              items: { $ref: "#/types/classiclink:index:Link" },
              description: GET_LINKS.result.links,
            },
          },
          required: ["links"],
        },
      },
    },
    types: {
      "classiclink:index:Link": {
        type: "object",
        description: "A link that exists.",
        properties: strings({
          instanceId: GET_LINKS.result.instanceId,
          vpcId: GET_LINKS.result.vpcId,
        }),
        required: ["instanceId", "vpcId"],
      },
      [tokenOf("assumeRole")]: objectSetting("assumeRole"),
      [tokenOf("assumeRoleWithOidc")]: objectSetting("assumeRoleWithOidc"),
    },
    language: {
      csharp: { respectSchemaVersion: true, ...language.csharp },
      go: { respectSchemaVersion: true, ...language.go },
      java: language.java,
      // A peer dependency. As a dependency, a second copy of @pulumi/pulumi would be installed.
      nodejs: { respectSchemaVersion: true, peerDependencies, ...language.nodejs },
      python: { respectSchemaVersion: true, pyproject: { enabled: true }, ...language.python },
    },
  };
}

/** The section on import, which the Registry shows below the examples. */
function importOf(type: string, nameAndId: string): string {
  return `\n\n## Import\n\n\`\`\`sh\npulumi import classiclink:index:${type} ${nameAndId}\n\`\`\`\n`;
}

function linksResource(): object {
  const { resource, inputs, outputs } = CLASSIC_LINKS;
  const instanceIds = { type: "array", items: { type: "string" } };
  return {
    description: `${resource}\n\n${EXAMPLES.ClassicLinks}${importOf("ClassicLinks", "workers cn-hangzhou:vpc-bp1shop")}`,
    properties: {
      ...strings({ vpcId: outputs.vpcId, regionId: outputs.regionId }),
      instanceIds: { ...instanceIds, description: outputs.instanceIds },
      movedAway: { type: "object", additionalProperties: { type: "string" }, description: outputs.movedAway },
    },
    required: Object.keys(outputs),
    inputProperties: {
      ...strings({ vpcId: inputs.vpcId, regionId: inputs.regionId }, { willReplaceOnChanges: true }),
      instanceIds: { ...instanceIds, description: inputs.instanceIds },
    },
    requiredInputs: ["vpcId", "instanceIds"],
    aliases: [{ type: DYNAMIC_LINKS_TYPE }],
  };
}

function strings(descriptions: Readonly<Record<string, string>>, more: object = {}): object {
  const described = Object.entries(descriptions);
  return Object.fromEntries(described.map(([name, description]) => [name, { type: "string", description, ...more }]));
}

function listProperties(): object {
  const { vpcId, instanceIds, regionId } = GET_LINKS.args;
  return {
    ...strings({ vpcId, regionId }),
    instanceIds: { type: "array", items: { type: "string" }, description: instanceIds },
  };
}

/**
 * The settings as properties of the provider. The descriptions name the environment variables, but `defaultInfo` does not.
 * Otherwise an SDK would copy their values into the state: keys expire there, and a changed region would replace all links.
 * The plugin reads the environment itself in each run.
 */
function settingProperties(): object {
  const properties = Object.fromEntries(
    SETTING_DESCRIPTIONS.map(({ name, description }) => [name, settingProperty(name, description)]),
  );
  return { properties, inputProperties: properties };
}

function configVariables(): object {
  return Object.fromEntries(
    SETTING_DESCRIPTIONS.map(({ name, description, environment }) => [
      name,
      {
        ...settingProperty(name, description),
        ...(environment.length === 0 ? {} : { defaultInfo: { environment } }),
      },
    ]),
  );
}

function settingProperty(name: SettingName, description: string): object {
  const secret = SECRET_SETTINGS.has(name) ? { secret: true } : {};
  if (isObjectSetting(name)) return { $ref: `#/types/${tokenOf(name)}`, description, ...secret };
  const type = SWITCHES.some((known) => known === name) ? "boolean" : "string";
  return { type, description, ...secret };
}

/** The type of a setting that is an object. No member is required, because the environment may have its value. */
function objectSetting(name: ObjectSetting): object {
  const { sessionExpiration, ...others } = OBJECT_SETTINGS[name];
  return {
    type: "object",
    description: SETTING_DESCRIPTIONS.find((setting) => setting.name === name)?.description,
    properties: { ...strings(others), sessionExpiration: { type: "integer", description: sessionExpiration } },
  };
}

/** The token of the type of a setting, such as `classiclink:index:AssumeRole`. */
function tokenOf(name: ObjectSetting): string {
  return `classiclink:index:${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

type ObjectSetting = keyof typeof OBJECT_SETTINGS;

function isObjectSetting(name: string): name is ObjectSetting {
  return Object.hasOwn(OBJECT_SETTINGS, name);
}
