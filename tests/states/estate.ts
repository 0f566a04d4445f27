/** The stack whose states are recorded: all that this package can leave in one, whole and partially created, through either host. */

import { type Emulator, startEmulator } from "../../emulator";
import { makeProject } from "../support/project";
import { type Host, linkedIn, SDKS } from "../support/shop";
import { openStack, type Stack } from "../support/stack";

interface Estate {
  readonly emulator: Emulator;
  readonly stack: Stack;
  /** Has the program declare the partially created resources too. */
  declareAll(): void;
  /** The links in the cloud, as "i-a→vpc-1 …". */
  linked(): string;
  close(): Promise<void>;
}

const WHOLE = `
new ClassicLink("one", { instanceId: "i-a", vpcId: "vpc-1" });
new ClassicLinks("many", { vpcId: "vpc-2", instanceIds: ["i-b", "i-c"] });
`;

/** They do not come about in this time where the cloud is in the way. */
const HALF = `
const options = { customTimeouts: { create: "3s" } };
new ClassicLink("halfOne", { instanceId: "i-d", vpcId: "vpc-1" }, options);
new ClassicLinks("halfMany", { vpcId: "vpc-3", instanceIds: ["i-e", "i-f"] }, options);
`;

/** Opens it, with an empty state. Address and key are in the environment, so that no state has them. */
export async function openEstate(host: Host): Promise<Estate> {
  const emulator = await startEmulator({
    instances: ["i-a", "i-b", "i-c", "i-d", "i-e", "i-f"].map((instanceId) => ({ instanceId })),
    vpcs: ["vpc-1", "vpc-2", "vpc-3"].map((vpcId) => ({ vpcId })),
  });
  const project = makeProject();
  const write = (...parts: string[]) =>
    project.write("index.js", [`const { ClassicLink, ClassicLinks } = require("${SDKS[host]}");`, ...parts].join("\n"));
  write(WHOLE);
  const stack = await openStack({
    project,
    config: { "classiclink:region": "cn-hangzhou" },
    env: { ...emulator.environment },
  });
  return {
    emulator,
    stack,
    declareAll: () => write(WHOLE, HALF),
    linked: () => linkedIn(emulator),
    async close() {
      await stack.close();
      await emulator.close();
      project.remove();
    },
  };
}
