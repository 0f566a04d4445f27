/** The cloud behind the emulator: instances, VPCs, their links, and what a reader sees of them. No HTTP, no codes. */
import { type Delay, Veil } from "./veil";

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
}

/** A VPC and its ClassicLink switch. */
export interface Vpc {
  readonly vpcId: string;
  readonly regionId: string;
  readonly classicLinkEnabled: boolean;
  /** `"self"`, or any other name for an account that is not the caller's. */
  readonly owner: string;
}

/** A link as the emulator's owner sees it, visible to Describe or not yet. */
export interface Link {
  readonly regionId: string;
  readonly instanceId: string;
  readonly vpcId: string;
}

type Loose<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** What may be said of an instance; left out: `Running`, `classic`, owner `self`, the emulator's region. */
export type InstanceSeed = { readonly instanceId: string } & Loose<Omit<Instance, "instanceId">>;
/** What may be said of a VPC; left out: ClassicLink enabled, owner `self`, the emulator's region. */
export type VpcSeed = { readonly vpcId: string } & Loose<Omit<Vpc, "vpcId">>;
/** A link to start with; its instance and VPC must be known. */
export type LinkSeed = Pick<Link, "instanceId" | "vpcId">;

/** A change that cannot be made because what it names does not exist. */
export class UnknownIdError extends Error {
  override readonly name = "UnknownIdError";
}

export class World {
  readonly #instances = new Map<string, Instance>();
  readonly #vpcs = new Map<string, Vpc>();
  readonly #links = new Map<string, string>();
  readonly #veil: Veil;

  /** Called after every change. */
  changed: () => void = () => {};

  /** `now` gives milliseconds since the epoch. */
  constructor(
    private readonly regionId: string,
    private readonly regions: Set<string>,
    now: () => number,
  ) {
    this.#veil = new Veil(now);
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
    const there = [...this.#vpcs.values()].filter((vpc) => vpc.regionId === regionId);
    return there.sort((a, b) => (a.vpcId < b.vpcId ? -1 : 1));
  }

  /** Adds an instance, or changes what is said of one that is there. */
  putInstance({ instanceId, ...said }: InstanceSeed): void {
    const was = this.#instances.get(instanceId);
    const regionId = said.regionId ?? was?.regionId ?? this.regionId;
    const status = said.status ?? was?.status ?? "Running";
    const networkType = said.networkType ?? was?.networkType ?? "classic";
    this.#instances.set(instanceId, {
      instanceId,
      regionId,
      status,
      networkType,
      owner: said.owner ?? was?.owner ?? SELF,
    });
    this.regions.add(regionId);
    this.changed();
  }

  /** Adds a VPC, or changes what is said of one that is there. */
  putVpc({ vpcId, ...said }: VpcSeed): void {
    const was = this.#vpcs.get(vpcId);
    const regionId = said.regionId ?? was?.regionId ?? this.regionId;
    const classicLinkEnabled = said.classicLinkEnabled ?? was?.classicLinkEnabled ?? true;
    this.#vpcs.set(vpcId, { vpcId, regionId, classicLinkEnabled, owner: said.owner ?? was?.owner ?? SELF });
    this.regions.add(regionId);
    this.changed();
  }

  /** Releases an instance; its link goes with it. */
  removeInstance(instanceId: string): void {
    this.#instances.delete(instanceId);
    this.unlink(instanceId);
  }

  /** Deletes a VPC; its links go with it. */
  removeVpc(vpcId: string): void {
    this.#vpcs.delete(vpcId);
    for (const link of this.links()) if (link.vpcId === vpcId) this.unlink(link.instanceId);
    this.changed();
  }

  /** Makes the link, or moves the one the instance has. */
  link(instanceId: string, vpcId: string, delay?: Delay): void {
    if (!this.#instances.has(instanceId)) throw new UnknownIdError(`no instance ${instanceId}: add it first`);
    if (!this.#vpcs.has(vpcId)) throw new UnknownIdError(`no VPC ${vpcId}: add it first`);
    this.#change(instanceId, vpcId, delay);
  }

  /** Takes the instance's link away, if it has one. */
  unlink(instanceId: string, delay?: Delay): void {
    this.#change(instanceId, undefined, delay);
  }

  #change(instanceId: string, vpcId: string | undefined, delay: Delay | undefined): void {
    this.#veil.cover(instanceId, this.#links.get(instanceId), delay);
    if (vpcId === undefined) this.#links.delete(instanceId);
    else this.#links.set(instanceId, vpcId);
    this.changed();
  }

  /** From now on readers see the truth. */
  showAll(): void {
    this.#veil.lift();
  }

  /** How many links a VPC holds. */
  count(vpcId: string): number {
    let count = 0;
    for (const linked of this.#links.values()) if (linked === vpcId) count++;
    return count;
  }

  /** Every link there is, by instance id. */
  links(): Link[] {
    return this.#sorted([...this.#links]);
  }

  /** The links one Describe call sees, by instance id. Counts as one look at each change that it covers. */
  look(regionId: string, vpcId: string | undefined, instanceIds: Iterable<string> | undefined): Link[] {
    const seen: [string, string][] = [];
    for (const instanceId of instanceIds ?? new Set([...this.#links.keys(), ...this.#veil.covered()])) {
      const shown = this.#veil.look(instanceId, this.#links.get(instanceId), vpcId);
      if (shown !== undefined && (vpcId === undefined || shown === vpcId)) seen.push([instanceId, shown]);
    }
    return this.#sorted(seen).filter((link) => link.regionId === regionId);
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

  /** All of it, for the state file. */
  snapshot(): { instances: Instance[]; vpcs: Vpc[]; links: Link[] } {
    return { instances: [...this.#instances.values()], vpcs: [...this.#vpcs.values()], links: this.links() };
  }
}
