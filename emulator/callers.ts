/** Whose requests are answered: those of programs on this machine, and of no page in a browser. */
import type { IncomingHttpHeaders } from "node:http";

/**
 * Tells programs from pages. A page whose name was pointed at 127.0.0.1 is told by its Host, one of another site by Origin
 * and Sec-Fetch-Site. The signature alone keeps no page out: the emulator's key is written in its documents.
 */
export function isFromProgram({ host = "", origin, "sec-fetch-site": site = "none" }: IncomingHttpHeaders): boolean {
  return (
    /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host) &&
    (origin === undefined || origin === `http://${host}`) &&
    (site === "none" || site === "same-origin")
  );
}
