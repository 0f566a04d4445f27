/** Writes the pages that are made from the source: `npm run docs`. A test fails if they are out of date. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { cliPage } from "./cliPage";
import { conformancePage } from "./conformancePage";
import { configurationPage } from "./configurationPage";
import { emulatorPage } from "./emulatorPage";
import { errorsPage } from "./errorsPage";
import { licencesPage } from "./licencesPage";
import { privateCloudPage } from "./privateCloudPage";
import { referencePage } from "./referencePage";
import { indexPage, installationPage } from "./registryPages";

/** By path in the repository, what makes the text of each. */
export const PAGES: Readonly<Record<string, () => string | Promise<string>>> = {
  "docs/_index.md": indexPage,
  "docs/cli.md": cliPage,
  "docs/configuration.md": configurationPage,
  "docs/conformance.md": conformancePage,
  "docs/emulator.md": emulatorPage,
  "docs/errors.md": errorsPage,
  "docs/installation-configuration.md": installationPage,
  "docs/licences.md": licencesPage,
  "docs/private-cloud.md": privateCloudPage,
  "docs/reference.md": referencePage,
};

async function main(): Promise<void> {
  for (const [path, page] of Object.entries(PAGES)) {
    writeFileSync(join(__dirname, "..", path), `${(await page()).trimEnd()}\n`);
  }
}

if (require.main === module) void main();
