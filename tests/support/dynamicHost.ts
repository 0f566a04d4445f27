/** Pulumi's own host of dynamic providers as a process. */

import { join } from "node:path";
import { STORED_LINE, STORED_LINE_OF_LINKS } from "../../provider/hosts/dynamic/storedLine";
import { REPOSITORY } from "./project";
import { LINKS_URN, NO_ENGINE, nodeWith, type Props, ProviderProcess } from "./providerProcess";

export class DynamicHost extends ProviderProcess {
  #marks = 0;

  /**
   * Starts one in the folder of this repository, with nothing in its environment but `env`.
   *
   * @param engine its address. Processes that have the same one are of one run.
   */
  static async start(env: NodeJS.ProcessEnv, engine = NO_ENGINE): Promise<DynamicHost> {
    const program = require.resolve("@pulumi/pulumi/cmd/dynamic-provider");
    const args = ["--require", join(REPOSITORY, "tests", "engine", "lazyModules.js"), program, engine];
    const host = new DynamicHost(nodeWith(args, { PULUMI_NODEJS_PROJECT: "test", ...env }, REPOSITORY));
    await host.host;
    return host;
  }

  /** What it prints is what users see. */
  get told(): readonly string[] {
    return this.stdout;
  }

  /** Each state has the stored line, and each call passes it. */
  override state(props: Props): Props {
    return { ...props, __provider: this.urn === LINKS_URN ? STORED_LINE_OF_LINKS : STORED_LINE };
  }

  override limited(inputs: Props, timeouts: Props): Props {
    return { ...inputs, __timeouts: timeouts };
  }

  override secretly(inputs: Props, name: string): Props {
    return { ...inputs, __secret: [name] };
  }

  /** What it has printed to stderr since the last call of this. An answer may be faster than a line, so a mark ends the lines. */
  async errorLines(): Promise<string[]> {
    this.#marks += 1;
    const mark = `no:id:${this.#marks}`;
    await this.read(mark).catch(() => {});
    const isMark = (line: string) => line.includes(mark);
    await this.until(() => this.stderr.some(isMark));
    const begin = this.stderr.findIndex((line) => line.includes(`no:id:${this.#marks - 1}`)) + 1;
    return this.stderr.slice(begin, this.stderr.findIndex(isMark));
  }
}
