/** The engine that started this process: its address, and its end. */

import { connect } from "node:net";

/**
 * The address of the engine, `<host>:<port>`, which it passes to each provider process as an argument. Undefined if
 * something else has started the process.
 */
export function engineAddress(argv: readonly string[] = process.argv): string | undefined {
  return argv.find((argument) => /^[\w.-]+:\d+$|^\[[\da-f:]+\]:\d+$/i.test(argument));
}

/** The wait before the second attempt to connect, in ms. If it fails, the engine is gone. */
const RECONNECT_MS = 200;

/**
 * Ends this process when the engine is gone. An engine that was killed does not end its providers. They would change links
 * that no state knows.
 *
 * An open connection detects it at once. When it closes, one more attempt shows whether the engine has ended, or has only
 * closed the connection.
 */
export function endWithEngine(address: string, end: () => void = () => process.exit(1)): void {
  const separator = address.lastIndexOf(":");
  const host = address.slice(0, separator).replace(/[[\]]/g, "");
  const port = Number(address.slice(separator + 1));

  function watch(isKnown: boolean): void {
    const socket = connect({ host, port });
    let isConnected = false;
    socket.unref();
    socket.resume();
    socket.once("connect", () => {
      isConnected = true;
    });
    // Reported as a close too.
    socket.on("error", () => {});
    socket.once("close", () => {
      if (isConnected) setTimeout(watch, RECONNECT_MS, true).unref();
      else if (isKnown) end();
    });
  }

  watch(false);
}
