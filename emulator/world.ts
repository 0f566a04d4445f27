/** The instances, VPCs and links of the emulator. */
import type { Instance, InstanceSeed, Link, Vpc, VpcSeed } from "./types";

/** The owner whose keys the emulator accepts. Any other owner is another account. */
export const SELF = "self";

/** How long a change is not listed: a time in milliseconds, or a number of Describe calls. */
export type Delay = { readonly ms: number } | { readonly describes: number };

/** A change names an instance or a VPC that does not exist. */
export class UnknownIdError extends Error {
  override readonly name = "UnknownIdError";
}

/** A delayed change. */
interface Pending {
  readonly at: number;
  readonly change: () => void;
}

export class World {
  readonly #instances = new Map<string, Instance>();
  readonly #vpcs = new Map<string, Vpc>();
  readonly #links = new Map<string, string>();
  readonly #visibility: Visibility;
  #pending: Pending[] = [];

  /** Called after each change. */
  changed: () => void = () => {};

  /** `now` returns milliseconds since the epoch. */
  constructor(
    private readonly regionId: string,
    private readonly regions: Set<string>,
    private readonly now: () => number,
  ) {
    this.#visibility = new Visibility(now);
    regions.add(regionId);
  }

  knowsRegion = (regionId: string): boolean => this.regions.has(regionId);
  vpcOf = (instanceId: string): string | undefined => this.#links.get(instanceId);

  /** The instance if it exists in that region. */
  instance(instanceId: string, regionId?: string): Instance | undefined {
    const found = this.#instances.get(instanceId);
    return regionId === undefined || found?.regionId === regionId ? found : undefined;
  }

  /** The VPC if it exists in that region. */
  vpc(vpcId: string, regionId?: string): Vpc | undefined {
    const found = this.#vpcs.get(vpcId);
    return regionId === undefined || found?.regionId === regionId ? found : undefined;
  }

