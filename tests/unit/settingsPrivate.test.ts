/** The settings of a private cloud: the names of the vendor's provider, the scope, and what must not be mixed. */
import { describe, expect, test } from "@jest/globals";
import { Settings } from "../../provider/settings";
import { complaint } from "../support/errors";

type Values = Readonly<Record<string, string>>;

const settingsOf = (values: Values) => new Settings((key) => values[key], values);

const REGION = "cn-wulan-env200-d01";
const DOMAIN = "cloud.site-a.example";

/** Everything that a connection takes from the settings. */
function seen(settings: Settings) {
  const source = settings.credentialsSource();
  const base = source.kind === "assumedRole" ? source.base : source;
  return {
    region: settings.defaultRegion(),
    ecs: settings.endpointOf(REGION),
    key: base.kind === "keys" ? base.credentials.accessKeyId : base.kind,
    scope: settings.scope(),
  };
}

const STACK_KEYS = {
  "alibabacloudstack:region": REGION,
  "alibabacloudstack:accessKey": "stackKey",
  "alibabacloudstack:secretKey": "s",
  "alibabacloudstack:popgwDomain": DOMAIN,
  "alibabacloudstack:department": "26",
  "alibabacloudstack:resourceGroup": "97",
};
const STACK_VARIABLES = {
  ALIBABACLOUDSTACK_REGION: REGION,
  ALIBABACLOUDSTACK_ACCESS_KEY: "stackKey",
  ALIBABACLOUDSTACK_SECRET_KEY: "s",
  ALIBABACLOUDSTACK_POPGW_DOMAIN: DOMAIN,
  ALIBABACLOUDSTACK_DEPARTMENT: "26",
  ALIBABACLOUDSTACK_RESOURCE_GROUP: "97",
};
const OWN_KEYS = {
  "classiclink:region": REGION,
  "classiclink:accessKey": "stackKey",
  "classiclink:secretKey": "s",
  "classiclink:endpoint": `http://ecs-internal.${DOMAIN}`,
  "classiclink:organizationId": "26",
  "classiclink:resourceSetId": "97",
};
const ALICLOUD_VARIABLES = {
  ALICLOUD_REGION: "cn-hangzhou",
  ALICLOUD_ACCESS_KEY: "publicKey",
  ALICLOUD_SECRET_KEY: "s",
  ALICLOUD_SECURITY_TOKEN: "publicToken",
};

describe("[32] one configuration is enough", () => {
  test.each([
    ["our keys", OWN_KEYS],
    ["the vendor's keys", STACK_KEYS],
    ["the vendor's variables", STACK_VARIABLES],
    ["the vendor's keys, beside variables for the public cloud", { ...ALICLOUD_VARIABLES, ...STACK_KEYS }],
    ["the vendor's variables, beside variables for the public cloud", { ...ALICLOUD_VARIABLES, ...STACK_VARIABLES }],
  ])("%s say all that is needed", (_, values) => {
    expect(seen(settingsOf(values))).toEqual({
      region: REGION,
      ecs: `http://ecs-internal.${DOMAIN}`,
      key: "stackKey",
      scope: { organizationId: "26", resourceSetId: "97" },
    });
  });
});

