/** The resource that a TypeScript or JavaScript program declares. */

import * as pulumi from "@pulumi/pulumi";
import { LINK_TYPE, STORED_LINE } from "../provider/hosts/dynamic/storedLine";
import { checkArgs, checkProvider } from "./arguments";
import { declarerOf } from "./declarer";
import { toTimeouts } from "./timeouts";

/** What a link is made of. A change of any property replaces the link; the old link is detached first. */
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
   * Reads a link that exists already and is not managed by this stack.
   *
   * @param name the name of the resource in the program.
   * @param id `<regionId>:<instanceId>`, or the instance id alone where the region is configured.
   * @param opts options of the resource. The read fails if there is no such link.
   */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): ClassicLink {
    return new ClassicLink(name, undefined, { ...opts, id });
  }

  /** Whether a value is a ClassicLink, even when it comes from another copy of this package. */
  static override isInstance(value: unknown): value is ClassicLink {
    return pulumi.CustomResource.isInstance(value) && Reflect.get(value, "__pulumiType") === ClassicLink.__pulumiType;
  }

  /**
   * Declares a link.
   *
   * @param name the name of the resource in the program.
   * @param args what the link is made of.
   * @param opts options of the resource.
   * @throws {RunError} for arguments that are missing or misspelt, a timeout that cannot be read, or a provider of another
   * package. An instance that another ClassicLink declares is refused when Pulumi checks the final inputs.
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
      // pulumi.dynamic.Resource sets it too, but serializes a closure of 2 KB for it.
      __provider: STORED_LINE,
      // Pulumi does not pass customTimeouts to a dynamic provider, so they are a hidden input.
      ...(timeouts === undefined ? {} : { __timeouts: timeouts }),
      ...(opts.id === undefined ? declarerOf(name) : {}),
    };
    super(ClassicLink.__pulumiType, name, props, opts);
  }
}
