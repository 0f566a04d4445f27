/** A stack to test with: driven by the Pulumi CLI where it is on PATH, else by the repository's own engine. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openStack as openEngineStack, type StandIn } from "../engine";
import { importedState } from "./importedState";
import { PLUGIN, type Project } from "./project";
import { openCliStack, versionOfPulumi } from "./pulumiCli";
import { restoredState } from "./restoredState";
import { type Summary, summaryOf } from "./summary";

/** What to run, and with what. */
export interface StackOptions {
  readonly project: Project;
  readonly config?: Readonly<Record<string, ConfigValue>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with each line as it is printed. */
  readonly onLine?: (line: string) => void;
  /** By package name, what answers in place of the package's provider. The CLI has no place for it, so it does not run these. */
  readonly standIns?: Readonly<Record<string, StandIn>>;
}

/** The environment for a program in TypeScript whose types `npm run typecheck` has checked. */
export const TRANSPILE_ONLY = { PULUMI_NODEJS_TRANSPILE_ONLY: "true" } as const;

/** A value of the stack's configuration. */
export type ConfigValue = string | { readonly secret: string };

/** What came of an operation. */
export interface Run {
  readonly ok: boolean;
  /** Everything that was printed. */
  readonly output: string;
  readonly summary: Summary;
}

/** What an up may be asked besides, as by the flags of the CLI. Resources go by their names. */
export interface UpOptions {
  readonly refresh?: boolean;
  readonly replace?: readonly string[];
}

/** A stack. Its operations do not reject when Pulumi says that they failed. */
export interface Stack {
  /** Who drives it, for people. */
  readonly drivenBy: string;
  configure(key: string, value: ConfigValue): Promise<void>;
  preview(): Promise<Run>;
  up(options?: UpOptions): Promise<Run>;
  refresh(): Promise<Run>;
  destroy(): Promise<Run>;
  /** Marks resources, by their names, to be replaced by the next up. */
  taint(...names: string[]): Promise<void>;
  /** Takes what an import file of the project names into the state. Rejects when that fails. */
  import(file: string): Promise<void>;
  /** Takes the protection away from what the state holds. */
  unprotect(): Promise<void>;
  /** Puts an export of a stack in place of what the state holds. */
  restore(file: string): Promise<void>;
  /** The deployment as `pulumi stack export` gives it. */
  export(): Promise<unknown>;
  /** Everything on disk that is not the program: states, and where there are any their backups and history. */
  kept(): string;
  close(): Promise<void>;
}

/** Opens a new stack of a project. */
export async function openStack(options: StackOptions): Promise<Stack> {
  const needsOwn = options.standIns !== undefined || versionOfPulumi() === undefined;
  return needsOwn ? openOwnStack(options) : await openCliStack(options);
}

function openOwnStack({ project, config: initial = {}, env, onLine, standIns = {} }: StackOptions): Stack {
  const config = { ...initial };
  // Opened anew for each operation, as the CLI is started anew: what is remembered is in the state.
  const stack = () =>
    openEngineStack({
      projectDir: project.folder,
      stackName: "test",
      stateFile: join(project.folder, ".state.json"),
      config,
      // What Pulumi.yaml tells the CLI; see PLUGIN in project.ts.
      plugins: { classiclink: join(project.folder, PLUGIN) },
      standIns,
      ...(env === undefined ? {} : { env }),
      ...(onLine === undefined ? {} : { onLine }),
    });
  const run = async (operation: Promise<{ ok: boolean; output: string }>): Promise<Run> => {
    const { ok, output } = await operation;
    return { ok, output, summary: summaryOf(output) };
  };
  return {
    drivenBy: "the repository's own test engine",
    async configure(key, value) {
      config[key] = value;
    },
    preview: () => run(stack().preview()),
    up: (options) => run(stack().up(options)),
    refresh: () => run(stack().refresh()),
    destroy: () => run(stack().destroy()),
    async taint(...names) {
      for (const name of names) stack().taint(name);
    },
    async import(file) {
      const state = importedState(readFileSync(join(project.folder, file), "utf8"), projectNameOf(project), "test");
      writeFileSync(join(project.folder, ".state.json"), JSON.stringify(state));
    },
    async unprotect() {
      const file = join(project.folder, ".state.json");
      writeFileSync(file, readFileSync(file, "utf8").replaceAll(/"protect":\s*true/g, '"protect":false'));
    },
    async restore(file) {
      const state = restoredState(JSON.parse(readFileSync(file, "utf8")));
      writeFileSync(join(project.folder, ".state.json"), JSON.stringify(state));
    },
    export: async () => stack().export(),
    kept: () => readFileSync(join(project.folder, ".state.json"), "utf8"),
    close: async () => {},
  };
}

function projectNameOf({ folder }: Project): string {
  return /^name: (.*)$/m.exec(readFileSync(join(folder, "Pulumi.yaml"), "utf8"))?.[1] ?? "";
}
