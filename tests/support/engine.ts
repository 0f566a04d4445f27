/** An engine of which nothing is there but its address, for tests of what becomes of its providers when it ends. */

import { once } from "node:events";
import { createServer, type Socket } from "node:net";

export async function openEngine() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket));
  const connected = once(server, "connection");
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the engine has no port");
  return {
    address: `127.0.0.1:${address.port}`,
    /** Resolves when a provider has found it. */
    connected,
    /** Ends without a word to anyone, as one that is killed. */
    end(): void {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
