/** A server of any kind on loopback, at a free port. */

import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";

export interface Listening {
  readonly port: number;
  /** Closes the port and all connections. */
  close(): Promise<void>;
}

export async function listen(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port = 0 }: Partial<AddressInfo> = Object(server.address());
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
