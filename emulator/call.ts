/** One call as an operation sees it: its parameters, its key, and the part of the cloud in its scope. */
import type { Fields } from "./answers";
import type { KnownKey } from "./authentication";
import type { Action } from "./errorTable";
import { type ApiRequest, header, instanceIdsOf, type Params } from "./requests";
import type { Hiding, Instance, Link, Scope, Vpc } from "./types";
import { SELF, type World } from "./world";

/** The parts of a call that fault rules match. */
export interface CalledFor {
  readonly action: Action;
  readonly regionId: string;
  readonly instanceIds: readonly string[];
}

export interface OperationCall extends CalledFor {
  readonly params: Params;
  /** The key that signed the call. */
  readonly key: KnownKey;
  /** The part of the cloud that the caller sees. */
  readonly view: WorldView;
  /** Makes the change. If the change is delayed, does nothing: then the call only checks that it is allowed. */
  readonly commit: (change: () => void) => void;
}

/** An operation. Returns the answer without its RequestId. @throws {Refusal} */
export type Operation = (call: OperationCall) => Fields;

export function calledFor(action: Action, params: Params): CalledFor {
  return { action, regionId: params.get("RegionId") ?? "", instanceIds: instanceIdsOf(params) };
}

/** The scope of a request. Headers win over parameters. The default organization is that of the key. */
export function scopeOf({ headers, params }: ApiRequest, key: KnownKey): Scope {
  const organizationId =
    header(headers, "x-acs-organizationid") || params.get("OrganizationId") || params.get("Department");
  const resourceSetId = header(headers, "x-acs-resourcegroupid") || params.get("ResourceGroup");
  return { organizationId: organizationId || key.organizationId, resourceSetId: resourceSetId || undefined };
}

/** The cloud as one caller sees it. Everybody sees an instance or a VPC without an organization, as on the public cloud. */
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

  /** Whether Describe leaves out this instance, because it is out of scope. */
  omits(instanceId: string): boolean {
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
