/** An explicit provider for TypeScript and JavaScript programs: accounts and regions side by side. */

import * as pulumi from "@pulumi/pulumi";
import { SECRET_SETTINGS, SETTING_NAMES, SETTINGS, VENDOR_SETTINGS } from "../provider/settings/places";
import { checkArgs } from "./arguments";

/** A RAM role to assume. */
export interface AssumeRoleArgs {
  /** The ARN of the role. */
  readonly roleArn?: pulumi.Input<string> | undefined;
  /** The name of the session in the logs of the account. The default is `terraform`, as for `@pulumi/alicloud`. */
  readonly sessionName?: pulumi.Input<string> | undefined;
  /** How long a session lasts, in seconds: 900 to 43200. The default is 3600. The session is renewed before it ends. */
  readonly sessionExpiration?: pulumi.Input<number> | undefined;
  /** A RAM policy, as JSON, that limits the session further. */
  readonly policy?: pulumi.Input<string> | undefined;
  /** The external id that the role's trust policy requires. */
  readonly externalId?: pulumi.Input<string> | undefined;
}

/** A RAM role to assume with an OIDC token. */
export interface AssumeRoleWithOidcArgs {
  /** The ARN of the role. */
  readonly roleArn?: pulumi.Input<string> | undefined;
  /** The ARN of the OIDC provider. */
  readonly oidcProviderArn?: pulumi.Input<string> | undefined;
  /** The file with the OIDC token. It is read again at each renewal. */
  readonly oidcTokenFile?: pulumi.Input<string> | undefined;
  /** The OIDC token itself, instead of a file. */
  readonly oidcToken?: pulumi.Input<string> | undefined;
  /** The name of the session in the logs of the account. The default is `terraform`, as for `@pulumi/alicloud`. */
  readonly roleSessionName?: pulumi.Input<string> | undefined;
  /** How long a session lasts, in seconds: 900 to 43200. The default is 3600. The session is renewed before it ends. */
  readonly sessionExpiration?: pulumi.Input<number> | undefined;
  /** A RAM policy, as JSON, that limits the session further. */
  readonly policy?: pulumi.Input<string> | undefined;
}

/** The arguments that `new alicloud.Provider` and {@link Provider} have in common. */
interface CommonArgs {
  /** The default region of links, such as `cn-hangzhou`. There is no built-in default. */
  readonly region?: pulumi.Input<string> | undefined;
  /** The id of the access key. Needs `secretKey`. */
  readonly accessKey?: pulumi.Input<string> | undefined;
  /** The secret of the access key. Needs `accessKey`. */
  readonly secretKey?: pulumi.Input<string> | undefined;
  /** The STS token of a temporary access key. */
  readonly securityToken?: pulumi.Input<string> | undefined;
  /** The profile that has the credentials. Used if no access key is set. Every mode of the `aliyun` command line works. */
  readonly profile?: pulumi.Input<string> | undefined;
  /**
   * The file that has the profile. It is the JSON file of the `aliyun` command line, or the INI file of Alibaba Cloud's
   * SDKs. The default is `~/.aliyun/config.json`.
   */
  readonly sharedCredentialsFile?: pulumi.Input<string> | undefined;
  /** The address of a service that returns credentials. Used if neither a key nor a profile is set. */
  readonly credentialsUri?: pulumi.Input<string> | undefined;
  /** The RAM role of the ECS instance that Pulumi runs on. Used if none of the settings above is set. */
  readonly ecsRoleName?: pulumi.Input<string> | undefined;
  /** The RAM role to assume with an OIDC token. Used if none of the settings above is set. */
  readonly assumeRoleWithOidc?: pulumi.Input<AssumeRoleWithOidcArgs> | undefined;
  /** The RAM role to assume, with the credentials that the other settings give. */
  readonly assumeRole?: pulumi.Input<AssumeRoleArgs> | undefined;
  /**
   * `HTTPS`, or `HTTP` for an endpoint without TLS. The default is HTTPS, except for this machine and for an endpoint
   * from the settings of `alibabacloudstack`. `http://` or `https://` in an endpoint wins.
   */
  readonly protocol?: pulumi.Input<string> | undefined;
}

/**
 * The arguments of a {@link Provider}. An argument that is left out is read from the environment, and not from the stack's
 * configuration.
 */
