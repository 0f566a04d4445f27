/** A stack to test with: driven by the Pulumi CLI where it is on PATH, else by the repository's own engine. */

import type { Exported, StandIn } from "../engine";
import { openOwnStack } from "./ownStack";
import type { Project } from "./project";
import { openCliStack, versionOfPulumi } from "./pulumiCli";

/** What to run, and with what. */
export interface StackOptions {
  readonly project: Project;
  readonly config?: Readonly<Record<string, ConfigValue>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with each line as it is printed. */
  readonly onLine?: (line: string) => void;
  /** By package name, what answers in place of the package's provider. Only the repository's own engine can do that. */
  readonly standIns?: Readonly<Record<string, StandIn>>;
}

/** A value of the stack's configuration. */
export type ConfigValue = string | { readonly secret: string };

/** How many resources an operation created, and so on. The stack itself is counted too, as Pulumi counts it. */
export type Summary = Readonly<Record<"create" | "update" | "replace" | "delete" | "same", number>>;

/** The outcome of an operation. */
export interface Run {
  readonly ok: boolean;
  /** Everything that was printed. */
  readonly output: string;
  readonly summary: Summary;
}

/** Options of an up, like the flags of the CLI. Resources are named by their names. */
export interface UpOptions {
  readonly refresh?: boolean;
  readonly replace?: readonly string[];
}

/** A stack. Its operations do not reject when Pulumi says that they failed. */
export interface Stack {
  /** What drives it, for people. */
  readonly drivenBy: string;
  configure(key: string, value: ConfigValue): Promise<void>;
  preview(): Promise<Run>;
  up(options?: UpOptions): Promise<Run>;
  refresh(): Promise<Run>;
  destroy(): Promise<Run>;
  /** Imports the resources of an import file of the project. Rejects when that fails. */
  import(file: string): Promise<void>;
  /** Replaces the state by an export of a stack. */
  restore(file: string): Promise<void>;
  /** The deployment as `pulumi stack export` gives it. */
  export(): Promise<Exported>;
  /** Everything on disk that is not the program: states, and where there are any their backups and history. */
  kept(): string;
  close(): Promise<void>;
}

/** Programs in TypeScript are not compiled again: `npm run typecheck` has checked their types. */
const TRANSPILE_ONLY = { PULUMI_NODEJS_TRANSPILE_ONLY: "true" };

/** Opens a new stack of a project. */
export async function openStack(options: StackOptions): Promise<Stack> {
  const needsOwn = options.standIns !== undefined || versionOfPulumi() === undefined;
  const all = { ...options, env: { ...TRANSPILE_ONLY, ...options.env } };
  return needsOwn ? openOwnStack(all) : await openCliStack(all);
}