  /** The VPCs of a region, by id. */
  vpcs(regionId: string): Vpc[] {
    const found = [...this.#vpcs.values()].filter((vpc) => vpc.regionId === regionId);
    return found.sort((a, b) => (a.vpcId < b.vpcId ? -1 : 1));
  }

  /** The instances of a region, by id. */
  instances(regionId: string): Instance[] {
    const found = [...this.#instances.values()].filter((instance) => instance.regionId === regionId);
    return found.sort((a, b) => (a.instanceId < b.instanceId ? -1 : 1));
  }

  /** Adds an instance, or changes the given properties of a known one. */
  putInstance(given: InstanceSeed): void {
    const defaults = { regionId: this.regionId, status: "Running", networkType: "classic", owner: SELF } as const;
    const known = this.#instances.get(given.instanceId);
    const instance = { ...defaults, ...known, ...definedIn(given) };
    this.#instances.set(given.instanceId, instance);
    this.regions.add(instance.regionId);
    this.changed();
  }

  /** Adds a VPC, or changes the given properties of a known one. */
  putVpc(given: VpcSeed): void {
    const defaults = { regionId: this.regionId, classicLinkEnabled: true, owner: SELF };
    const vpc = { ...defaults, ...this.#vpcs.get(given.vpcId), ...definedIn(given) };
    this.#vpcs.set(given.vpcId, vpc);
    this.regions.add(vpc.regionId);
    this.changed();
  }

  /** Releases an instance, with its link. */
  removeInstance(instanceId: string): void {
    this.#instances.delete(instanceId);
    this.unlink(instanceId);
  }

  /** Deletes a VPC, with its links. */
  removeVpc(vpcId: string): void {
    this.#vpcs.delete(vpcId);
    for (const link of this.links()) if (link.vpcId === vpcId) this.unlink(link.instanceId);
    this.changed();
  }

  /** Links the instance, or moves its link. */
  link(instanceId: string, vpcId: string, delay?: Delay): void {
    if (!this.#instances.has(instanceId)) throw new UnknownIdError(`no instance ${instanceId}: add it first`);
    if (!this.#vpcs.has(vpcId)) throw new UnknownIdError(`no VPC ${vpcId}: add it first`);
    this.#change(instanceId, vpcId, delay);
  }

  /** Removes the instance's link, if it has one. */
  unlink(instanceId: string, delay?: Delay): void {
    this.#change(instanceId, undefined, delay);
  }

  #change(instanceId: string, vpcId: string | undefined, delay: Delay | undefined): void {
    this.#visibility.delay(instanceId, this.#links.get(instanceId), delay);
    if (vpcId === undefined) this.#links.delete(instanceId);
    else this.#links.set(instanceId, vpcId);
    this.changed();
  }

  /** Lists all changes from now on. */
  listAll(): void {
    this.#visibility.clear();
  }

  /** Delays a change. The next {@link settle} after this time, in milliseconds, makes it. */
  later(ms: number, change: () => void): void {
    this.#pending.push({ at: this.now() + ms, change });
  }

  /** Makes the changes that are due. */
  settle(): void {
    const due = this.#pending.filter(({ at }) => at <= this.now());
    this.#pending = this.#pending.filter(({ at }) => at > this.now());
    for (const { change } of due) change();
  }

  /** The number of links of a VPC. */
  count(vpcId: string): number {
    let count = 0;
    for (const linked of this.#links.values()) if (linked === vpcId) count++;
    return count;
  }

  /** All links, by instance id. */
  links(): Link[] {
    return this.#sorted([...this.#links]);
  }

  /** The links that one Describe lists, by instance id. Counts as one Describe for each change that is not listed yet. */
  listed(regionId: string, vpcId: string | undefined, instanceIds: Iterable<string> | undefined): Link[] {
    const found: [string, string][] = [];
    for (const instanceId of instanceIds ?? new Set([...this.#links.keys(), ...this.#visibility.delayed()])) {
      const listed = this.#visibility.listedVpcOf(instanceId, this.#links.get(instanceId), vpcId);
      if (listed !== undefined && (vpcId === undefined || listed === vpcId)) found.push([instanceId, listed]);
    }
    return this.#sorted(found).filter((link) => link.regionId === regionId);
  }

  #sorted(pairs: [string, string][]): Link[] {
    return pairs
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([instanceId, vpcId]) => ({
        regionId: this.#instances.get(instanceId)?.regionId ?? this.regionId,
        instanceId,
        vpcId,
      }));
  }

  /** All instances, VPCs and links, for the state file. */
  snapshot(): { instances: Instance[]; vpcs: Vpc[]; links: Link[] } {
    return { instances: [...this.#instances.values()], vpcs: [...this.#vpcs.values()], links: this.links() };
  }
}

/** The changes of links that Describe does not list yet, and what it lists instead. */
interface Unlisted {
  /** The VPC that is listed meanwhile. Undefined for none. */
  readonly listed: string | undefined;
  readonly until: number;
  describes: number;
}

class Visibility {
  readonly #unlisted = new Map<string, Unlisted>();

  /** `now` returns milliseconds since the epoch. */
  constructor(private readonly now: () => number) {}

  /** Delays the listing of a change. Without a delay, the change is listed at once. @param was the VPC before the change. */
  delay(instanceId: string, was: string | undefined, delay: Delay | undefined): void {
    const before = this.#unlisted.get(instanceId);
    const listed = before ? before.listed : was;
    if (delay === undefined) this.#unlisted.delete(instanceId);
    else if ("ms" in delay)
      this.#unlisted.set(instanceId, { listed, until: this.now() + delay.ms, describes: Infinity });
    else this.#unlisted.set(instanceId, { listed, until: Infinity, describes: delay.describes });
  }

  /** The VPC that Describe lists for an instance. A Describe of one VPC counts only if the old or the new link is in it. */
  listedVpcOf(instanceId: string, linked: string | undefined, vpcId: string | undefined): string | undefined {
    const unlisted = this.#unlisted.get(instanceId);
    if (unlisted === undefined || (vpcId !== undefined && vpcId !== linked && vpcId !== unlisted.listed)) return linked;
    if (this.now() < unlisted.until && unlisted.describes-- > 0) return unlisted.listed;
    this.#unlisted.delete(instanceId);
    return linked;
  }

  /** The instances with changes that are not listed yet. */
  delayed(): Iterable<string> {
    return this.#unlisted.keys();
  }

  /** Lists all changes from now on. */
  clear(): void {
    this.#unlisted.clear();
  }
}

/** Removes undefined properties. They would hide a default. */
function definedIn<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> };
function definedIn(given: object): object {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