describe("names of two vendors are never mixed", () => {
  const mixes: [what: string, values: Values, key: string, ecs: string][] = [
    [
      "the address decides whose keys count",
      { ...STACK_KEYS, "alicloud:accessKey": "publicKey", "alicloud:secretKey": "s" },
      "stackKey",
      `http://ecs-internal.${DOMAIN}`,
    ],
    [
      "a stack that is configured for the public cloud ignores variables for a private one",
      {
        ...STACK_VARIABLES,
        "alicloud:region": "cn-hangzhou",
        "alicloud:accessKey": "publicKey",
        "alicloud:secretKey": "s",
      },
      "publicKey",
      "https://ecs.cn-wulan-env200-d01.aliyuncs.com",
    ],
    [
      "keys alone: those of alicloud come first",
      {
        "alicloud:accessKey": "publicKey",
        "alicloud:secretKey": "s",
        "alibabacloudstack:accessKey": "stackKey",
        "alibabacloudstack:secretKey": "s",
      },
      "publicKey",
      "https://ecs.cn-wulan-env200-d01.aliyuncs.com",
    ],
  ];
  test.each(mixes)("%s", (_, values, key, ecs) => {
    expect(seen(settingsOf({ "classiclink:region": REGION, ...values }))).toMatchObject({ key, ecs });
  });

  test("half a key pair of one vendor is not completed by the other's", () => {
    const { ALIBABACLOUDSTACK_SECRET_KEY: _, ...half } = STACK_VARIABLES;
    const message = complaint(() => settingsOf({ ...half, ...ALICLOUD_VARIABLES }).credentialsSource());
    expect(message).toMatch(
      /^secretKey is missing, while ALIBABACLOUDSTACK_ACCESS_KEY is set; checked alibabacloudstack:/,
    );
    expect(message).not.toContain("ALICLOUD_SECRET_KEY");
  });

  test("the organization of another vendor's names does not reach the public cloud", () => {
    const values = { ...ALICLOUD_VARIABLES, "alicloud:region": "cn-hangzhou", ALIBABACLOUDSTACK_DEPARTMENT: "26" };
    expect(settingsOf(values).scope()).toEqual({});
  });

  test("[30] the keys of a private cloud without its address are sent nowhere", () => {
    const { ALIBABACLOUDSTACK_POPGW_DOMAIN: _, ...rest } = STACK_VARIABLES;
    expect(complaint(() => settingsOf(rest).endpointOf(REGION))).toMatch(
      /^the settings of alibabacloudstack name no address of ECS; checked .*ALIBABACLOUDSTACK_POPGW_DOMAIN/,
    );
    const role = { ...rest, ALIBABACLOUDSTACK_ASSUME_ROLE_ARN: "role" };
    expect(complaint(() => settingsOf(role).credentialsSource())).toContain("no address of STS");
  });
});

