/** The packed package in projects of other people: modules of both kinds, and installers of both kinds. */

import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { dependencies } from "../../package.json";
import { installPacked, packPackage } from "../support/installed";
import { openShop, programOf, type Shop } from "../support/shop";

/** A folder whose node_modules has the unpacked tarball, and links to what its dependencies are. */
const folder = mkdtempSync(join(tmpdir(), "classiclink-packed-"));
const installed = join(folder, "node_modules");
beforeAll(() => {
  writeFileSync(join(folder, "package.json"), "{}");
  installPacked(packPackage(folder), folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let shop: Shop;
afterEach(() => shop?.close());

const LINK = 'new ClassicLink("a", { instanceId: "i-a", vpcId: "vpc-1" });';

/** Opens a shop in which the packed package is in place of the link to the repository. */
async function open(files: Readonly<Record<string, string>>): Promise<Shop> {
  shop = await openShop({ files });
  const modules = join(shop.project.folder, "node_modules");
  rmSync(modules, { recursive: true });
  symlinkSync(installed, modules);
  return shop;
}

describe("[22] programs that install the packed package", () => {
  test("an ES module makes, reads, heals and removes a link", async () => {
    const program = `import { ClassicLink } from "pulumi-classiclink";\n${LINK}\n`;
    await lifeOfOneLink(await open({ "package.json": '{ "name": "shop", "type": "module" }', "index.js": program }));
  });

  test("an installer that keeps packages apart, as pnpm does, finds all that a CommonJS program needs", async () => {
    const { project } = await open({ "index.js": programOf("dynamic", LINK) });
    const modules = join(project.folder, "node_modules");
    const store = join(project.folder, "store", "node_modules");
    rmSync(modules);
    mkdirSync(modules);
    // Beside the package lie only its own dependencies; the project sees only the package and the SDK.
    cpSync(join(installed, "pulumi-classiclink"), join(store, "pulumi-classiclink"), { recursive: true });
    for (const name of new Set(["@pulumi", ...Object.keys(dependencies).map((one) => one.replace(/\/.*/, ""))]))
      symlinkSync(join(installed, name), join(store, name));
    symlinkSync(join(store, "pulumi-classiclink"), join(modules, "pulumi-classiclink"));
    symlinkSync(join(installed, "@pulumi"), join(modules, "@pulumi"));
    await lifeOfOneLink(shop);
  });
});

async function lifeOfOneLink({ stack, emulator, linked }: Shop): Promise<void> {
  expect(await stack.up()).toMatchObject({ ok: true, summary: { create: 2 } });
  expect(linked()).toBe("i-a→vpc-1");
  emulator.link("i-a", "vpc-2");
  expect(await stack.refresh()).toMatchObject({ ok: true, summary: { update: 1 } });
  expect(await stack.up()).toMatchObject({ ok: true, summary: { replace: 1 } });
  expect(linked()).toBe("i-a→vpc-1");
  expect(await stack.destroy()).toMatchObject({ ok: true, summary: { delete: 2 } });
  expect(linked()).toBe("");
}
