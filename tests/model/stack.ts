/** A stack that the test engine drives on a provider process, without the process of a program. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { STORED_LINE, STORED_LINE_OF_LINKS } from "../../provider/hosts/dynamic/storedLine";
import { type Deployment, openDeployment, type Orders, taint, type World } from "../engine/deploy";
import { openDisplay } from "../engine/display";
import type { Provider } from "../engine/providers";
import { openSnapshot, type ResourceState, readState } from "../engine/state";
import { asValues, type Values } from "../engine/values";
import type { Host } from "../support/shop";
import { newEngineAddress } from "../support/engine";
import { KeptProvider } from "../support/keptProvider";
import { type Program, REGION } from "./program";

export type OperationName = "preview" | "up" | "up --refresh" | "refresh" | "destroy";

/** What came of an operation. */
export interface Run {
  readonly ok: boolean;
  readonly output: string;
  /** How many resources were created, updated, replaced or deleted. */
  readonly changes: number;
}

/** What happens to the answer of the n-th create, update or delete of an operation: it is lost, with the engine or without. */
export interface LostAnswer {
  readonly call: number;
  readonly engineDies: boolean;
}

/** Processes for each host: as many as an operation has needed so far. */
export type KeptProviders = Readonly<Record<Host, KeptProvider[]>>;

export interface How {
  /** How long each call on a resource may take, in ms. */
  readonly timeoutMs: number;
  readonly lostAnswer?: LostAnswer;
  /** Another number, another order of the declarations in the program. */
  readonly order?: number;
  /** What the engine is ordered to do, by names of resources. */
  readonly orders?: Orders;
}

export class ModelStack {
  readonly #kept: KeptProviders;
  readonly #configuration: Values;
  readonly #folder = mkdtempSync(join(tmpdir(), "classiclink-model-"));
  readonly #stateFile = join(this.#folder, "state.json");

  constructor(kept: KeptProviders, configuration: Readonly<Record<string, string>>) {
    this.#kept = kept;
    this.#configuration = asValues(configuration);
  }

