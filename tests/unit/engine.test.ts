/** The engine that has started a host: its address, and how a host notices its end. */

import { once } from "node:events";
import net, { createServer, type Socket } from "node:net";
import { expect, jest, test } from "@jest/globals";
import { endWithEngine, engineAddress } from "../../provider/hosts/engine";
import { listen } from "../support/loopback";

test.each([
  ["127.0.0.1:41231", "127.0.0.1:41231"],
  ["engine-1.local:1", "engine-1.local:1"],
  ["[::1]:8080", "[::1]:8080"],
  ["--logtostderr", undefined],
  ["/opt/a:b/host.js", undefined],
  ["x 127.0.0.1:1", undefined],
  ["127.0.0.1:1/x", undefined],
  ["127.0.0.1:", undefined],
  ["::1:80", undefined],
])("the argument %s says that the engine is at %s", (argument, address) => {
  expect(engineAddress(["/usr/bin/node", "host.js", argument])).toBe(address);
});

/** An engine, and whether the host behind `endWithEngine` has ended. */
async function engine(host = "127.0.0.1") {
  const server = createServer();
  const connected = () => once(server, "connection").then(([socket]) => socket as Socket);
  const first = connected();
  const { port, close } = await listen(server);
  const end = jest.fn();
  const ended = new Promise<void>((resolve) => {
    endWithEngine(
      `${host}:${port}`,
      end.mockImplementation(() => resolve()),
    );
  });
  return { socket: await first, connected, close, end, ended };
}

test.each(["127.0.0.1", "[::ffff:127.0.0.1]"])("[28] a host ends when its engine at %s is gone", async (host) => {
  const { close, ended } = await engine(host);
  await close();
  await expect(ended).resolves.toBeUndefined();
});

test("[28] a host stays when its engine has only closed the connection, and ends later", async () => {
  const { socket, connected, close, end, ended } = await engine();
  const again = connected();
  socket.destroy();
  await again;
  expect(end).not.toHaveBeenCalled();
  await close();
  await expect(ended).resolves.toBeUndefined();
});

test("a host stays whose engine was never there: something else has started it", async () => {
  const { port, close } = await listen(createServer());
  await close();
  const connecting = jest.spyOn(net, "connect");
  const end = jest.fn();
  endWithEngine(`127.0.0.1:${port}`, end);
  const attempt = connecting.mock.results[0]?.value as Socket;
  await new Promise((resolve) => attempt.once("close", resolve));
  connecting.mockRestore();
  expect(end).not.toHaveBeenCalled();
});
