/** The resource `ClassicLink` for programs in TypeScript and JavaScript. */

import * as pulumi from "@pulumi/pulumi";
import { LINK_TYPE, STORED_LINE } from "../provider/hosts/dynamic/storedLine";
import { checkArgs, checkProvider } from "./arguments";
import { declarerOf, secretMark } from "./declarer";
import { toTimeouts } from "./timeouts";

/** The arguments of a `ClassicLink`. A change of any argument replaces the link. The old link is detached first. */
export interface ClassicLinkArgs {
  /** The id of the ECS instance, which is in the classic network. An instance has at most one link. */
  readonly instanceId: pulumi.Input<string>;
  /** The id of the VPC. It is in the same region, and ClassicLink is enabled on it. */
  readonly vpcId: pulumi.Input<string>;
  /** The region of the instance and the VPC. The default is the configured region. */
  readonly regionId?: pulumi.Input<string> | undefined;
}

/**
 * A link between an ECS instance of the classic network and a VPC.
 *
 * Its id is `<regionId>:<instanceId>`. If the declared link exists already, create adopts it. `customTimeouts` apply to
 * create, update and delete; the default is 10 minutes each.
 *
 * Source: AttachClassicLinkVpc, DescribeClassicLinkInstances, DetachClassicLinkVpc (ECS API 2014-05-26).
 */
export class ClassicLink extends pulumi.CustomResource {
  /** @internal The type of the resource in states. Fixed for ever. */
  static readonly __pulumiType = LINK_TYPE;

  /** The id of the instance. */
  declare readonly instanceId: pulumi.Output<string>;
  /** The id of the VPC. After a refresh, this is the VPC that the instance is linked to. */
  declare readonly vpcId: pulumi.Output<string>;
  /** The region of both. */
  declare readonly regionId: pulumi.Output<string>;

  /**
   * Reads an existing link that this stack does not manage. The read fails if the link does not exist.
   *
   * Source: DescribeClassicLinkInstances (ECS API 2014-05-26).
   *
   * @param name the name of the resource in the program.
   * @param id `<regionId>:<instanceId>`. If a region is configured, the instance id is enough.
   * @param opts the options of the resource.
   */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): ClassicLink {
    return new ClassicLink(name, undefined, { ...opts, id });
  }

  /** Whether a value is a ClassicLink of this package, or of another copy of it. */
  static override isInstance(value: unknown): value is ClassicLink {
    return pulumi.CustomResource.isInstance(value) && Reflect.get(value, "__pulumiType") === ClassicLink.__pulumiType;
  }

  /**
   * Declares a link. Pulumi checks the final inputs later. That check refuses an instance that another resource declares.
   *
   * @param name the name of the resource in the program.
   * @param args the instance, the VPC and the region.
   * @param opts the options of the resource.
   * @throws {RunError} for a missing or misspelt argument, a wrong timeout, or a provider of another package.
   */
  constructor(name: string, args: ClassicLinkArgs, opts?: pulumi.CustomResourceOptions);
  /** @internal Reads by `opts.id`; see {@link ClassicLink.get}. */
  constructor(name: string, args: undefined, opts: pulumi.CustomResourceOptions);
  constructor(name: string, args: ClassicLinkArgs | undefined, opts: pulumi.CustomResourceOptions = {}) {
    const where = `ClassicLink "${name}"`;
    if (opts.id === undefined) checkArgs(where, args, { required: ["instanceId", "vpcId"], optional: ["regionId"] });
    checkProvider(where, opts.provider);
    const timeouts = toTimeouts(where, opts.customTimeouts);
    const props: pulumi.Inputs = {
      instanceId: args?.instanceId,
      vpcId: args?.vpcId,
      regionId: args?.regionId,
      // pulumi.dynamic.Resource sets it too, but it would serialize a closure of 2 kB.
      __provider: STORED_LINE,
      // Pulumi does not pass customTimeouts to a dynamic provider. So they are a hidden input.
      ...(timeouts === undefined ? {} : { __timeouts: timeouts }),
      ...(args === undefined ? {} : { ...secretMark({ ...args }), ...declarerOf(name) }),
    };
    super(ClassicLink.__pulumiType, name, props, opts);
  }
}
