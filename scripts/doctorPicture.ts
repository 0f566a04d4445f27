/** `npm run pictures`: an instance that cannot be linked to a VPC, and what doctor says of it. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startEmulator } from "pulumi-classiclink/emulator";
import { runCli } from "../tests/support/cli";
import { REPOSITORY } from "../tests/support/project";
import { terminalPicture } from "./terminalPicture";

async function main(): Promise<void> {
  const emulator = await startEmulator({
    instances: [{ instanceId: "i-web" }],
    vpcs: [{ vpcId: "vpc-shop", classicLinkEnabled: false }, { vpcId: "vpc-jobs" }],
    links: [{ instanceId: "i-web", vpcId: "vpc-jobs" }],
  });
  try {
    const args = ["doctor", "--instance", "i-web", "--vpc", "vpc-shop"];
    const env = { ...emulator.environment, CLASSICLINK_ORGANIZATION_ID: "26" };
    const { stdout, stderr } = await runCli(args, { env });
    // Joined again, since the picture folds lines itself and keeps their colour.
    const printed = `${stdout}${stderr}`
      .trimEnd()
      .replaceAll(/\n {4}(?!→)/g, " ")
      .split("\n");
    // The port is another one each time.
    const { host } = new URL(emulator.endpoint);
    const lines = [
      `$ npx pulumi-classiclink ${args.join(" ")}`,
      ...printed.map((line) => line.replaceAll(host, "127.0.0.1:4010")),
    ];
    const title = "doctor checks settings, credentials, network and permissions, and says why i-web cannot be linked.";
    writeFileSync(join(REPOSITORY, "docs/images/doctor.svg"), terminalPicture(title, lines));
  } finally {
    await emulator.close();
  }
}

void main();
