// The user's program: where Pulumi.yaml says it is, and its run under the SDK's own language runtime.
import { spawn } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { isSecret, reveal, type Values } from "./values";

export type Project = ReturnType<typeof readProject>;

/** Its `programDir` is also the working directory of the dynamic provider's host. */
export function readProject(root: string) {
  const text = readFileSync(join(root, "Pulumi.yaml"), "utf8");
  const line = (key: string) => new RegExp(`^${key}:\\s*["']?([^"'#\\n]+?)["']?\\s*(#.*)?$`, "m").exec(text)?.[1];
  const name = line("name");
  if (!name) throw new Error(`${root}/Pulumi.yaml names no project`);
  const main = resolve(root, line("main") ?? ".");
  const isFolder = statSync(main).isDirectory();
  return { name, root, programDir: isFolder ? main : dirname(main), entry: isFolder ? "." : basename(main) };
}

type Settings = Readonly<{ stack: string; address: string; preview: boolean; parallel: number }>;
type Surroundings = Readonly<{ config: Values; env: NodeJS.ProcessEnv; onOutput: (line: string) => void }>;

/** Its `ended` is the exit code; 32 says that the SDK has told the user why already. */
export function runProgram({ name, root, programDir, entry }: Project, run: Settings & Surroundings) {
  const script = createRequire(join(programDir, "_")).resolve("@pulumi/pulumi/cmd/run");
  const engine = ["--monitor", run.address, "--engine", run.address, "--organization", "organization"];
  const place = ["--project", name, "--root-directory", root, "--stack", run.stack, "--pwd", programDir];
  const how = ["--parallel", `${run.parallel}`, ...(run.preview ? ["--dry-run"] : [])];
  const env: NodeJS.ProcessEnv = {
    ...run.env,
    PULUMI_CONFIG: JSON.stringify(reveal(run.config)),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(Object.keys(run.config).filter((key) => isSecret(run.config[key]))),
    ...(/\.[cm]?js$/.test(entry) ? {} : { PULUMI_NODEJS_TYPESCRIPT: "true" }),
  };
  const args = [script, ...engine, ...place, ...how, entry];
  const child = spawn(process.execPath, args, { cwd: programDir, env, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on("line", run.onOutput);
  const ended = new Promise<number | null>((done, failed) => child.once("error", failed).once("close", done));
  return { ended, kill: () => child.kill("SIGKILL") };
}
