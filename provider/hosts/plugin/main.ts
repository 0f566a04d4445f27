/** The process: it listens, says where, and ends with whoever started it. */

import { grpc } from "./fromPulumi";
import type { Manifest } from "./schema";
import { createServer } from "./server";
import { Session } from "./session";

/** How often to look whether the engine still lives, in ms. */
const PARENT_CHECK_MS = 2_000;

/**
 * Serves the provider until the process is ended.
 *
 * @param manifest of the package.
 */
export function main(manifest: Manifest): void {
  const session = new Session();
  // Engines that do not greet give their address as the last argument.
  const engineAddress = process.argv.at(-1) ?? "";
  if (/^[^/\s]+:\d+$/.test(engineAddress)) session.greet(engineAddress);

  const server = createServer(manifest, session);
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    // The engine reads the first line as the port. Nothing else is ever printed.
    process.stdout.write(`${port}\n`);
  });

  // How the engine ends a plugin. Calls under way still get their answer, so that the state knows what became of them.
  const end = () => {
    session.cancel();
    server.tryShutdown(() => process.exit(0));
  };
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
  endWithParent();
}

/** An engine that was killed ends its plugins no more; one that lived on would go on changing links that no state will know of. */
function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, PARENT_CHECK_MS).unref();
}
