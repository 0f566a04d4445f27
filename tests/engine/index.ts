// pulumi-classiclink's own small test engine: preview, up, refresh and destroy of one stack, on machines without Pulumi.
import { once } from "node:events";
import { cpus } from "node:os";
import { join } from "node:path";
import { openDeployment, type Orders, taint, type World } from "./deploy";
import { type Operation, openDisplay } from "./display";
import { serve } from "./monitor";
import { readProject, runProgram } from "./program";
import { type Provider, type RecordedCall, type StandIn, startProvider } from "./providers";
import { type Exported, openSnapshot, readState } from "./state";
import { envelope, type Values } from "./values";

export type { Exported, RecordedCall, StandIn };

export interface StackOptions {
  /** The folder with Pulumi.yaml. */
  readonly projectDir: string;
  readonly stackName?: string;
  readonly stateFile: string;
  /** As `pulumi config set` takes it: a key without a namespace is the project's own. */
  readonly config?: Readonly<Record<string, string | { readonly secret: string }>>;
  /** Added to this process's environment, for the program and for providers. */
  readonly env?: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
  /** By package name, what answers in place of the package's provider. */
  readonly standIns?: Readonly<Record<string, StandIn>>;
  /** By package name, the folder with the executable `pulumi-resource-<package>`. */
  readonly plugins?: Readonly<Record<string, string>>;
  readonly recordCalls?: (call: RecordedCall) => void;
}

/** As the CLI's flags. */
export type Options = Orders & Readonly<{ refresh?: boolean }>;

export type Result = Awaited<ReturnType<Stack["up"]>>;
export type Stack = ReturnType<typeof openStack>;

const parallel = 4 * cpus().length;

const titles = { preview: "Previewing update", update: "Updating", refresh: "Refreshing", destroy: "Destroying" };

export function openStack(options: StackOptions) {
  const { stackName: stack = "dev", stateFile, standIns = {}, plugins = {} } = options;
  const { recordCalls: record = () => undefined, onLine = () => undefined } = options;
  const project = readProject(options.projectDir);
  const given: NodeJS.ProcessEnv = { ...process.env, ...options.env };
  const nodeOptions = `${given.NODE_OPTIONS ?? ""} --require ${JSON.stringify(join(__dirname, "lazyModules.js"))}`;
  const env: NodeJS.ProcessEnv = { ...given, NODE_OPTIONS: nodeOptions.trim(), PULUMI_NODEJS_PROJECT: project.name };
  const surroundings = { programDir: project.programDir, env, standIns, plugins, record };
  const urnOf: World["urnOf"] = (parent, type, name) => {
    const lineage = (parent.split("::")[2] ?? "").replace(/^pulumi:pulumi:Stack\$?/, "");
    return `urn:pulumi:${stack}::${project.name}::${lineage ? `${lineage}$` : ""}${type}::${name}`;
  };
  const root = urnOf("", "pulumi:pulumi:Stack", `${project.name}-${stack}`);
  const config: Values = {};
  for (const [key, value] of Object.entries(options.config ?? {})) {
    const full = key.includes(":") ? key : `${project.name}:${key}`;
    config[full] = typeof value === "string" ? value : envelope({ value: value.secret });
  }
  /** The dynamic host sees the whole configuration, a plugin its own namespace. */
  const configFor = (pkg: string): Values => {
    const own = Object.entries(config).filter(([key]) => key.startsWith(`${pkg}:`));
    const short = Object.fromEntries(own.map(([key, value]) => [key.slice(pkg.length + 1), value]));
    return pkg === "pulumi-nodejs" ? config : short;
  };

  async function operate(operation: Operation, { refresh, ...orders }: Options = {}) {
    const preview = operation === "preview";
    const snapshot = openSnapshot(stateFile, env.PULUMI_CONFIG_PASSPHRASE ?? "", !preview);
    const display = openDisplay(operation, root, onLine);
    const onOutput = (line: string) => display.log(root, line);
    const started: Provider[] = [];
    const start = async (pkg: string) => {
      const provider = await startProvider(pkg, { ...surroundings, engineAddress: address, onOutput });
      started.push(provider);
      return provider;
    };
    const world: World = { urnOf, orders, preview, parallel, snapshot, display, start, configFor };
    const deployment = openDeployment(world);
    const { address, close } = await serve(world, deployment, record);
    const program = async () => {
      const run = runProgram(project, { stack, address, preview, parallel, config, env, onOutput });
      const code = await Promise.race([run.ended, once(deployment.halt.signal, "abort")]);
      await Promise.all(deployment.underWay);
      run.kill();
      if (code === 0) await deployment.removeTheRest();
      // 32: the SDK has told the user why already.
      else if (code === 32) deployment.halt.abort();
      else if (!deployment.halt.signal.aborted) throw new Error(`the program ended with exit code ${code}`);
    };
    display.print("pulumi-classiclink's own small test engine; this is not Pulumi", "");
    display.print(`${titles[operation]} (${stack}):`, "");
    try {
      if (operation === "refresh" || refresh) await deployment.refresh(operation === "refresh");
      if (operation === "destroy") await deployment.removeTheRest();
      if ((preview || operation === "update") && !deployment.halt.signal.aborted) await program();
    } catch (error) {
      deployment.fail(root, error);
    }
    await Promise.all(started.map((provider) => provider.stop()));
    close();
    snapshot.save();
    display.end(snapshot.resources.get(root)?.outputs ?? {});
    const output = display.lines.join("\n");
    return { ok: !deployment.halt.signal.aborted, output, summary: display.counts };
  }

  return {
    taint: (name: string) => taint(openSnapshot(stateFile, env.PULUMI_CONFIG_PASSPHRASE ?? "", true), name),
    preview: (asked?: Options) => operate("preview", asked),
    up: (asked?: Options) => operate("update", asked),
    refresh: (asked?: Options) => operate("refresh", asked),
    destroy: (asked?: Options) => operate("destroy", asked),
    /** The deployment as it is stored, secrets encrypted; undefined before the first operation. */
    export: (): Exported | undefined => readState(stateFile),
  };
}
