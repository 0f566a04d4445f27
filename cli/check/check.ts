/** `pulumi-classiclink check`: compares the links that exist with a declared list. */

import { readFileSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import { decodeText } from "../../provider/decodeText";
import { connect } from "../../provider/resources/connect";
import { plural } from "../../provider/links/operation";
import type { Settings } from "../../provider/settings";
import { settingsOf, underScope, warnOfConnection } from "../cloud";
import { fileReason } from "../fileReason";
import type { CheckOptions } from "../program";
import { openProgress } from "../progress";
import { coloured, type Style, table } from "../terminal";
import { type Declaration, readDeclaration } from "./declared";
import { type Drift, findDrift } from "./drift";

/** Prints the differences on standard output, and their number on standard error. Resolves with the exit code. */
export async function check(file: string, options: CheckOptions): Promise<number> {
  const settings = settingsOf(options);
  // With --quiet, cron would send a mail for it each time.
  if (options.quiet !== true) warnOfConnection(settings);
  const [name, text] = await readInput(file);
  const asked = { scope: settings.scope(), isNamed: options.organization !== undefined };
  const declaration = readDeclaration(text, name, () => settings.defaultRegion(), asked);
  const progress = await openProgress();
  try {
    const all = await findDrift(await connect(settings), declaration, progress);
    progress.end();
    const drift = options.allowUndeclared ? all.filter((one) => one.drift !== "undeclared") : all;
    if (options.quiet && drift.length === 0) return 0;
    process.stdout.write(options.json ? asJson(declaration, drift) : asTable(drift));
    process.stderr.write(`${summaryOf(declaration, drift, settings)}\n`);
    return drift.length === 0 ? 0 : 2;
  } finally {
    progress.end();
  }
}

async function readInput(file: string): Promise<readonly [name: string, text: string]> {
  if (file === "-") return ["standard input", decodeText(await buffer(process.stdin))];
  try {
    return [file, decodeText(readFileSync(file))];
  } catch (error) {
    throw new Error(`cannot read ${file} (${fileReason(error)}); give the path of a list, or - for standard input`);
  }
}

const STYLES = { missing: "red", moved: "yellow", undeclared: "cyan" } as const satisfies Record<Drift["drift"], Style>;

function asTable(drift: readonly Drift[]): string {
  if (drift.length === 0) return "";
  const rows = drift.map(({ regionId, instanceId, declared, found, drift }) => [
    regionId,
    instanceId,
    declared ?? "-",
    found ?? "-",
    { text: drift, style: STYLES[drift] },
  ]);
  return table(["REGION", "INSTANCE", "DECLARED", "FOUND", "DRIFT"], rows);
}

function asJson({ links }: Declaration, drift: readonly Drift[]): string {
  return `${JSON.stringify({ declared: links.length, drift }, null, 2)}\n`;
}

/** As in "250 links declared: 248 as declared, 1 missing, 1 moved; 2 undeclared". */
function summaryOf({ links, vpcs, leftOut }: Declaration, drift: readonly Drift[], settings: Settings): string {
  const count = (kind: Drift["drift"]) => drift.filter((one) => one.drift === kind).length;
  const [missing, moved, undeclared] = [count("missing"), count("moved"), count("undeclared")];
  const parts = [
    `${links.length - missing - moved} as declared`,
    ...(missing > 0 ? [`${missing} missing`] : []),
    ...(moved > 0 ? [`${moved} moved`] : []),
  ].join(", ");
  const more = undeclared > 0 ? `; ${undeclared} undeclared` : "";
  const under = vpcs[0] === undefined ? "" : underScope(settings, vpcs[0].regionId);
  const text = `${plural(links.length, "link", "links")} declared: ${parts}${more}${under && `;${under}`}${leftOut && `; not compared: ${leftOut}`}`;
  return coloured(drift.length === 0 ? "green" : "yellow", text, process.stderr);
}
