/** The resource `ClassicLinks` for programs in TypeScript and JavaScript. */

import * as pulumi from "@pulumi/pulumi";
import { LINKS_TYPE, STORED_LINE_OF_LINKS } from "../provider/hosts/dynamic/storedLine";
import { checkArgs, checkProvider } from "./arguments";
import { declarerOf, secretMark } from "./declarer";
import { toTimeouts } from "./timeouts";

/**
 * The arguments of a `ClassicLinks`. A change of `vpcId` or `regionId` replaces all links. A change of `instanceIds` adds and
 * removes links, and replaces none.
 */
export interface ClassicLinksArgs {
  /** The id of the VPC. ClassicLink is enabled on it. A change replaces the resource. */
  readonly vpcId: pulumi.Input<string>;
  /**
   * The ids of the ECS instances, which are in the classic network. At most 1000, each once, in any order. The list may
   * be empty.
   */
  readonly instanceIds: pulumi.Input<pulumi.Input<string>[]>;
  /** The region of the instances and the VPC. The default is the configured region. A change replaces the resource. */
  readonly regionId?: pulumi.Input<string> | undefined;
}

/**
 * Links between up to 1000 ECS instances of the classic network and one VPC, as one resource. They take one entry in the
 * state, and few calls to read. Other links to the VPC are not changed.
 *
 * Its id is `<regionId>:<vpcId>`. `customTimeouts` apply to create, update and delete; the default is one hour each.
 *
 * Source: AttachClassicLinkVpc, DescribeClassicLinkInstances, DetachClassicLinkVpc (ECS API 2014-05-26).
 */
export class ClassicLinks extends pulumi.CustomResource {
  /** @internal The type of the resource in states. Fixed for ever. */
  static readonly __pulumiType = LINKS_TYPE;

  /** The id of the VPC. */
  declare readonly vpcId: pulumi.Output<string>;
  /** The ids of the declared instances that are linked to the VPC. */
  declare readonly instanceIds: pulumi.Output<string[]>;
  /** The region of the instances and the VPC. */
  declare readonly regionId: pulumi.Output<string>;
  /**
   * The declared instances that are linked to another VPC: instance id → VPC id. The next update links them to the
   * declared VPC again.
   */
  declare readonly movedAway: pulumi.Output<Record<string, string>>;

  /**
   * Reads the existing links of a VPC that this stack does not manage. The read fails if no instance is linked to the VPC.
   *
   * Source: DescribeClassicLinkInstances (ECS API 2014-05-26).
   *
   * @param name the name of the resource in the program.
   * @param id `<regionId>:<vpcId>`.
   * @param opts the options of the resource.
   */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): ClassicLinks {
    return new ClassicLinks(name, undefined, { ...opts, id });
  }

  /** Whether a value is a ClassicLinks of this package, or of another copy of it. */
  static override isInstance(value: unknown): value is ClassicLinks {
    return pulumi.CustomResource.isInstance(value) && Reflect.get(value, "__pulumiType") === ClassicLinks.__pulumiType;
  }

  /**
   * Declares links. Pulumi checks the final inputs later. That check refuses an instance that another resource declares.
   *
   * @param name the name of the resource in the program.
   * @param args the instances, the VPC and the region.
   * @param opts the options of the resource.
   * @throws {RunError} for a missing or misspelt argument, a wrong timeout, or a provider of another package.
   */
  constructor(name: string, args: ClassicLinksArgs, opts?: pulumi.CustomResourceOptions);
  /** @internal Reads by `opts.id`; see {@link ClassicLinks.get}. */
  constructor(name: string, args: undefined, opts: pulumi.CustomResourceOptions);
  constructor(name: string, args: ClassicLinksArgs | undefined, opts: pulumi.CustomResourceOptions = {}) {
    const where = `ClassicLinks "${name}"`;
    if (opts.id === undefined) checkArgs(where, args, { required: ["vpcId", "instanceIds"], optional: ["regionId"] });
    checkProvider(where, opts.provider);
    const timeouts = toTimeouts(where, opts.customTimeouts);
    const props: pulumi.Inputs = {
      vpcId: args?.vpcId,
      instanceIds: args?.instanceIds,
      regionId: args?.regionId,
      movedAway: undefined,
      __provider: STORED_LINE_OF_LINKS,
      ...(timeouts === undefined ? {} : { __timeouts: timeouts }),
      ...(args === undefined ? {} : { ...secretMark({ ...args }), ...declarerOf(name) }),
    };
    super(ClassicLinks.__pulumiType, name, props, opts);
  }
}
