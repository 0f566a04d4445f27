/** The stack that most end-to-end tests run: some links, declared by id, against an emulator of their own. */

import { type Emulator, type EmulatorOptions, startEmulator } from "pulumi-classiclink/emulator";
import { makeProject, type Project } from "./project";
import { type ConfigValue, openStack, type Stack } from "./stack";

/** A link that the program declares: name → instance, VPC, and more text for its options. */
export interface Declared {
  readonly instanceId: string;
  readonly vpcId: string;
  readonly options?: string;
}

/** The ways in which Pulumi reaches the provider: its own host of dynamic providers, and the provider plugin. */
export const HOSTS = ["dynamic", "plugin"] as const;
export type Host = (typeof HOSTS)[number];

/** A running shop. */
export interface Shop {
  readonly emulator: Emulator;
  readonly project: Project;
  readonly stack: Stack;
  /** Changes what the program declares, and through which host. */
  declare(links: Readonly<Record<string, Declared>>, host?: Host): void;
  /** What the cloud holds, as "i-a→vpc-a i-b→vpc-b". */
  linked(): string;
  /** How often an action was called. */
  calls(action: "AttachClassicLinkVpc" | "DetachClassicLinkVpc" | "DescribeClassicLinkInstances"): number;
  close(): Promise<void>;
}

/** What a cloud holds, as "i-a→vpc-a i-b→vpc-b". */
export const linkedIn = (emulator: Emulator): string =>
  emulator
    .links()
    .map(({ instanceId, vpcId }) => `${instanceId}→${vpcId}`)
    .join(" ");

/** The secret that every shop uses. No test may find it anywhere. */
export const SECRET_KEY = "s3cr3t+MARKER/with=chars";

/** Opens a shop whose cloud has the instances i-a to i-d and the VPCs vpc-1 and vpc-2, all unlinked. */
export async function openShop(
  links: Readonly<Record<string, Declared>>,
  {
    host: first = "dynamic",
    config,
    ...emulated
  }: EmulatorOptions & {
    readonly host?: Host;
    readonly config?: (endpoint: string) => Record<string, ConfigValue>;
  } = {},
): Promise<Shop> {
  const emulator = await startEmulator({
    instances: ["i-a", "i-b", "i-c", "i-d"].map((instanceId) => ({ instanceId })),
    vpcs: [{ vpcId: "vpc-1" }, { vpcId: "vpc-2" }],
    accessKeySecret: SECRET_KEY,
    ...emulated,
  });
  const project = makeProject();
  const declare: Shop["declare"] = (declared, host = first) => project.write("index.js", programOf(declared, host));
  declare(links);
  const stack = await openStack({ project, config: (config ?? configurationOf)(emulator.endpoint) });
  return {
    emulator,
    project,
    stack,
    declare,
    linked: () => linkedIn(emulator),
    calls: (action) => emulator.calls().filter((call) => call.action === action).length,
    async close() {
      await stack.close();
      await emulator.close();
      project.remove();
    },
  };
}

/** What a stack needs to know to use an emulator. */
export function configurationOf(endpoint: string): Record<string, ConfigValue> {
  return {
    "classiclink:region": "cn-hangzhou",
    "classiclink:accessKey": "testid",
    "classiclink:secretKey": { secret: SECRET_KEY },
    "classiclink:endpoint": endpoint,
  };
}

/** Where a program gets its class from. The second is what an SDK that Pulumi generates for the plugin comes down to. */
const CLASSES: Readonly<Record<Host, string>> = {
  dynamic: 'const { ClassicLink } = require("pulumi-classiclink");',
  plugin: `
const pulumi = require("@pulumi/pulumi");
class ClassicLink extends pulumi.CustomResource {
  constructor(name, args, opts) {
    const aliases = [{ type: "pulumi-nodejs:dynamic/classiclink:ClassicLink" }];
    const inputs = { instanceId: args.instanceId, vpcId: args.vpcId, regionId: args.regionId };
    super("classiclink:index:ClassicLink", name, inputs, pulumi.mergeOptions({ aliases }, opts));
  }
}`,
};

function programOf(links: Readonly<Record<string, Declared>>, host: Host): string {
  const declarations = Object.entries(links).map(([name, { options = "{}", ...args }]) => {
    return `exports.${name} = new ClassicLink("${name}", ${JSON.stringify(args)}, ${options}).id;`;
  });
  return [CLASSES[host], ...declarations, ""].join("\n");
}
