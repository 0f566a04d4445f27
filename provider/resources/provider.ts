/** One configured provider in one run: its settings, its ledger, and its connection to ECS. */

import type { Scope } from "../ecs/privateCloud";
import { Ledger } from "../links/ledger";
import type { Links } from "../links/links";
import type { Run } from "../links/run";
import { INSECURE_WARNING, type Settings } from "../settings";

/** What the resources of a provider share. */
export class Provider {
  readonly settings: Settings;
  readonly ledger: Ledger;
  readonly #connect: Connect;
  readonly #run: Run | undefined;
  #links: Promise<Links> | undefined;

  /**
   * @param run the ledger of this run. Without it, this process works alone.
   * @param connect connects to ECS.
   */
  constructor(settings: Settings, run?: Run, connect: Connect = connectToEcs) {
    this.settings = settings;
    this.#connect = connect;
    this.#run = run;
    this.ledger = new Ledger(run, (regionId) => settings.cloudOf(regionId));
  }

  /** The links, over one connection, so that all reads of a process are coalesced and all calls share a rate limiter. */
  links(): Promise<Links> {
    this.#links ??= this.#connect(this.settings, this.ledger);
    return this.#links;
  }

  /** Warns once in a run about insecure connections. @throws {SettingError} if a setting is wrong. */
  warnOfConnection(warn: (message: string) => void): void {
    if (this.settings.insecure() && this.#run?.isFirst("insecure") !== false) warn(INSECURE_WARNING);
  }

  /** The region of resources that name none. @throws {SettingError} when none is configured. */
  readonly defaultRegion = (): string => this.settings.defaultRegion();

  /** The scope of all requests. Empty on the public cloud. @throws {SettingError} when a setting of it is wrong. */
  scope(): Scope {
    return this.settings.scope();
  }
}

type Connect = (settings: Settings, ledger: Ledger) => Promise<Links>;

/** Loaded late: previews and unchanged updates call nothing, so they need not wait for these libraries. */
async function connectToEcs(settings: Settings, ledger: Ledger): Promise<Links> {
  const { connect } = await import("./connect.js");
  return await connect(settings, ledger);
}