export interface ProviderArgs extends CommonArgs {
  /**
   * The address of ECS, such as `ecs.cn-beijing.aliyuncs.com`, with a port if needed. On Apsara Stack, set the host of
   * the POP gateway, or of ASAPI with its path `/asapi/v3`. The default is the region's public address.
   */
  readonly endpoint?: pulumi.Input<string> | undefined;
  /**
   * The address of STS, which assumes roles. The default is the address for the region `ALIBABA_CLOUD_STS_REGION`, or
   * else for the configured region. If `ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED` is true, it is the address within a VPC.
   */
  readonly stsEndpoint?: pulumi.Input<string> | undefined;
  /**
   * The address of the VPC service. Only commands that list VPCs use it. The default is the region's public address, or
   * on ASAPI the value of `endpoint`.
   */
  readonly vpcEndpoint?: pulumi.Input<string> | undefined;
  /**
   * Whether to accept any certificate of a private cloud's ECS, VPC and STS. Prefer `NODE_EXTRA_CA_CERTS` with the
   * certificate of its authority. The default is false.
   */
  readonly insecure?: pulumi.Input<boolean> | undefined;
  /**
   * The proxy for all requests, such as `http://proxy.example:3128`. The default is the value of `HTTPS_PROXY` or
   * `HTTP_PROXY`.
   */
  readonly proxy?: pulumi.Input<string> | undefined;
  /**
   * The organization of the instances and VPCs on Apsara Stack. The default is the organization of the access key's
   * user.
   */
  readonly organizationId?: pulumi.Input<string> | undefined;
  /**
   * The resource set of the instances and VPCs on Apsara Stack. Needs `organizationId`. The default is all sets of the
   * organization.
   */
  readonly resourceSetId?: pulumi.Input<string> | undefined;
  /**
   * Whether a delete succeeds, with a warning, if ECS answers that the region no longer offers ClassicLink. Set it only
   * where the service is really gone: a wrong `endpoint` gives the same answers. The default is false: such a delete
   * fails.
   */
  readonly forgetRetiredLinks?: pulumi.Input<boolean> | undefined;
}

/** The arguments of `new alicloud.Provider` that {@link Provider.fromAlicloud} uses. It ignores the others. */
export interface AlicloudProviderArgs extends CommonArgs {
  /** The endpoints of products. Only those of `ecs` and `sts` are used. */
  readonly endpoints?: pulumi.Input<pulumi.Input<AlicloudEndpoints>[]> | undefined;
}

/** An object in `endpoints`. */
export interface AlicloudEndpoints {
  /** The address of ECS, as {@link ProviderArgs.endpoint}. */
  readonly ecs?: pulumi.Input<string> | undefined;
  /** The address of STS, as {@link ProviderArgs.stsEndpoint}. */
  readonly sts?: pulumi.Input<string> | undefined;
}

/** The arguments of the provider of Apsara Stack that {@link Provider.fromAlibabaCloudStack} uses. It ignores the others. */
export interface AlibabaCloudStackProviderArgs {
  readonly region?: pulumi.Input<string> | undefined;
  readonly accessKey?: pulumi.Input<string> | undefined;
  readonly secretKey?: pulumi.Input<string> | undefined;
  readonly securityToken?: pulumi.Input<string> | undefined;
  readonly profile?: pulumi.Input<string> | undefined;
  readonly sharedCredentialsFile?: pulumi.Input<string> | undefined;
  readonly ecsRoleName?: pulumi.Input<string> | undefined;
  readonly roleArn?: pulumi.Input<string> | undefined;
  readonly assumeRole?: pulumi.Input<AssumeRoleArgs> | undefined;
  /** The domain of the POP gateway. The addresses of the products are made from it. */
  readonly popgwDomain?: pulumi.Input<string> | undefined;
  /** Whether these addresses have no region. The default is true. */
  readonly isCenterRegion?: pulumi.Input<boolean> | undefined;
  /** The host of ASAPI. */
  readonly domain?: pulumi.Input<string> | undefined;
  /** Whether `popgwDomain` is ignored. The default is false. */
  readonly forceUseAsapi?: pulumi.Input<boolean> | undefined;
  /** The endpoints of products. Only those of `ecs`, `vpc` and `sts` are used. */
  readonly endpoints?: pulumi.Input<pulumi.Input<AlibabaCloudStackEndpoints>[]> | undefined;
  readonly stsEndpoint?: pulumi.Input<string> | undefined;
  /** `HTTP`, the default, or `HTTPS`. */
  readonly protocol?: pulumi.Input<string> | undefined;
  readonly insecure?: pulumi.Input<boolean> | undefined;
  readonly proxy?: pulumi.Input<string> | undefined;
  /** The id of the organization. */
  readonly department?: pulumi.Input<string> | undefined;
  /** The id of the resource set. */
  readonly resourceGroup?: pulumi.Input<string> | undefined;
  /** The name of the resource set. It is not enough: set `department` and `resourceGroup`. */
  readonly resourceGroupSetName?: pulumi.Input<string> | undefined;
}

