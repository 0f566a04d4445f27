/** Somebody who has Python only follows their page. A server of files stands in for the release, and a tarball for the npm package. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository, version } from "../../package.json";
import { followPage } from "../pages/follow";
import type { Prepared } from "./cases";

const RELEASE = `${repository.url.replace(/^git\+|\.git$/g, "")}/releases/download/v${version}`;

/** @throws an error that names the command that fails, what it did not print, or the part of the page that nobody followed. */
export async function followPythonPage(folder: string, { server, tarball }: Prepared): Promise<void> {
  const page = followPage("docs/getting-started-python.md", folder, (code) =>
    code.replace(RELEASE, server).replace("--package pulumi-classiclink", `--package ${tarball}`),
  );
  const { project, left, block, type, setExported, expectPrinted, startEmulator, close } = page;
  await type(block("pulumi plugin install"), { cwd: folder });
  await type(block("mkdir"), { cwd: folder });
  writeFileSync(join(project, "Pulumi.yaml"), block("name: links"));
  writeFileSync(join(project, "requirements.txt"), block("pulumi>="));
  writeFileSync(join(project, "__main__.py"), block("import pulumi"));
  await type(block("pulumi package add"));
  try {
    await startEmulator();
    const login = block("pulumi login");
    setExported(login);
    await type(login);
    expectPrinted(await type(block("pulumi stack init")), "Outputs:");
    await type(block("curl"));
    expectPrinted(await type(block("pulumi refresh")), "drift:");
    const repair = await type(block("pulumi up"));
    if (!repair.includes("+ 1 created")) throw new Error(`the link was not repaired:\n${repair}`);
    await type(block("pulumi destroy"));
    if (left.size > 0) throw new Error(`the page has more to follow: ${[...left].join("\n")}`);
  } finally {
    await close();
  }
}
