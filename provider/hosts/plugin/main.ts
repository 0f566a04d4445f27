/** The process of the plugin: it listens, prints its port, and ends with its engine. */

import { endWithEngine, engineAddress } from "../engine";
import { grpc } from "./fromPulumi";
import type { Manifest } from "./schema";
import { createServer } from "./server";
import { Session } from "./session";

/**
 * Serves the provider until the process is ended.
 *
 * @param manifest the package's `package.json`.
 */
export function main(manifest: Manifest): void {
  const session = new Session();
  const engine = engineAddress();
  if (engine !== undefined) {
    session.connect(engine);
    endWithEngine(engine);
  }

  const server = createServer(manifest, session);
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    // The engine reads the port from the first line. The plugin must print nothing else.
    process.stdout.write(`${port}\n`);
  });

  // The engine ends a plugin with a signal. Running calls still return, so that the state has their results.
  const end = () => {
    session.cancel();
    server.tryShutdown(() => process.exit(0));
  };
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
}
