/** A provider process that serves many operations, each of which finds it as new as Pulumi's own. Needs a build. */

import { join } from "node:path";
import { PartiallyCreated, type Provider, startProvider } from "../engine/providers";
import { killProvider } from "./processes";
import { makeProject, PLUGIN } from "./project";
import { NO_ENGINE } from "./providerProcess";
import type { Host } from "./shop";

/** The package whose provider the engine starts for a host. */
const PACKAGES: Readonly<Record<Host, string>> = { dynamic: "pulumi-nodejs", plugin: "classiclink" };

/**
 * One process. Pulumi starts one for each operation, which takes most of a second. This one forgets the last operation instead:
 * the plugin when it is configured again, and the dynamic host when another stored line loads the host again. Everything else,
 * such as gRPC and the calls to ECS, is as with Pulumi.
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
    if (this.#operations % 50 === 0) await this.#end();
    this.#running ??= await this.#start();
    const { call, configure } = this.#running;
    const stop = async () => {};
    if (this.#host === "plugin") {
      // The last operation may have cancelled it. The handshake of an engine ends that.
      await call("handshake", { engineAddress });
      return { call, configure, stop };
    }
    const fresh = forgetting(engineAddress);
    return {
      configure,
      stop,
      async call(name, fields) {
        try {
          const answer = await call(
            name,
            relined(fields, (line) => fresh + line),
          );
          return relined(answer, withoutFirst);
        } catch (error) {
          if (!(error instanceof PartiallyCreated)) throw error;
          throw Object.assign(error, relined({ properties: error.properties }, withoutFirst));
        }
      },
    };
  }

  /** Asks it to end what is under way, as a ^C does. The dynamic host takes no notice. */
  async cancel(): Promise<void> {
    await this.#running?.call("cancel", {});
  }

  /** Kills the process as `kill -9` does. */
  kill(): void {
    killProvider(this.#host, this.#project.folder);
    // Closes the connection to it.
    void this.#end();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#end();
    this.#project.remove();
  }

  async #end(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.stop();
  }

  async #start(): Promise<Provider> {
    const started = await startProvider(PACKAGES[this.#host], {
      programDir: this.#project.folder,
      // Nobody reads what the provider logs before its first operation.
      engineAddress: NO_ENGINE,
      env: { PATH: process.env.PATH, PULUMI_NODEJS_PROJECT: "shop", NODE_NO_WARNINGS: "1" },
      plugins: { classiclink: join(this.#project.folder, PLUGIN) },
      standIns: {},
      onOutput: (line) => this.printed.push(line),
      record: () => {},
    });
    if (!this.#isClosed) return started;
    // A run whose time is over may start one more operation.
    await started.stop();
    throw new Error("the provider is closed");
  }
}

/** Makes the line that follows load the dynamic host anew, once for each engine. */
function forgetting(engineAddress: string): string {
  const forget = `for(const k of Object.keys(r.cache))if(k.includes("/dist/provider/hosts/dynamic/"))delete r.cache[k]`;
  return `{const r=require("module").createRequire(process.cwd()+"/");if(globalThis.op!=="${engineAddress}"){globalThis.op="${engineAddress}";process.argv.splice(2,9,globalThis.op);${forget}}}\n`;
}

const withoutFirst = (text: string) => text.slice(text.indexOf("\n") + 1);

/** A message whose properties have another stored line, where they have one. */
function relined<Message extends object>(message: Message, change: (line: string) => string): Message {
  const sides = Object.entries(message).filter(([, side]) => typeof side?.__provider === "string");
  const changed = sides.map(([name, side]) => [name, { ...side, __provider: change(side.__provider) }]);
  return { ...message, ...Object.fromEntries(changed) };
}
