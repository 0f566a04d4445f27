/**
 * `npm run languages`: runs the examples of every language that is on PATH through the whole life of their links, with the real
 * Pulumi CLI, the packed plugin and an emulator. Says what it skipped. Arguments choose cases by the beginning of their names.
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { version } from "../../package.json";
import { CASES, type Case, type Prepared } from "./cases";
import { environmentOf } from "./life";
import { missingProgram, run } from "./shell";

const ROOT = join(__dirname, "..", "..");

/** Serves the files of a release on loopback. */
async function serveRelease(): Promise<Server> {
  const server = createServer(({ url = "" }, response) => {
    try {
      response.end(readFileSync(join(ROOT, "build", basename(url))));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** Packs what is published, and installs the plugin as the pages say: from a server of files. */
async function prepare(folder: string, server: Server): Promise<Prepared> {
  const home = join(folder, "home");
  const here = { cwd: ROOT, env: environmentOf(home) };
  await run(here, "npm", "run", "package:plugin");
  await run(here, "npm", "pack", "--ignore-scripts", "--pack-destination", folder);
  const address = server.address();
  const release = `http://127.0.0.1:${typeof address === "object" ? address?.port : undefined}`;
  await run(here, "pulumi", "plugin", "install", "resource", "classiclink", version, "--server", release);
  return { server: release, home, tarball: join(folder, `pulumi-classiclink-${version}.tgz`) };
}

/** Runs one, and says how it went. */
async function runCase(one: Case, folder: string, prepared: Prepared): Promise<boolean> {
  const project = join(folder, one.name.replaceAll(/\W+/g, "-"));
  mkdirSync(project);
  const start = Date.now();
  try {
    await one.run(project, prepared);
    console.log(`passed   ${one.name} (${Math.round((Date.now() - start) / 1000)} s)`);
    return true;
  } catch (error) {
    console.log(`failed   ${one.name}\n${error instanceof Error ? error.message : error}`);
    return false;
  }
}

async function main(chosen: readonly string[]): Promise<void> {
  const cases = CASES.filter(({ name }) => chosen.length === 0 || chosen.some((one) => name.startsWith(one)));
  const missing = new Map(cases.map((one) => [one, missingProgram(["pulumi", ...one.needs])]));
  const possible = cases.filter((one) => missing.get(one) === undefined);
  const folder = mkdtempSync(join(tmpdir(), "classiclink-languages-"));
  const server = await serveRelease();
  let passed = 0;
  try {
    const prepared = possible.length === 0 ? undefined : await prepare(folder, server);
    for (const one of cases) {
      if (prepared === undefined || missing.get(one) !== undefined) {
        console.log(`skipped  ${one.name}: ${missing.get(one)} is not on PATH`);
      } else if (await runCase(one, folder, prepared)) passed += 1;
    }
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const failed = possible.length - passed;
  console.log(`${passed} passed, ${failed} failed, ${cases.length - possible.length} skipped`);
  if (failed > 0) process.exitCode = 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