describe("the addresses of the vendor's provider", () => {
  const domain = { "alibabacloudstack:popgwDomain": DOMAIN };
  const regional = { ...domain, "alibabacloudstack:isCenterRegion": "false" };
  const asapi = `internal.asapi.${REGION}.${DOMAIN}`;
  const addresses: [values: Values, ecs: string, vpc: string][] = [
    [domain, `http://ecs-internal.${DOMAIN}`, `http://vpc-internal.${DOMAIN}`],
    [
      { ...domain, "alibabacloudstack:protocol": "HTTPS" },
      `https://ecs-internal.${DOMAIN}`,
      `https://vpc-internal.${DOMAIN}`,
    ],
    [regional, `http://ecs-internal.${REGION}.${DOMAIN}`, `http://vpc-internal.${REGION}.${DOMAIN}`],
    [
      { ...domain, "alibabacloudstack:endpoints": '[{"ecs":"ecs.example","vpc":"vpc.example"}]' },
      "http://ecs.example",
      "http://vpc.example",
    ],
    [{ "alibabacloudstack:domain": asapi }, `http://${asapi}/asapi/v3`, `http://${asapi}/asapi/v3`],
    [{ "alibabacloudstack:domain": `${asapi}/asapi/v3` }, `http://${asapi}/asapi/v3`, `http://${asapi}/asapi/v3`],
    [
      { "alibabacloudstack:domain": `public.asapi.${DOMAIN}` },
      `https://public.asapi.${DOMAIN}/asapi/v3`,
      `https://public.asapi.${DOMAIN}/asapi/v3`,
    ],
    [
      { ...domain, "alibabacloudstack:domain": asapi },
      `http://ecs-internal.${DOMAIN}`,
      `http://vpc-internal.${DOMAIN}`,
    ],
    [
      { ...domain, "alibabacloudstack:domain": asapi, "alibabacloudstack:forceUseAsapi": "true" },
      `http://${asapi}/asapi/v3`,
      `http://${asapi}/asapi/v3`,
    ],
    [
      { ...domain, ALIBABACLOUDSTACK_DOMAIN: asapi, "alibabacloudstack:forceUseAsapi": "true" },
      `http://${asapi}/asapi/v3`,
      `http://${asapi}/asapi/v3`,
    ],
    [
      {
        ...domain,
        "alibabacloudstack:endpoints": '[{"ecs":"ecs.example","vpc":"vpc.example"}]',
        "alibabacloudstack:forceUseAsapi": "true",
      },
      "http://ecs.example",
      "http://vpc.example",
    ],
  ];
  test.each(addresses)("%j is %s and %s", (values, ecs, vpc) => {
    const settings = settingsOf(values);
    expect([settings.endpointOf(REGION), settings.vpcEndpointOf(REGION)]).toEqual([ecs, vpc]);
  });

  const role = { "alibabacloudstack:roleArn": "acs:ram::1:role/a", "alibabacloudstack:region": REGION };
  const stsOf = (values: Values) => {
    const source = settingsOf({ ...role, ...values }).credentialsSource();
    return source.kind === "assumedRole" ? source.role.sts : source.kind;
  };
  const sts: [values: Values, url: string][] = [
    [domain, `https://sts.${DOMAIN}`],
    [regional, `https://sts.${REGION}.${DOMAIN}`],
    [{ ...domain, "alibabacloudstack:stsEndpoint": "sts-vpc.example" }, "https://sts-vpc.example"],
    [{ ...domain, "alibabacloudstack:protocol": "HTTP" }, `https://sts.${DOMAIN}`],
    [{ ...domain, "classiclink:stsEndpoint": "http://sts.example" }, "http://sts.example"],
    [{ "alibabacloudstack:domain": asapi }, `https://${asapi}/asapi/v3`],
    [{ ...domain, "alibabacloudstack:domain": asapi }, `https://sts.${DOMAIN}`],
    [
      { ...domain, "alibabacloudstack:domain": asapi, "alibabacloudstack:forceUseAsapi": "true" },
      `https://${asapi}/asapi/v3`,
    ],
    [{ "classiclink:endpoint": `https://${asapi}/asapi/v3` }, `https://${asapi}/asapi/v3`],
    [
      { "alibabacloudstack:domain": "127.0.0.1:1", "alibabacloudstack:protocol": "HTTPS" },
      "https://127.0.0.1:1/asapi/v3",
    ],
  ];
  test.each(sts)("the role is assumed, with %j, at %s", (values, url) => {
    expect(stsOf(values)).toBe(url);
  });

  test("a request to the public STS has no scope", () => {
    const source = settingsOf({
      "classiclink:assumeRole": `{"roleArn":"r"}`,
      ...ALICLOUD_VARIABLES,
    }).credentialsSource();
    expect(source).not.toHaveProperty("role.additions");
  });

  test("a role is not assumed over plain HTTP because ECS is there: the answer has keys", () => {
    expect(complaint(() => stsOf({ "classiclink:endpoint": `http://${asapi}/asapi/v3` }))).toMatch(
      /^classiclink:endpoint is set, but no address of STS/,
    );
  });

  test("popgwDomain alone is no address with forceUseAsapi", () => {
    const forced = { ...domain, "alibabacloudstack:forceUseAsapi": "true" };
    expect(complaint(() => settingsOf(forced).endpointOf(REGION))).toMatch(
      /^the settings of alibabacloudstack name no address of ECS; checked (?!.*popgwDomain).*alibabacloudstack:domain/,
    );
  });

  const organizations = {
    ALIBABACLOUDSTACK_ORGANIZATION_ACCESSKEY: "organizationsKey",
    ALIBABACLOUDSTACK_ORGANIZATION_SECRETKEY: "organizationsSecret",
  };
  const pairs: [what: string, values: Values, key: string, secret: string][] = [
    ["complete wins", organizations, "organizationsKey", "organizationsSecret"],
    [
      "without its secret is ignored",
      { ...organizations, ALIBABACLOUDSTACK_ORGANIZATION_SECRETKEY: "" },
      "stackKey",
      "s",
    ],
    ["without its id is ignored", { ...organizations, ALIBABACLOUDSTACK_ORGANIZATION_ACCESSKEY: "" }, "stackKey", "s"],
    [
      "in the environment loses to a configured key",
      { ...organizations, "alibabacloudstack:accessKey": "configured", "alibabacloudstack:secretKey": "its" },
      "configured",
      "its",
    ],
  ];
  test.each(pairs)("the pair of an organization that is %s", (_, values, accessKeyId, accessKeySecret) => {
    expect(settingsOf({ ...STACK_VARIABLES, ...values }).credentialsSource()).toEqual({
      kind: "keys",
      credentials: { accessKeyId, accessKeySecret },
    });
  });

  test("a configured key is never completed by an organization's secret", () => {
    const message = complaint(() =>
      settingsOf({ ...organizations, "alibabacloudstack:accessKey": "configured" }).credentialsSource(),
    );
    expect(message).toMatch(/^secretKey is missing, while alibabacloudstack:accessKey is set/);
  });

  test("the members of assumeRole and the profile's file are the vendor's", () => {
    const source = settingsOf({
      ...STACK_VARIABLES,
      ALIBABACLOUDSTACK_ASSUME_ROLE_ARN: "arn",
      ALIBABACLOUDSTACK_ASSUME_ROLE_SESSION_NAME: "mine",
      ALIBABACLOUDSTACK_ASSUME_ROLE_SESSION_EXPIRATION: "900",
    }).credentialsSource();
    expect(source).toMatchObject({ kind: "assumedRole", role: { arn: "arn", sessionName: "mine", durationS: 900 } });
    const { ALIBABACLOUDSTACK_ACCESS_KEY: _, ALIBABACLOUDSTACK_SECRET_KEY: __, ...keyless } = STACK_VARIABLES;
    const profile = settingsOf({ ...keyless, ALIBABACLOUDSTACK_PROFILE: "p" }).credentialsSource();
    expect(profile).toMatchObject({ kind: "profile", name: "p" });
    expect(profile.kind === "profile" && profile.file).toMatch(/\.alibabacloudstack.config\.json$/);
  });
});

