/** Prints what changed in this version, for its release: the section of CHANGELOG.md. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { version } from "../package.json";

/** @throws when the version has no section, or one that says that it is not released. */
export function releaseNotes(changelog: string, ofVersion: string): string {
  const section = changelog
    .split(/^## /m)
    .find((text) => text.startsWith(`${ofVersion} `) || text.startsWith(`${ofVersion}\n`));
  if (section === undefined) throw new Error(`CHANGELOG.md has no section for ${ofVersion}`);
  const [heading = "", ...notes] = section.split("\n");
  if (heading.includes("not released")) throw new Error(`CHANGELOG.md says that ${ofVersion} is not released yet`);
  return notes.join("\n").trim();
}

if (require.main === module) {
  console.log(releaseNotes(readFileSync(join(__dirname, "..", "CHANGELOG.md"), "utf8"), version));
}
