/** `npm run pictures`: makes drift, lets a refresh and an update see it, and draws what they print. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "../tests/support/project";
import { openShop, programOf } from "../tests/support/shop";
import { terminalPicture } from "./terminalPicture";

async function main(): Promise<void> {
  const links = [
    'exports.web = new ClassicLink("web", { instanceId: "i-a", vpcId: "vpc-1" }).id;',
    'exports.db = new ClassicLink("db", { instanceId: "i-b", vpcId: "vpc-1" }).id;',
  ];
  const shop = await openShop({ files: { "index.js": programOf("dynamic", ...links) } });
  try {
    await shop.stack.up();
    shop.emulator.unlink("i-a");
    shop.emulator.link("i-b", "vpc-2");
    const refresh = await shop.stack.refresh();
    const up = await shop.stack.up();
    const lines = ["$ pulumi refresh --diff", ...changesIn(refresh.output), "", "$ pulumi up", ...changesIn(up.output)];
    const title = "A refresh shows that web lost its link and that db was moved to vpc-2; the next up repairs both.";
    writeFileSync(join(REPOSITORY, "docs/images/drift.svg"), terminalPicture(title, lines));
  } finally {
    await shop.close();
  }
}

/** The lines about links, and the counts. */
function changesIn(output: string): string[] {
  const lines = output.split("\n").map((line) => line.trimEnd());
  const isAboutLinks = (line: string) =>
    /^\s+(\S+ +pulumi-nodejs:|[+~-] pulumi-nodejs:|\[urn=.*ClassicLink::|[~-]? ?(instanceId|regionId|vpcId) *:)/.test(
      line,
    );
  const counts = lines.slice(lines.lastIndexOf("Resources:")).filter((line) => /^Resources:|^ +\S/.test(line));
  return [
    ...lines.filter((line) => isAboutLinks(line) && !/ing( original| replacement)? \(0s\)/.test(line)),
    ...counts,
  ];
}

void main();