describe("[30] nothing leaves a private cloud", () => {
  const ecs = { "classiclink:endpoint": `ecs-internal.${DOMAIN}`, ...ALICLOUD_VARIABLES };
  const role = { ...ecs, "classiclink:assumeRole": '{"roleArn":"r"}' };

  test("a role without an address of STS is refused before anything is sent", () => {
    expect(complaint(() => settingsOf({ ...role, ALIBABA_CLOUD_STS_REGION: "cn-hangzhou" }).credentialsSource())).toBe(
      "classiclink:endpoint is set, but no address of STS, where the role is assumed; set classiclink:stsEndpoint or CLASSICLINK_STS_ENDPOINT",
    );
  });

  test.each([
    ["STS", () => settingsOf({ ...role, STS_ENDPOINT: "sts.aliyuncs.com" }).credentialsSource()],
    ["the VPC service", () => settingsOf({ ...ecs, VPC_ENDPOINT: "vpc.aliyuncs.com" }).vpcEndpointOf(REGION)],
  ])("a public address of %s is refused", (service, act) => {
    expect(complaint(act)).toMatch(
      new RegExp(
        `is an address of the public cloud, but classiclink:endpoint is not; set it to the address of ${service}`,
      ),
    );
  });

  test("a profile has no address of STS to fall back on", () => {
    expect(settingsOf({ ...ecs, "classiclink:profile": "p" }).credentialsSource()).toEqual({
      kind: "profile",
      name: "p",
      file: expect.any(String),
      privateCloud: { regionId: "cn-hangzhou", scope: {} },
      tokenOnly: false,
    });
  });
});

