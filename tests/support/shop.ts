/** What most end-to-end tests run: a program, or an example, against an emulator of its own. */

import { join } from "node:path";
import { type Emulator, type EmulatorOptions, startEmulator } from "pulumi-classiclink/emulator";
import { makeProject, type Project } from "./project";
import { type ConfigValue, openStack, type Stack, type StackOptions } from "./stack";

/** The ways in which Pulumi reaches the provider: its own host of dynamic providers, and the provider plugin. */
export const HOSTS = ["dynamic", "plugin"] as const;
export type Host = (typeof HOSTS)[number];

/** What a program imports for each. */
export const SDKS: Readonly<Record<Host, string>> = {
  dynamic: "pulumi-classiclink",
  plugin: "@pulumi-classiclink/classiclink",
};

/** A program through either host. */
export const programOf = (host: Host, ...declarations: readonly string[]): string =>
  `const pulumi = require("@pulumi/pulumi");
const { ClassicLink, ClassicLinks, Provider } = require("${SDKS[host]}");
${declarations.join("\n")}
`;

/** A running shop. */
export interface Shop {
  readonly emulator: Emulator;
  readonly project: Project;
  readonly stack: Stack;
  /** The links of the cloud, as "i-a→vpc-a i-b→vpc-b". */
  linked(): string;
  close(): Promise<void>;
}

export interface ShopOptions extends EmulatorOptions {
  /** The folder in `examples` that is the program. */
  readonly example?: string;
  /** More files of the program: path → text. */
  readonly files?: Readonly<Record<string, string>>;
  /** What else the stack is opened with. Unless it has a configuration, that is the emulator's address and key. */
  readonly stack?: (emulator: Emulator, project: Project) => Partial<StackOptions>;
}

/** The links of a cloud, as "i-a→vpc-a i-b→vpc-b". */
export const linkedIn = (emulator: Emulator): string =>
  emulator
    .links()
    .map(({ instanceId, vpcId }) => `${instanceId}→${vpcId}`)
    .join(" ");

/** The secret that every shop uses. No test may find it anywhere. */
export const SECRET_KEY = "s3cr3t+MARKER/with=chars";

export const instancesOf = (...instanceIds: readonly string[]) => instanceIds.map((instanceId) => ({ instanceId }));
export const vpcsOf = (...vpcIds: readonly string[]) => vpcIds.map((vpcId) => ({ vpcId }));

/** Opens a shop whose cloud has the instances i-a to i-d and the VPCs vpc-1 and vpc-2, all unlinked, by default. */
export async function openShop({ example, files, stack: more, stateFile, ...given }: ShopOptions = {}): Promise<Shop> {
  const project = makeProject(files, example === undefined ? undefined : `examples/${example}`);
  const cloud: EmulatorOptions =
    stateFile === undefined
      ? { instances: instancesOf("i-a", "i-b", "i-c", "i-d"), vpcs: vpcsOf("vpc-1", "vpc-2") }
      : { stateFile: join(project.folder, stateFile) };
  const emulator = await startEmulator({ accessKeySecret: SECRET_KEY, ...cloud, ...given });
  const config = configurationOf(emulator.endpoint);
  const stack = await openStack({ project, config, ...more?.(emulator, project) });
  return {
    emulator,
    project,
    stack,
    linked: () => linkedIn(emulator),
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
