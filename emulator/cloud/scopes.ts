/** Organizations and resource sets of a private cloud: what one call can see, and how the rest is hidden from it. */
import type { KnownKey } from "../api/keys";
import { type ApiRequest, header } from "../api/request";
import { type Instance, type Link, SELF, type Vpc, type World } from "./world";

/** An organization and one of its resource sets. */
export interface Scope {
  readonly organizationId?: string | undefined;
  readonly resourceSetId?: string | undefined;
}

/**
 * How Describe answers for an instance that is out of scope: leaves it out, `InvalidInstanceId.NotFound`, or
 * `InvalidInstanceId.NotBelong`. Attach and Detach have no empty answer: `InvalidInstanceId.NotFound`.
 */
export type Hiding = "empty" | "not-found" | "not-belong";

/** The scope that a request asks for; without an organization, that of the key. Headers win over parameters. */
export function scopeOf({ headers, params }: ApiRequest, key: KnownKey): Scope {
  const organizationId =
    header(headers, "x-acs-organizationid") || params.get("OrganizationId") || params.get("Department");
  const resourceSetId = header(headers, "x-acs-resourcegroupid") || params.get("ResourceGroup");
  return { organizationId: organizationId || key.organizationId, resourceSetId: resourceSetId || undefined };
}

/** The cloud as one caller sees it. What belongs to no organization, as on the public cloud, everybody sees. */
export class WorldView {
  constructor(
    private readonly world: World,
    readonly scope: Scope,
    private readonly hiding: Hiding,
  ) {}

  instance(instanceId: string, regionId: string): Instance | undefined {
    return this.#hidden(this.world.instance(instanceId, regionId));
  }

  vpc(vpcId: string, regionId: string): Vpc | undefined {
    return this.#hidden(this.world.vpc(vpcId, regionId));
  }

  /** The VPCs of the region that this caller sees, by id. */
  vpcs(regionId: string): Vpc[] {
    return this.world.vpcs(regionId).filter((vpc) => vpc.owner === SELF && this.#sees(vpc));
  }

  /** The instances of the region that this caller sees, by id. */
  instances(regionId: string): Instance[] {
    return this.world.instances(regionId).filter((one) => one.owner === SELF && this.#sees(one));
  }

  /** Whether an instance is out of scope, and no error says so. */
  leavesOut(instanceId: string): boolean {
    const instance = this.world.instance(instanceId);
    return this.hiding === "empty" && instance !== undefined && !this.#sees(instance);
  }

  /** The links that one Describe lists. A link belongs to the scope of its instance. */
  listed(regionId: string, vpcId: string | undefined, instanceIds: Iterable<string> | undefined): Link[] {
    const vpc = vpcId === undefined ? undefined : this.world.vpc(vpcId);
    if (vpc !== undefined && !this.#sees(vpc)) return [];
    return this.world.listed(regionId, vpcId, instanceIds).filter(({ instanceId }) => {
      const instance = this.world.instance(instanceId);
      return instance === undefined || this.#sees(instance);
    });
  }

  #sees(one: Scope): boolean {
    if (one.organizationId === undefined) return true;
    const { organizationId, resourceSetId } = this.scope;
    if (one.organizationId !== organizationId) return false;
    return resourceSetId === undefined || one.resourceSetId === resourceSetId;
  }

  #hidden<T extends Instance | Vpc>(one: T | undefined): T | undefined {
    if (one === undefined || this.#sees(one)) return one;
    return this.hiding === "not-belong" ? { ...one, owner: "another organization" } : undefined;
  }
}
