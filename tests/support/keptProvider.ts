/** A provider process that serves many operations, each of which finds it as new as Pulumi's own. Needs a build. */

import { join } from "node:path";
import { PartiallyCreated, type Provider, startProvider } from "../engine/providers";
import { asValues, type Value, type Values } from "../engine/values";
import { killProvider } from "./processes";
import { makeProject, PLUGIN } from "./project";
import type { Host } from "./shop";

/** The package whose provider the engine starts for a host. */
const PACKAGES: Readonly<Record<Host, string>> = { dynamic: "pulumi-nodejs", plugin: "classiclink" };

/** The members of requests that may hold the stored line. */
const SIDES = ["properties", "inputs", "olds", "news", "oldInputs"];

/**
 * One process. Pulumi starts one for each operation, which takes most of a second; this one is made to forget instead: the
 * plugin does so when it is configured anew, and the dynamic host when the stored line is another one, which loads the host
 * anew. Everything else, gRPC and ECS among it, is as in life.
 */
export class KeptProvider {
  /** What it printed. */
  readonly printed: string[] = [];
  readonly #host: Host;
  readonly #project = makeProject();
  #running: Provider | undefined;
  #operations = 0;
  #isClosed = false;

  constructor(host: Host) {
    this.#host = host;
  }

  /**
   * A provider for one operation. Starts the process where there is none.
   *
   * @param engineAddress of this operation: another one for each, and the same for all its processes.
   */
  async renew(engineAddress: string): Promise<Provider> {
    this.#operations += 1;
    // It keeps a file open for each run.
    if (this.#operations % 50 === 0) {
      await this.#running?.stop();
      this.#running = undefined;
    }
    const running = this.#running ?? (await this.#startUnlessClosed());
    this.#running = running;
    const { call, configure } = running;
    if (this.#host === "plugin") {
      // Its last operation has cancelled it; an engine that greets it is one that needs it.
      await call("handshake", { engineAddress });
      return { call, configure, stop: async () => {} };
    }
    const fresh = forgetting(engineAddress);
    return {
      configure,
      async call(name, fields) {
        const sent = Object.entries(asValues(fields)).map(([side, values]): [string, Value] =>
          SIDES.includes(side) && isValues(values) ? [side, relined(values, (line) => fresh + line)] : [side, values],
        );
        try {
          const { properties, inputs, ...answer } = await call(name, Object.fromEntries(sent));
          return {
            ...answer,
            ...(properties && { properties: relined(properties, withoutFirst) }),
            ...(inputs && { inputs: relined(inputs, withoutFirst) }),
          };
        } catch (error) {
          if (error instanceof PartiallyCreated) error.properties = relined(error.properties, withoutFirst);
          throw error;
        }
      },
      stop: async () => {},
    };
  }

  /** Asks it to end what is under way, as a ^C does. The dynamic host takes no notice. */
  async cancel(): Promise<void> {
    await this.#running?.call("cancel", {});
  }

  /** Kills the process as `kill -9` does. */
  kill(): void {
    const killed = this.#running;
    this.#running = undefined;
    killProvider(this.#host, this.#project.folder);
    // Lets go of the connection to it.
    void killed?.stop();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const running = this.#running;
    this.#running = undefined;
    await running?.stop();
    this.#project.remove();
  }

  /** A game whose time is over goes on for a moment with nobody looking. */
  async #startUnlessClosed(): Promise<Provider> {
    if (this.#isClosed) throw new Error("the provider is closed");
    const started = await this.#start();
    if (!this.#isClosed) return started;
    await started.stop();
    throw new Error("the provider is closed");
  }

  #start(): Promise<Provider> {
    return startProvider(PACKAGES[this.#host], {
      programDir: this.#project.folder,
      engineAddress: NO_ENGINE,
      env: { PATH: process.env.PATH, PULUMI_NODEJS_PROJECT: "shop", NODE_NO_WARNINGS: "1" },
      plugins: { classiclink: join(this.#project.folder, PLUGIN) },
      standIns: {},
      onOutput: (line) => this.printed.push(line),
      record: () => {},
    });
  }
}

/** Nobody listens there, so what the provider tells meanwhile is dropped. */
const NO_ENGINE = "127.0.0.1:1";

/** Makes the line that follows load the dynamic host anew, once for each engine. */
function forgetting(engineAddress: string): string {
  const forget = `for(const k of Object.keys(r.cache))if(k.includes("/dist/provider/hosts/dynamic/"))delete r.cache[k]`;
  return `{const r=require("module").createRequire(process.cwd()+"/");if(globalThis.op!=="${engineAddress}"){globalThis.op="${engineAddress}";process.argv.splice(2,9,globalThis.op);${forget}}}\n`;
}

const withoutFirst = (text: string) => text.slice(text.indexOf("\n") + 1);

const isValues = (value: Value): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Properties with another stored line, where they hold one. */
function relined(properties: Values, change: (line: string) => string): Values {
  const { __provider: line } = properties;
  return typeof line === "string" ? { ...properties, __provider: change(line) } : properties;
}
