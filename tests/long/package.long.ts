/** The packed package in projects of other people: every kind of program, and every way to configure one. */

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { REPOSITORY } from "../support/project";
import { configurationOf, openShop, SECRET_KEY, type Shop } from "../support/shop";

/** A node_modules folder with the unpacked tarball, and links to what its dependencies are. */
let installed: string;

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), "classiclink-packed-"));
  installed = join(folder, "node_modules");
  const pack = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const packed: unknown = JSON.parse(run("npm", pack, REPOSITORY));
  const [{ filename }] = packed as [{ filename: string }];
  mkdirSync(join(installed, "pulumi-classiclink"), { recursive: true });
  run(
    "tar",
    ["-xzf", join(folder, filename), "--strip-components=1", "-C", join(installed, "pulumi-classiclink")],
    folder,
  );
  for (const name of readdirSync(join(REPOSITORY, "node_modules"))) {
    if (!name.startsWith(".") && name !== "pulumi-classiclink") {
      symlinkSync(join(REPOSITORY, "node_modules", name), join(installed, name));
    }
  }
});
afterAll(() => rmSync(join(installed, ".."), { recursive: true, force: true }));

let shop: Shop;
afterEach(() => shop?.close());

const PROGRAM =
  'const { ClassicLink } = require("pulumi-classiclink");\nnew ClassicLink("a", { instanceId: "i-a", vpcId: "vpc-1" });\n';

describe("[22] programs that install the packed package", () => {
  test.each([
    ["a CommonJS program", { "index.js": PROGRAM }],
    [
      "an ES module",
      {
        "package.json": '{ "name": "shop", "type": "module" }',
        "index.js": PROGRAM.replace(/const (.*) = require\((.*)\);/, "import $1 from $2;"),
      },
    ],
    [
      "a program in a subfolder",
      { "Pulumi.yaml": "name: shop\nruntime: nodejs\nmain: src/app.js\n", "src/app.js": PROGRAM },
    ],
  ])("%s makes, reads, heals and removes a link", async (_, files) => {
    shop = await openShop({});
    install(shop);
    for (const [path, text] of Object.entries(files)) shop.project.write(path, text);
    await lifeOfOneLink(shop);
  });

  test("an installer that keeps packages apart, as pnpm does, finds all that is needed", async () => {
    shop = await openShop({ a: { instanceId: "i-a", vpcId: "vpc-1" } });
    const modules = join(shop.project.folder, "node_modules");
    const store = join(shop.project.folder, "store");
    rmSync(modules, { recursive: true });
    mkdirSync(modules);
    // Beside the package lie only its own dependencies; the project sees only the package and the SDK.
    cpSync(join(installed, "pulumi-classiclink"), join(store, "node_modules/pulumi-classiclink"), { recursive: true });
    const { dependencies }: { dependencies: object } = JSON.parse(
      readFileSync(join(REPOSITORY, "package.json"), "utf8"),
    );
    const own = Object.keys(dependencies).map((name) => name.replace(/\/.*/, ""));
    for (const name of new Set([...own, "@pulumi"]))
      symlinkSync(join(installed, name), join(store, "node_modules", name));
    symlinkSync(join(store, "node_modules/pulumi-classiclink"), join(modules, "pulumi-classiclink"));
    symlinkSync(join(installed, "@pulumi"), join(modules, "@pulumi"));
    await lifeOfOneLink(shop);
  });
});

describe("[16] ways to configure a stack", () => {
  test("the keys of @pulumi/alicloud alone are enough", async () => {
    const config = (endpoint: string) => ({
      "alicloud:region": "cn-hangzhou",
      "alicloud:accessKey": "testid",
      "alicloud:secretKey": { secret: SECRET_KEY },
      "alicloud:endpoints": JSON.stringify([{ ecs: endpoint.replace("http://", "") }]),
    });
    shop = await openShop({ a: { instanceId: "i-a", vpcId: "vpc-1" } }, { config });
    install(shop);
    await lifeOfOneLink(shop);
  });

  test("classiclink:* goes before alicloud:*", async () => {
    const config = (endpoint: string) => ({ ...configurationOf(endpoint), "alicloud:region": "cn-beijing" });
    shop = await openShop({ a: { instanceId: "i-a", vpcId: "vpc-1" } }, { config });
    install(shop);
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

/** Puts the packed package in place of the link to the repository. */
function install({ project }: Shop): void {
  rmSync(join(project.folder, "node_modules"), { recursive: true });
  symlinkSync(installed, join(project.folder, "node_modules"));
}

function run(command: string, args: string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args[0]} failed: ${stderr}`);
  return stdout;
}