/** An object in `endpoints`. */
export interface AlibabaCloudStackEndpoints {
  readonly ecs?: pulumi.Input<string> | undefined;
  readonly vpc?: pulumi.Input<string> | undefined;
  readonly sts?: pulumi.Input<string> | undefined;
}

/** The settings of the dynamic host. Only the plugin host has `refreshBeforeUpdate`. */
const NAMES = SETTING_NAMES.filter((name) => name !== "refreshBeforeUpdate");

/** The configuration keys of Apsara Stack's provider that this package reads. */
const STACK_KEYS: ReadonlySet<string> = new Set(
  Object.values({ ...SETTINGS, ...VENDOR_SETTINGS }).flatMap((places) =>
    places.map((place) => place.replace("[0]", "").replace(/\.\w+$/, "")),
  ),
);

/**
 * A provider with its own region and credentials, for `opts.provider` of ClassicLink and ClassicLinks. It runs in its own
 * process. Its secrets are encrypted in the state. A changed `region` replaces the links that name no region.
 */
export class Provider extends pulumi.ProviderResource {
  /** @internal The configuration of the provider, for `getLinks` in this process. */
  readonly configuration: pulumi.Output<Readonly<Record<string, string | undefined>>>;

  /**
   * Creates a provider from the arguments of `new alicloud.Provider`.
   *
   * @param name the name of the provider in the program.
   * @param args the arguments of `new alicloud.Provider`.
   * @param opts the options of the provider.
   */
  static fromAlicloud(name: string, args: AlicloudProviderArgs = {}, opts?: pulumi.ResourceOptions): Provider {
    const { endpoints, ...others } = args;
    const shared = Object.entries(others).filter(([key]) => NAMES.some((known) => known === key));
    const hostOf = (product: keyof AlicloudEndpoints) =>
      pulumi.output(endpoints).apply((list) => list?.map((one) => one[product]).find(Boolean) ?? "");
    const hosts = { endpoint: hostOf("ecs"), stsEndpoint: hostOf("sts") };
    return new Provider(name, { ...Object.fromEntries(shared), ...hosts }, opts);
  }

  /**
   * Creates a provider from the arguments of the provider of Apsara Stack (`alibabacloudstack`).
   *
   * @param name the name of the provider in the program.
   * @param args the arguments of the other provider.
   * @param opts the options of the provider.
   */
  static fromAlibabaCloudStack(
    name: string,
    args: AlibabaCloudStackProviderArgs = {},
    opts?: pulumi.ResourceOptions,
  ): Provider {
    const known = Object.entries(args).filter(([key]) => STACK_KEYS.has(`alibabacloudstack:${key}`));
    return new Provider(name, {}, opts, toInputs("alibabacloudstack", Object.fromEntries(known)));
  }

  /**
   * Creates a provider.
   *
   * @param name the name of the provider in the program.
   * @param args the region, the endpoints and the credentials.
   * @param opts the options of the provider.
   * @throws {RunError} for a misspelt argument.
   */
  constructor(name: string, args?: ProviderArgs, opts?: pulumi.ResourceOptions);
  /** @internal */
  constructor(name: string, args: ProviderArgs, opts: pulumi.ResourceOptions | undefined, more: Inputs);
  constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions, more: Inputs = {}) {
    checkArgs(`Provider "${name}"`, args, { required: [], optional: NAMES });
    const inputs = { ...toInputs("classiclink", args), ...more };
    super("pulumi-nodejs", name, inputs, opts);
    this.configuration = pulumi.output(inputs);
  }
}

type Inputs = Record<string, pulumi.Output<string | undefined>>;

/** The arguments, as text, under the keys of a stack's configuration. Pulumi passes these to the dynamic host. */
function toInputs(namespace: string, args: object): Inputs {
  const given = Object.entries(args).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(given.map(([name, value]) => [`${namespace}:${name}`, toText(name, value)]));
}

/** The value as text. Undefined if it is empty, so that Pulumi leaves it out. */
function toText(name: string, value: unknown): pulumi.Output<string | undefined> {
  const text = pulumi.all([value]).apply(([known]) => {
    if (known === undefined || known === "") return undefined;
    return typeof known === "string" ? known : JSON.stringify(known);
  });
  return SECRET_SETTINGS.has(name) || name === "organizationSecretkey" ? pulumi.secret(text) : text;
}
