/** Whose requests are answered: those of programs on this machine, and of no page in a browser. */
import type { IncomingHttpHeaders } from "node:http";

export type IsFromProgram = (headers: IncomingHttpHeaders) => boolean;

/**
 * Tells programs from pages. A page whose name was pointed at 127.0.0.1 is told by its Host, one of another site by Origin
 * and Sec-Fetch-Site. The signature alone keeps no page out: the emulator's key is written in its documents.
 *
 * @param hosts names that the emulator is called by besides 127.0.0.1 and localhost.
 */
export function programsOnly(hosts: readonly string[]): IsFromProgram {
  const names = new Set(["127.0.0.1", "localhost", ...hosts]);
  return ({ host = "", origin, "sec-fetch-site": site = "none" }) =>
    names.has(host.replace(/:\d+$/, "")) &&
    (origin === undefined || origin === `http://${host}`) &&
    (site === "none" || site === "same-origin");
}
