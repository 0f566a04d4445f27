/** Parts of `docs/emulator.md`, made from the emulator. */

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { startEmulator } from "../emulator";

/** What the command prints. */
export function emulatorHelp(): string {
  const cli = join(__dirname, "..", "emulator", "cli.ts");
  const help = execFileSync(process.execPath, ["--import", "tsx", cli, "--help"], { encoding: "utf8" });
  return `\`\`\`text\n${help.trimEnd()}\n\`\`\``;
}

/** The routes of the control API, which it lists for a wrong request. */
export async function emulatorRoutes(): Promise<string> {
  const emulator = await startEmulator();
  try {
    const answer = await fetch(`${emulator.endpoint}/-/nothing`);
    const { routes }: { routes: readonly string[] } = JSON.parse(await answer.text());
    return routes.map((route) => `\`${route.replace(" ", " /-/")}\``).join(", ");
  } finally {
    await emulator.close();
  }
}
