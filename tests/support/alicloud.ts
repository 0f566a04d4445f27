/**
 * An example whose program uses `@pulumi/alicloud`: its links run for real against an emulator, its alicloud resources are
 * stood in for.
 *
 * Always through the repository's own engine: the Pulumi CLI takes resources of alicloud to its plugin and an account, and to
 * no one else.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, type EmulatorOptions, startEmulator } from "pulumi-classiclink/emulator";
import { openStack, type RecordedCall, type Stack, type StackOptions } from "../engine";
import { makeProject, type Project, REPOSITORY } from "./project";
import { linkedIn, SECRET_KEY } from "./shop";
import { TRANSPILE_ONLY } from "./stack";

export type Config = NonNullable<StackOptions["config"]>;

export interface AlicloudExample {
  readonly emulator: Emulator;
  readonly project: Project;
  /** Opens the stack, with more of a configuration than it began with where that is given. */
  stack(more?: Config): Stack;
  /** What the hosts of this package were asked, in order. */
  readonly asked: RecordedCall[];
  /** Type of alicloud resource → what was linked when the first of them began to be removed. */
  readonly linkedAtRemoval: Map<string, string>;
  /** What the cloud holds, as "i-a→vpc-a i-b→vpc-b". */
  linked(): string;
  close(): Promise<void>;
}

/**
 * Opens an example with no more of a configuration than `@pulumi/alicloud` has, and what the example itself asks for.
 *
 * @param name the folder in `examples`.
 * @param files its files. Not all there are: where somebody has installed the example, 180 MB lie beside them.
 */
export async function openAlicloudExample(
  name: string,
  files: readonly string[],
  config: Config,
  emulated: EmulatorOptions = {},
): Promise<AlicloudExample> {
  const emulator = await startEmulator({ accessKeySecret: SECRET_KEY, ...emulated });
  const text = (file: string) => readFileSync(join(REPOSITORY, "examples", name, file), "utf8");
  const project = makeProject(Object.fromEntries(files.map((file) => [file, text(file)])));
  const asked: RecordedCall[] = [];
  const linkedAtRemoval = new Map<string, string>();
  const linked = () => linkedIn(emulator);
  const onLine = (line: string) => {
    const [, type, removed] = /^ - {2}(alicloud:\S+) (\S+) deleting /.exec(line) ?? [];
    if (type === undefined || removed === undefined) return;
    if (!linkedAtRemoval.has(type)) linkedAtRemoval.set(type, linked());
    if (type === INSTANCE) emulator.removeInstance(idOf(type, removed));
  };
  const stack = (more: Config = {}) =>
    openStack({
      projectDir: project.folder,
      stateFile: join(project.folder, ".state.json"),
      config: {
        "alicloud:region": "cn-hangzhou",
        "alicloud:accessKey": "testid",
        "alicloud:secretKey": { secret: SECRET_KEY },
        "alicloud:endpoints": JSON.stringify([{ ecs: emulator.endpoint.replace("http://", "") }]),
        ...config,
        ...more,
      },
      // The stand-in for the module has no types. The example is checked against those of the real one, by itself.
      env: { NODE_PATH: join(REPOSITORY, "tests/support/modules"), ...TRANSPILE_ONLY },
      standIns: { alicloud: (wanted) => makeIn(emulator, wanted) },
      recordCalls: (call) => asked.push(call),
      onLine,
    });
  const close = async () => {
    await emulator.close();
    project.remove();
  };
  return { emulator, project, stack, asked, linkedAtRemoval, linked, close };
}

const INSTANCE = "alicloud:ecs/instance:Instance";

const idOf = (type: string, name: string) => `${type.split(":").at(-1)}-${name}`.toLowerCase();

/** What alicloud would make of a declaration. Links can be made only to what it made before. */
function makeIn(emulator: Emulator, { type, name, inputs }: Wanted): ReturnType<StandIn> {
  const id = idOf(type, name);
  if (type === "alicloud:vpc/network:Network") {
    const classicLinkEnabled = inputs.classicLinkEnabled === true;
    // DisableVpcClassicLink answers like this.
    if (!classicLinkEnabled && emulator.links().some(({ vpcId }) => vpcId === id)) {
      throw new Error("InvalidAction: the VPC has linked classic instances");
    }
    emulator.addVpc({ vpcId: id, classicLinkEnabled });
  }
  if (type === INSTANCE) {
    emulator.addInstance({ instanceId: id, networkType: inputs.vswitchId === undefined ? "classic" : "vpc" });
  }
  return { id, outputs: inputs };
}

type StandIn = NonNullable<StackOptions["standIns"]>[string];
type Wanted = Parameters<StandIn>[0];
