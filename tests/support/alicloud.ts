/**
 * An example whose program uses `@pulumi/alicloud`: its links are made in an emulator, and stand-ins answer for its alicloud
 * resources.
 *
 * Always runs with the repository's own engine: the Pulumi CLI has no place for stand-ins.
 */

import { join } from "node:path";
import type { Emulator, EmulatorOptions } from "pulumi-classiclink/emulator";
import type { StandIn } from "../engine";
import { REPOSITORY } from "./project";
import { linkedIn, openShop, SECRET_KEY, type Shop } from "./shop";
import type { StackOptions } from "./stack";

/** Where programs find the stand-ins for the vendors' SDKs. */
export const MODULES = { NODE_PATH: join(REPOSITORY, "tests/support/modules") };

export const INSTANCE = "alicloud:ecs/instance:Instance";
export const NETWORK = "alicloud:vpc/network:Network";

export interface AlicloudExample extends Shop {
  /** Type of alicloud resource → what was linked when the first of them began to be removed. */
  readonly linkedAtRemoval: Map<string, string>;
}

/** Opens an example with the configuration of `@pulumi/alicloud`, and with what the example itself needs. */
export async function openAlicloudExample(
  example: string,
  config: StackOptions["config"],
  emulated: EmulatorOptions = {},
): Promise<AlicloudExample> {
  const linkedAtRemoval = new Map<string, string>();
  const optionsFor = (emulator: Emulator): Partial<StackOptions> => ({
    config: {
      "alicloud:region": "cn-hangzhou",
      "alicloud:accessKey": "testid",
      "alicloud:secretKey": { secret: SECRET_KEY },
      "alicloud:endpoints": JSON.stringify([{ ecs: emulator.endpoint.replace("http://", "") }]),
      ...config,
    },
    env: MODULES,
    standIns: { alicloud: (wanted) => makeIn(emulator, wanted) },
    onLine(line) {
      const [, type, removed] = /^ - {2}(alicloud:\S+) (\S+) deleting /.exec(line) ?? [];
      if (type === undefined || removed === undefined) return;
      if (!linkedAtRemoval.has(type)) linkedAtRemoval.set(type, linkedIn(emulator));
      if (type === INSTANCE) emulator.removeInstance(idOf(type, removed));
    },
  });
  const shop = await openShop({ example, instances: [], vpcs: [], ...emulated, stack: optionsFor });
  return { ...shop, linkedAtRemoval };
}

const idOf = (type: string, name: string) => `${type.split(":").at(-1)}-${name}`.toLowerCase();

/** Does what alicloud does with a declaration. Links can be made only to what it has made. */
function makeIn(emulator: Emulator, { type, name, inputs }: Parameters<StandIn>[0]): ReturnType<StandIn> {
  const id = idOf(type, name);
  if (type === NETWORK) {
    const classicLinkEnabled = inputs.classicLinkEnabled === true;
    // DisableVpcClassicLink answers like this.
    if (!classicLinkEnabled && emulator.links().some(({ vpcId }) => vpcId === id)) {
      throw new Error("InvalidAction: the VPC has linked classic instances");
    }
    emulator.addVpc({ vpcId: id, classicLinkEnabled });
  }
  if (type === INSTANCE) emulator.addInstance({ instanceId: id });
  return { id, outputs: inputs };
}
