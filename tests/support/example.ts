/** An example's own files as a project, with a stack and an emulator. */

import { type Emulator, startEmulator } from "pulumi-classiclink/emulator";
import { makeProject, type Project } from "./project";
import { configurationOf, SECRET_KEY } from "./shop";
import { openStack, type Stack, TRANSPILE_ONLY } from "./stack";

export interface Example {
  readonly emulator: Emulator;
  readonly project: Project;
  readonly stack: Stack;
  close(): Promise<void>;
}

/** Opens an example whose cloud has these instances and VPCs. */
export async function openExample(
  name: string,
  instanceIds: readonly string[],
  vpcIds: readonly string[],
): Promise<Example> {
  const emulator = await startEmulator({
    accessKeySecret: SECRET_KEY,
    instances: instanceIds.map((instanceId) => ({ instanceId })),
    vpcs: vpcIds.map((vpcId) => ({ vpcId })),
  });
  const project = makeProject({}, `examples/${name}`);
  const stack = await openStack({ project, config: configurationOf(emulator.endpoint), env: TRANSPILE_ONLY });
  return {
    emulator,
    project,
    stack,
    async close() {
      await stack.close();
      await emulator.close();
      project.remove();
    },
  };
}
