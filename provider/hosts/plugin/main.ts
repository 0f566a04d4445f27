/** The process: it listens, says where, and ends with whoever started it. */

import { endWithEngine, engineAddress } from "../engine";
import { grpc } from "./fromPulumi";
import type { Manifest } from "./schema";
import { createServer } from "./server";
import { Session } from "./session";

/**
 * Serves the provider until the process is ended.
 *
 * @param manifest of the package.
 */
export function main(manifest: Manifest): void {
  const session = new Session();
  const engine = engineAddress();
  if (engine !== undefined) {
    session.greet(engine);
    endWithEngine(engine);
  }

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
}