describe("the scope", () => {
  const at = (values: Values) => settingsOf({ "classiclink:endpoint": `ecs-internal.${DOMAIN}`, ...values }).scope();

  test("is empty when nothing names it", () => {
    expect(at({})).toEqual({});
  });

  test("needs an organization for a resource set", () => {
    expect(complaint(() => at({ "classiclink:resourceSetId": "97" }))).toMatch(
      /^organizationId is missing, while classiclink:resourceSetId is set/,
    );
  });

  const variables = { ALIBABACLOUDSTACK_DEPARTMENT: "26", ALIBABACLOUDSTACK_RESOURCE_GROUP: "97" };
  const own = { CLASSICLINK_ORGANIZATION_ID: "26", CLASSICLINK_RESOURCE_SET_ID: "97" };
  const vendor = { ALIBABACLOUDSTACK_POPGW_DOMAIN: DOMAIN };
  const organization = { "classiclink:organizationId": "27" };
  const sets: [what: string, values: Values, scope: object][] = [
    ["another family's is ignored", { ...vendor, ...organization, ...variables }, { organizationId: "27" }],
    ["the environment's is ignored", { ...organization, ...own }, { organizationId: "27" }],
    [
      "the same holds for the vendor's key and variable",
      { "alibabacloudstack:popgwDomain": DOMAIN, "alibabacloudstack:department": "27", ...variables },
      { organizationId: "27" },
    ],
    [
      "its name is ignored too",
      { ...vendor, ...organization, ALIBABACLOUDSTACK_RESOURCE_GROUP_SET: "shop" },
      { organizationId: "27" },
    ],
    [
      "one of the configuration narrows this package's organization of the environment",
      { ...own, "classiclink:resourceSetId": "98" },
      { organizationId: "26", resourceSetId: "98" },
    ],
  ];
  test.each(sets)("has a resource set of its own organization only: %s", (_, values, scope) => {
    expect(at(values)).toEqual(scope);
  });

  test.each([
    ["a variable", { CLASSICLINK_RESOURCE_SET_ID: "99" }, "CLASSICLINK_RESOURCE_SET_ID"],
    ["a key", { "classiclink:resourceSetId": "99" }, "classiclink:resourceSetId"],
  ])("refuses a resource set in %s of ours with the vendor's organization", (_, set, place) => {
    expect(complaint(() => at({ ...vendor, ...variables, ...set }))).toBe(
      `${place} is set, but the organization comes from ALIBABACLOUDSTACK_DEPARTMENT, which may not have that resource set; ` +
        "set classiclink:organizationId or CLASSICLINK_ORGANIZATION_ID too",
    );
  });

  test.each(["26\r\nx: y", "a b", "é", "26,27"])("does not take %j for an id", (organizationId) => {
    expect(complaint(() => at({ "classiclink:organizationId": organizationId }))).toMatch(/is not an id/);
  });

  test("by the name of a resource set alone is refused, with the settings that take the ids", () => {
    const message = complaint(() => at({ "alibabacloudstack:resourceGroupSetName": "shop" }));
    expect(message).toContain("classiclink:organizationId or CLASSICLINK_ORGANIZATION_ID");
    expect(message).toContain("classiclink:resourceSetId or CLASSICLINK_RESOURCE_SET_ID");
    expect(at({ "alibabacloudstack:resourceGroupSetName": "shop", ...STACK_KEYS })).toEqual({
      organizationId: "26",
      resourceSetId: "97",
    });
  });

  test("on the public cloud is refused from the configuration, and left out from the environment", () => {
    expect(complaint(() => settingsOf({ "classiclink:organizationId": "26" }).scope())).toMatch(
      /^classiclink:organizationId is set, but the endpoint is the public cloud's/,
    );
    expect(settingsOf({ CLASSICLINK_ORGANIZATION_ID: "26" }).scope()).toEqual({});
  });
});

describe("values as people write them", () => {
  test.each(["accessKey", "secretKey", "region"])("white space around %s is named, and the value is not", (name) => {
    const values = {
      "classiclink:accessKey": "hunter2",
      "classiclink:secretKey": "hunter2",
      [`classiclink:${name}`]: " hunter2\n",
    };
    const message = complaint(() => {
      const settings = settingsOf(values);
      settings.credentialsSource();
      settings.defaultRegion();
    });
    expect(message).toBe(`classiclink:${name} has white space before or after its value; set it without`);
  });

  test("an empty roleArn is no role", () => {
    const values = { "alicloud:assumeRole": '{"roleArn":"","sessionName":"x"}', ...ALICLOUD_VARIABLES };
    expect(settingsOf(values).credentialsSource().kind).toBe("keys");
  });

  test.each([
    [
      "plugin",
      (key: string) => (key.startsWith("classiclink:") ? key : undefined),
      "classiclink:region, ALICLOUD_REGION",
    ],
    [
      "command line",
      (key: string) => (key === "classiclink:region" ? "--region" : undefined),
      "--region, ALICLOUD_REGION",
    ],
  ])("the %s lists only the places that it looks at", (_, keyNames, listed) => {
    const message = complaint(() => new Settings(() => undefined, {}, keyNames).defaultRegion());
    expect(message).toContain(`checked ${listed}`);
    expect(message).not.toMatch(/ali\w+:/);
    const source = new Settings(() => undefined, {}, keyNames).credentialsSource();
    expect(source.kind === "ambient" && source.checked).not.toMatch(/under ali/);
  });

  test("insecure counts for a private cloud only", () => {
    expect(settingsOf({ "classiclink:insecure": "true" }).insecure()).toBe(false);
    expect(settingsOf({ ...OWN_KEYS, "classiclink:insecure": "true" }).insecure()).toBe(true);
    expect(settingsOf({ ...STACK_VARIABLES, ALIBABACLOUDSTACK_INSECURE: "1" }).insecure()).toBe(true);
  });
});
