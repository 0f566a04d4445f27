/** What stands in for the SDK that Pulumi generates for the plugin, in a project that cannot run `pulumi package add`. */

import type { Project } from "./project";

const CLASSES = {
  ClassicLink: ["instanceId", "vpcId", "regionId"],
  ClassicLinks: ["vpcId", "instanceIds", "regionId"],
};

/** Makes `@pulumi-classiclink/classiclink` importable in a project. */
export function installPluginSdk({ write }: Project): void {
  const at = (file: string) => `node_modules/@pulumi-classiclink/classiclink/${file}`;
  write(
    at("package.json"),
    '{ "name": "@pulumi-classiclink/classiclink", "main": "index.js", "types": "index.d.ts" }\n',
  );
  write(
    at("index.js"),
    ['const pulumi = require("@pulumi/pulumi");', ...Object.entries(CLASSES).map(classOf)].join("\n"),
  );
  write(
    at("index.d.ts"),
    ['import * as pulumi from "@pulumi/pulumi";', ...Object.keys(CLASSES).map(typeOf)].join("\n"),
  );
}

function classOf([name, inputs]: readonly [string, readonly string[]]): string {
  const given = inputs.map((input) => `${input}: args.${input}`).join(", ");
  return `exports.${name} = class extends pulumi.CustomResource {
  constructor(name, args, opts) {
    const aliases = [{ type: "pulumi-nodejs:dynamic/classiclink:${name}" }];
    super("classiclink:index:${name}", name, { ${given} }, pulumi.mergeOptions({ aliases }, opts));
  }
};`;
}

function typeOf(name: string): string {
  return `export declare class ${name} extends pulumi.CustomResource {
  constructor(name: string, args: Record<string, pulumi.Input<string | string[]>>, opts?: pulumi.CustomResourceOptions);
}`;
}
