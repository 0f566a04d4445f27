/**
 * Writes the parts of the pages that are made from the source: `npm run docs`. In a page, such a part is between two comments.
 * The first one names the part, and its argument if it has one. A test fails if a page is out of date.
 */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { version } from "../package.json";
import { commandIntro, commandOptions } from "./cliParts";
import { emulatorHelp, emulatorRoutes } from "./emulatorParts";
import { errorExample, errorsTable } from "./errorsTable";
import { licencesTable } from "./licencesTable";
import { proofsOf } from "./proofs";
import { exampleTabs, sdksTable } from "./registryParts";
import { schemaTable, schemaText } from "./schemaParts";
import { membersTable, placesTable, settingsTable, vendorsTable } from "./settingsTables";

const ROOT = join(__dirname, "..");

/** By the name in the comment, what makes a part. It gets the argument. */
const PARTS: Readonly<Record<string, (argument: string) => string | Promise<string>>> = {
  commandIntro,
  commandOptions,
  emulatorHelp,
  emulatorRoutes,
  errorExample,
  errors: errorsTable,
  example: exampleTabs,
  licences: licencesTable,
  members: membersTable,
  places: placesTable,
  schemaTable,
  schemaText,
  sdks: sdksTable,
  settings: settingsTable,
  tests: proofsOf,
  vendors: vendorsTable,
};

const PART = /(<!-- made by npm run docs: (\w+)(?: (\S+))? -->\n\n)[\s\S]*?(\n\n<!-- end -->)/g;

/** What precedes the package's version in a command or an address. */
const VERSION = /(resource classiclink |classiclink@|releases\/download\/v|pulumi-classiclink-)\d+\.\d+\.\d+/g;

/** The pages, by path in the repository. */
export const PAGES: readonly string[] = readdirSync(join(ROOT, "docs"))
  .filter((name) => name.endsWith(".md"))
  .map((name) => `docs/${name}`);

/** The text of a page, with its parts and the version as they are now. */
export async function pageText(path: string): Promise<string> {
  const before = readFileSync(join(ROOT, path), "utf8");
  let text = before;
  for (const [part, begin = "", name = "", argument = "", end = ""] of before.matchAll(PART)) {
    const make = PARTS[name];
    if (make === undefined) throw new Error(`${path}: nothing makes the part ${name}`);
    const made = await make(argument);
    text = text.replace(part, () => `${begin}${made}${end}`);
  }
  return text.replaceAll(VERSION, `$1${version}`);
}

async function main(): Promise<void> {
  for (const path of PAGES) writeFileSync(join(ROOT, path), await pageText(path));
}

if (require.main === module) void main();
