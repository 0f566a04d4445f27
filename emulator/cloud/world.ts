/** The cloud behind the emulator: instances, VPCs and links. No HTTP, no error codes. */
import { type Delay, Visibility } from "./visibility";

export const instanceStatuses = ["Pending", "Starting", "Running", "Stopping", "Stopped"] as const;
export const networkTypes = ["classic", "vpc"] as const;
export type InstanceStatus = (typeof instanceStatuses)[number];
export type NetworkType = (typeof networkTypes)[number];

/** The account whose key the emulator checks. Any other owner is another account. */
export const SELF = "self";

/** An ECS instance. Only `Running` and `Stopped` ones of the `classic` network can be linked. */
export interface Instance {
  readonly instanceId: string;
  readonly regionId: string;
  readonly status: InstanceStatus;
  readonly networkType: NetworkType;
  /** `"self"`, or any other name for an account that is not the caller's. */
  readonly owner: string;
  /** Why the instance is locked, such as `financial`. Attach and Detach answer `InvalidStatus.InstanceLocked`. */
  readonly lockReason?: string | undefined;
  /** On a private cloud, the organization that it belongs to. Without one, everybody sees it. */
  readonly organizationId?: string | undefined;
  /** The resource set of that organization. */
  readonly resourceSetId?: string | undefined;
}

/** A VPC, and whether ClassicLink is enabled on it. */
export interface Vpc {
  readonly vpcId: string;
  readonly regionId: string;
  readonly classicLinkEnabled: boolean;
  /** `"self"`, or any other name for an account that is not the caller's. */
  readonly owner: string;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly cidrBlock?: string | undefined;
  /** On a private cloud, the organization that it belongs to. Without one, everybody sees it. */
  readonly organizationId?: string | undefined;
  /** The resource set of that organization. */
  readonly resourceSetId?: string | undefined;
}

/** A link, listed by Describe or not yet. */
export interface Link {
  readonly regionId: string;
  readonly instanceId: string;
  readonly vpcId: string;
}

type Optional<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** An instance to add; defaults: `Running`, `classic`, owner `self`, the emulator's region. */
export type InstanceSeed = { readonly instanceId: string } & Optional<Omit<Instance, "instanceId">>;
/** A VPC to add; defaults: ClassicLink enabled, owner `self`, the emulator's region. */
export type VpcSeed = { readonly vpcId: string } & Optional<Omit<Vpc, "vpcId">>;
/** A link to start with; its instance and VPC must be known. */
export type LinkSeed = Pick<Link, "instanceId" | "vpcId">;

/** A change names an instance or a VPC that does not exist. */
export class UnknownIdError extends Error {
  override readonly name = "UnknownIdError";
}

/** A change that is made later. */
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

  /** Called after every change. */
  changed: () => void = () => {};

  /** `now` gives milliseconds since the epoch. */
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

  /** From now on every change is listed. */
  listAll(): void {
    this.#visibility.clear();
  }

  /** Makes a change this many milliseconds later, at the next {@link settle} after that. */
  later(ms: number, change: () => void): void {
    this.#pending.push({ at: this.now() + ms, change });
  }

  /** Makes the changes that are due. */
  settle(): void {
    const due = this.#pending.filter(({ at }) => at <= this.now());
    this.#pending = this.#pending.filter(({ at }) => at > this.now());
    for (const { change } of due) change();
  }

  /** How many links a VPC has. */
  count(vpcId: string): number {
    let count = 0;
    for (const linked of this.#links.values()) if (linked === vpcId) count++;
    return count;
  }

  /** Every link there is, by instance id. */
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

  /** Everything, for the state file. */
  snapshot(): { instances: Instance[]; vpcs: Vpc[]; links: Link[] } {
    return { instances: [...this.#instances.values()], vpcs: [...this.#vpcs.values()], links: this.links() };
  }
}

/** Without the properties that are undefined, which would hide a default. */
function definedIn<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> };
function definedIn(given: object): object {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
