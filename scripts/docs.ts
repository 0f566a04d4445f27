/** Writes the pages that are made from the source: `npm run docs`. A test fails if they are out of date. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import EXAMPLES from "../provider/hosts/plugin/examples.json";
import { cliPage } from "./cliPage";
import { conformancePage } from "./conformancePage";
import { emulatorPage } from "./emulatorPage";
import { errorsPage } from "./errorsPage";
import { fillIn } from "./fillIn";
import { licencesTable } from "./licencesTable";
import { referencePage } from "./referencePage";
import { chooser, sdksTable } from "./registryParts";
import { meaningsTable, membersTable, placesTable, vendorsTable } from "./settingsTables";

type Parts = Parameters<typeof fillIn>[1];

/** Pages that are written by hand, and the parts of them that are made. */
const WRITTEN: Readonly<Record<string, Parts>> = {
  "docs/_index.md": { example: () => chooser(EXAMPLES.ClassicLink) },
  "docs/configuration.md": {
    places: placesTable,
    assumeRole: () => membersTable("assumeRole"),
    assumeRoleWithOidc: () => membersTable("assumeRoleWithOidc"),
  },
  "docs/getting-started-python.md": {},
  "docs/installation-configuration.md": { sdks: sdksTable, settings: meaningsTable },
  "docs/licences.md": { packages: licencesTable },
  "docs/private-cloud.md": { vendors: vendorsTable },
};

/** By path in the repository, what makes the text of each. */
export const PAGES: Readonly<Record<string, () => string | Promise<string>>> = {
  ...Object.fromEntries(Object.entries(WRITTEN).map(([path, parts]) => [path, () => fillIn(path, parts)])),
  "docs/cli.md": cliPage,
  "docs/conformance.md": conformancePage,
  "docs/emulator.md": emulatorPage,
  "docs/errors.md": errorsPage,
  "docs/reference.md": referencePage,
};

async function main(): Promise<void> {
  for (const [path, page] of Object.entries(PAGES)) {
    writeFileSync(join(__dirname, "..", path), `${(await page()).trimEnd()}\n`);
  }
}

if (require.main === module) void main();
