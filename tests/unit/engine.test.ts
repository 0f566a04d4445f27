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

/** An engine, and how often the host behind `endWithEngine` has ended. */
async function engine(host = "127.0.0.1") {
  const server = createServer();
  let ends = 0;
  const connected = () => once(server, "connection").then(([socket]) => socket as Socket);
  const first = connected();
  const { port, close } = await listen(server);
  const ended = new Promise<void>((resolve) => {
    endWithEngine(`${host}:${port}`, () => {
      ends += 1;
      resolve();
    });
  });
  return { socket: await first, connected, close, ended, ends: () => ends };
}

test.each(["127.0.0.1", "[::ffff:127.0.0.1]"])("[28] a host ends when its engine at %s is gone", async (host) => {
  const { close, ended, ends } = await engine(host);
  await close();
  await ended;
  expect(ends()).toBe(1);
});

test("[28] a host stays when its engine has only closed the connection, and ends later, once", async () => {
  const { socket, connected, close, ended, ends } = await engine();
  const again = connected();
  socket.destroy();
  await again;
  expect(ends()).toBe(0);
  await close();
  await ended;
  expect(ends()).toBe(1);
});

test("a host stays whose engine was never there: something else has started it", async () => {
  const { port, close } = await listen(createServer());
  await close();
  const connecting = jest.spyOn(net, "connect");
  let ends = 0;
  endWithEngine(`127.0.0.1:${port}`, () => {
    ends += 1;
  });
  const attempt = connecting.mock.results[0]?.value as Socket;
  await new Promise((resolve) => attempt.once("close", resolve));
  connecting.mockRestore();
  expect(ends).toBe(0);
});