  /** The resources in the state. */
  get resources(): readonly ResourceState[] {
    return readState(this.#stateFile)?.deployment.resources ?? [];
  }

  /** Marks a resource to be replaced, as `pulumi state taint` does. */
  taint(name: string): void {
    taint(openSnapshot(this.#stateFile, "", true), name);
  }

  close(): void {
    rmSync(this.#folder, { recursive: true });
  }

  async operate(name: OperationName, program: Program, how: How): Promise<Run> {
    const operation = name === "up" || name === "up --refresh" ? "update" : name;
    const display = openDisplay(operation, "", () => {});
    const preview = operation === "preview";
    const file = openSnapshot(this.#stateFile, "", !preview);
    let engineLives = true;
    const snapshot = { ...file, save: () => (engineLives ? file.save() : undefined) };
    const lose = () => {
      if (how.lostAnswer?.engineDies) engineLives = false;
    };
    const engineAddress = newEngineAddress();
    const started = { dynamic: 0, plugin: 0 };
    const start: World["start"] = async (pkg) => {
      const host = pkg === "classiclink" ? "plugin" : "dynamic";
      const nth = started[host]++;
      const kept = this.#kept[host][nth] ?? new KeptProvider(host);
      this.#kept[host][nth] = kept;
      return calling(host, await kept.renew(engineAddress), how, lose);
    };
    const configFor: World["configFor"] = (pkg) => {
      const short = Object.entries(this.#configuration).map(([key, value]) => [key.replace(`${pkg}:`, ""), value]);
      return pkg === "classiclink" ? Object.fromEntries(short) : this.#configuration;
    };
    const deployment = openDeployment({
      preview,
      parallel: 8,
      snapshot,
      display,
      urnOf: (_, type, name) => urnOf(type, name),
      configFor,
      start,
      orders: how.orders ?? {},
    });
    const work = async () => {
      if (name === "refresh" || name === "up --refresh") await deployment.refresh(name === "refresh");
      if (name === "destroy") await deployment.removeTheRest();
      const runs = operation === "update" || operation === "preview";
      if (runs && !deployment.halt.signal.aborted) await run(program, how, deployment, this.#configuration);
    };
    await work().catch((error: unknown) => deployment.fail("", error));
    snapshot.save();
    const { create, update, replace, delete: removed } = display.counts;
    return {
      ok: !deployment.halt.signal.aborted,
      output: display.lines.join("\n"),
      changes: create + update + replace + removed,
    };
  }
}

/** Runs a program: it asks for all that does not depend on something else at the same time. */
async function run(program: Program, { order = 0 }: How, deployment: Deployment, config: Values): Promise<void> {
  const references = new Map<string, string>();
  for (const name of new Set(program.providers.values())) {
    const { urn, id } = await deployment.register(providerState(program, name, config));
    references.set(name, `${urn}::${id}`);
  }
  const wanted = wantedBy(program).map((state): ResourceState => {
    const name = program.providers.get(state.urn.split("::").at(-1) ?? "") ?? "";
    return { ...state, provider: references.get(name) ?? "" };
  });
  const turned = [...wanted.slice(order % (wanted.length || 1)), ...wanted.slice(0, order % (wanted.length || 1))];
  await Promise.allSettled((order % 2 === 0 ? turned : turned.reverse()).map((one) => deployment.register(one)));
  await Promise.all(deployment.underWay);
  if (!deployment.halt.signal.aborted) await deployment.removeTheRest();
}

/** A provider whose calls have this operation's timeout, and one of whose answers may get lost. */
function calling(host: Host, provider: Provider, { timeoutMs, lostAnswer }: How, lose: () => void): Provider {
  let changes = 0;
  return {
    ...provider,
    call: async (name, fields) => {
      if (!["create", "read", "update", "delete"].includes(name)) return await provider.call(name, fields);
      const answer = await provider.call(name, within(timeoutMs / 1000, host, fields));
      if (name !== "read" && lostAnswer?.call === changes++) {
        lose();
        throw new Error("the answer of the provider is lost");
      }
      return answer;
    },
  };
}

/** A request with a timeout, as the engine gives it to the plugin and the SDK's class to the dynamic host. */
function within(seconds: number, host: Host, fields: Readonly<Record<string, unknown>>): Values {
  const request: Values = { ...asValues(fields), timeout: seconds };
  if (host === "plugin") return request;
  const timeouts = { create: seconds, read: seconds, update: seconds, delete: seconds };
  for (const side of ["properties", "olds", "news"]) {
    if (request[side] !== undefined) request[side] = { ...asValues(request[side]), __timeouts: timeouts };
  }
  return request;
}

/** An explicit provider: the stack's configuration, with a region of its own. */
function providerState({ host, region }: Program, name: string, configuration: Values): ResourceState {
  const pkg = host === "dynamic" ? "pulumi-nodejs" : "classiclink";
  const own = Object.entries({ ...configuration, "classiclink:region": region });
  const inputs = Object.fromEntries(own.map(([key, value]) => [key.replace(`${pkg}:`, ""), value]));
  return { ...resourceOf(`pulumi:providers:${pkg}`, name), inputs };
}

/** The resources that a program registers. */
function wantedBy({ host, resources }: Program): ResourceState[] {
  return [...resources].map(([name, { kind, vpcId, instanceIds }]): ResourceState => {
    const [token, line] = kind === "link" ? ["ClassicLink", STORED_LINE] : ["ClassicLinks", STORED_LINE_OF_LINKS];
    const [dynamic, plugin] = [`pulumi-nodejs:dynamic/classiclink:${token}`, `classiclink:index:${token}`];
    const type = host === "dynamic" ? dynamic : plugin;
    const own = host === "dynamic" ? { __provider: line } : {};
    const members = kind === "link" ? { instanceId: instanceIds[0] } : { instanceIds };
    return {
      ...resourceOf(type, name),
      inputs: asValues({ regionId: REGION, vpcId, ...members, ...own }),
      aliases: host === "dynamic" ? [] : [urnOf(dynamic, name)],
    };
  });
}

const resourceOf = (type: string, name: string): ResourceState => ({
  urn: urnOf(type, name),
  type,
  custom: true,
  id: "",
  parent: "",
  provider: "",
  inputs: {},
  outputs: {},
});

const urnOf = (type: string, name: string) => `urn:pulumi:dev::shop::${type}::${name}`;
