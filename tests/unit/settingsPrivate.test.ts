/** The settings of a private cloud: the names of the vendor's provider, the scope, and what must not be mixed. */
import { describe, expect, test } from "@jest/globals";
import { cloudOf, isPublic } from "../../provider/ecs/privateCloud";
import { Settings } from "../../provider/settings";
import { complaint } from "../support/errors";
import { settingsOf, sourceOf, type Values } from "../support/settings";

const REGION = "cn-wulan-env200-d01";
const DOMAIN = "cloud.site-a.example";
const ECS = `http://ecs-internal.${DOMAIN}`;

/** Everything that a connection takes from the settings. */
function seen(values: Values) {
  const settings = settingsOf(values);
  const source = settings.credentialsSource();
  return {
    region: settings.defaultRegion(),
    ecs: settings.endpointOf(REGION),
    key: source.kind === "keys" ? source.credentials.accessKeyId : source.kind,
    scope: settings.scope(),
  };
}
const kindOf = (values: Values) => settingsOf(values).credentialsSource().kind;

const STACK_KEYS = {
  "alibabacloudstack:region": REGION,
  "alibabacloudstack:accessKey": "stackKey",
  "alibabacloudstack:secretKey": "s",
  "alibabacloudstack:popgwDomain": DOMAIN,
  "alibabacloudstack:department": "26",
  "alibabacloudstack:resourceGroup": "97",
};
const VENDOR_SCOPE = { ALIBABACLOUDSTACK_DEPARTMENT: "26", ALIBABACLOUDSTACK_RESOURCE_GROUP: "97" };
const STACK_VARIABLES = {
  ALIBABACLOUDSTACK_REGION: REGION,
  ALIBABACLOUDSTACK_ACCESS_KEY: "stackKey",
  ALIBABACLOUDSTACK_SECRET_KEY: "s",
  ALIBABACLOUDSTACK_POPGW_DOMAIN: DOMAIN,
  ...VENDOR_SCOPE,
};
const OWN_KEYS = {
  "classiclink:region": REGION,
  "classiclink:accessKey": "stackKey",
  "classiclink:secretKey": "s",
  "classiclink:endpoint": ECS,
  "classiclink:organizationId": "26",
  "classiclink:resourceSetId": "97",
};
const PUBLIC_KEYS = { "alicloud:accessKey": "publicKey", "alicloud:secretKey": "s" };
const PUBLIC_VARIABLES = {
  ALICLOUD_REGION: "cn-hangzhou",
  ALICLOUD_ACCESS_KEY: "publicKey",
  ALICLOUD_SECRET_KEY: "s",
  ALICLOUD_SECURITY_TOKEN: "publicToken",
};

const PRIVATE = { region: REGION, ecs: ECS, key: "stackKey", scope: { organizationId: "26", resourceSetId: "97" } };

test.each([
  ["our keys", OWN_KEYS],
  ["the vendor's keys, beside variables for the public cloud", { ...PUBLIC_VARIABLES, ...STACK_KEYS }],
  ["the vendor's variables, beside variables for the public cloud", { ...PUBLIC_VARIABLES, ...STACK_VARIABLES }],
  ["the vendor's keys, whose address decides, beside keys for the public cloud", { ...PUBLIC_KEYS, ...STACK_KEYS }],
])("[32] one configuration is enough: %s", (_, values) => {
  expect(seen(values)).toEqual(PRIVATE);
});

describe("names of two vendors are never mixed:", () => {
  const keys = { "alibabacloudstack:accessKey": "stackKey", "alibabacloudstack:secretKey": "s" };
  test.each<[what: string, values: Values]>([
    ["a stack for the public cloud ignores variables for a private one", { ...STACK_VARIABLES, ...PUBLIC_KEYS }],
    ["of keys alone, those of alicloud come first", { ...PUBLIC_KEYS, ...keys }],
  ])("%s", (_, values) => {
    const cloud = { key: "publicKey", ecs: `https://ecs.${REGION}.aliyuncs.com`, scope: {} };
    expect(seen({ "classiclink:region": REGION, ...values })).toMatchObject(cloud);
  });

  test("half a key pair of one vendor is not completed by the other's", () => {
    const half = { ...STACK_VARIABLES, ALIBABACLOUDSTACK_SECRET_KEY: "", ...PUBLIC_VARIABLES };
    const message = /^secretKey is missing, while ALIBABACLOUDSTACK_ACCESS_KEY is set; checked (?!.* ALICLOUD_)/;
    expect(complaint(() => kindOf(half))).toMatch(message);
  });
});

describe("the addresses of the vendor's provider", () => {
  const role = { "alibabacloudstack:roleArn": "acs:ram::1:role/a", "alibabacloudstack:region": REGION };
  const domain = { "alibabacloudstack:popgwDomain": DOMAIN };
  const host = `internal.asapi.${REGION}.${DOMAIN}`;
  const asapi = { "alibabacloudstack:domain": host };
  const https = { "alibabacloudstack:protocol": "HTTPS" };
  const force = { "alibabacloudstack:forceUseAsapi": "true" };
  const endpoints = {
    "alibabacloudstack:endpoints": '[{"ecs":"ecs.example","vpc":"vpc.example","sts":"sts.example"}]',
  };
  const listed = ["http://ecs.example", "http://vpc.example", "https://sts.example"];
  const pop = (scheme: string, of = DOMAIN) => [
    ...["ecs", "vpc"].map((product) => `${scheme}://${product}-internal.${of}`),
    `https://sts.${of}`,
  ];
  const asapiAt = (at: string, scheme = "http") => [scheme, scheme, "https"].map((one) => `${one}://${at}/asapi/v3`);

  test.each<[values: Values, urls: string[]]>([
    [domain, pop("http")],
    [{ ...domain, ...https }, pop("https")],
    [{ ...domain, "alibabacloudstack:isCenterRegion": "false" }, pop("http", `${REGION}.${DOMAIN}`)],
    [{ ...domain, ...endpoints }, listed],
    [asapi, asapiAt(host)],
    [{ "alibabacloudstack:domain": `${host}/asapi/v3` }, asapiAt(host)],
    [{ "alibabacloudstack:domain": `public.asapi.${DOMAIN}` }, asapiAt(`public.asapi.${DOMAIN}`, "https")],
    [{ "alibabacloudstack:domain": `not-public.asapi.${DOMAIN}` }, asapiAt(`not-public.asapi.${DOMAIN}`)],
    [{ "alibabacloudstack:domain": "127.0.0.1:1", ...https }, asapiAt("127.0.0.1:1", "https")],
    [{ ...domain, ...asapi }, pop("http")],
    [{ ...domain, ...asapi, ...force }, asapiAt(host)],
    [{ "classiclink:endpoint": `https://${host}/asapi/v3` }, asapiAt(host, "https")],
  ])("of ECS, VPC and STS: %j is %j", (values, urls) => {
    const settings = settingsOf({ ...role, ...values });
    const { sts } = sourceOf({ ...role, ...values }, "assumedRole").role;
    expect([settings.endpointOf(REGION), settings.vpcEndpointOf(REGION), sts]).toEqual(urls);
  });

  test("need a region that can be part of a host name outside of the center region", () => {
    const values = { ...domain, ...role, "alibabacloudstack:isCenterRegion": "false", "alibabacloudstack:region": "" };
    const message = "alibabacloudstack:isCenterRegion is false, but";
    expect(complaint(() => settingsOf(values).endpointOf("evil/"))).toContain(
      `${message} the region cannot be part of`,
    );
    expect(complaint(() => kindOf(values))).toContain(`${message} no region is configured`);
  });

  test("have no popgwDomain with forceUseAsapi", () => {
    expect(complaint(() => settingsOf({ ...domain, ...force }).endpointOf(REGION))).toMatch(
      /^the settings of alibabacloudstack name no address of ECS; checked (?!.*popgwDomain).*alibabacloudstack:domain/,
    );
  });
});

describe("the pair of an organization that is", () => {
  const id = { ALIBABACLOUDSTACK_ORGANIZATION_ACCESSKEY: "organizationsKey" };
  const secret = { ALIBABACLOUDSTACK_ORGANIZATION_SECRETKEY: "organizationsSecret" };
  const configured = { "alibabacloudstack:accessKey": "configured", "alibabacloudstack:secretKey": "its" };
  const pair = { "alibabacloudstack:organizationAccesskey": "o", "alibabacloudstack:organizationSecretkey": "s" };
  test.each<[what: string, values: Values, accessKeyId: string, accessKeySecret: string]>([
    ["complete wins", { ...id, ...secret }, "organizationsKey", "organizationsSecret"],
    ["configured wins over a configured key", { ...configured, ...pair }, "o", "s"],
    ["without its secret is ignored", id, "stackKey", "s"],
    ["in the environment loses to a configured key", { ...id, ...secret, ...configured }, "configured", "its"],
  ])("%s", (_, values, accessKeyId, accessKeySecret) => {
    const { credentials } = sourceOf({ ...STACK_VARIABLES, ...values }, "keys");
    expect(credentials).toEqual({ accessKeyId, accessKeySecret });
  });

  test("complete does not complete a configured key", () => {
    const values = { ...id, ...secret, ...configured, "alibabacloudstack:secretKey": "" };
    expect(complaint(() => kindOf(values))).toMatch(/^secretKey is missing, while alibabacloudstack:accessKey is set/);
  });
});

test("the members of assumeRole and the profile's file are the vendor's", () => {
  const role = {
    ALIBABACLOUDSTACK_ASSUME_ROLE_ARN: "arn",
    ALIBABACLOUDSTACK_ASSUME_ROLE_SESSION_NAME: "mine",
    ALIBABACLOUDSTACK_ASSUME_ROLE_SESSION_EXPIRATION: "900",
  };
  const assumed = sourceOf({ ...STACK_VARIABLES, ...role }, "assumedRole");
  expect(assumed.role).toMatchObject({ arn: "arn", sessionName: "mine", durationS: 900 });
  const named = { ALIBABACLOUDSTACK_PROFILE: "p", ALIBABACLOUDSTACK_POPGW_DOMAIN: DOMAIN };
  const file = expect.stringMatching(/\.alibabacloudstack.config\.json$/);
  expect(sourceOf(named, "profile")).toMatchObject({ file, name: "p" });
});

describe("[30] nothing leaves a private cloud", () => {
  const sdk = { ALIBABA_CLOUD_STS_REGION: "cn-hangzhou" };
  const ecs = { "classiclink:endpoint": `ecs-internal.${DOMAIN}`, ...PUBLIC_VARIABLES, ...sdk };
  const role = { ...ecs, "classiclink:assumeRole": '{"roleArn":"r"}' };
  const publicVpc = { ...ecs, VPC_ENDPOINT: "vpc.aliyuncs.com" };
  const plainAsapi = { ...role, "classiclink:endpoint": `http://asapi.${DOMAIN}/asapi/v3` };
  const keysAlone = { ...STACK_VARIABLES, ALIBABACLOUDSTACK_POPGW_DOMAIN: "" };
  const roleAlone = { ...keysAlone, ALIBABACLOUDSTACK_ASSUME_ROLE_ARN: "role" };

  const no = "classiclink:endpoint is set, but no address of";
  const noSts = `${no} STS, where the role is assumed; set classiclink:stsEndpoint or CLASSICLINK_STS_ENDPOINT`;
  const noVpc = `${no} the VPC service; set classiclink:vpcEndpoint or CLASSICLINK_VPC_ENDPOINT, or name the VPCs`;
  const isPublicOne = "is an address of the public cloud, but classiclink:endpoint is not; set it to the address of";
  test.each<[what: string, act: () => unknown, message: string]>([
    ["keys alone", () => settingsOf(keysAlone).endpointOf(REGION), "settings of alibabacloudstack name no address"],
    ["a role alone", () => kindOf(roleAlone), "alibabacloudstack is set, but no address of STS"],
    ["a role without an address of STS", () => kindOf(role), noSts],
    ["a role at an ASAPI without TLS, whose answer has keys", () => kindOf(plainAsapi), noSts],
    ["a public STS", () => kindOf({ ...role, STS_ENDPOINT: "sts.aliyuncs.com" }), `${isPublicOne} STS`],
    ["no address of the VPC service", () => settingsOf(ecs).vpcEndpointOf(REGION), noVpc],
    ["a public VPC service", () => settingsOf(publicVpc).vpcEndpointOf(REGION), `${isPublicOne} the VPC service`],
  ])("%s: refused before anything is sent", (_, act, message) => {
    expect(complaint(act)).toContain(message);
  });

  test("a profile has no address of STS to fall back on", () => {
    const { sts, privateCloud } = sourceOf({ ...ecs, "classiclink:profile": "p" }, "profile");
    expect([sts, privateCloud]).toEqual([undefined, { regionId: "cn-hangzhou", scope: {} }]);
  });

  test("the keys of the machine are those of the vendor's file, not of the files for the public cloud", () => {
    const { candidates } = sourceOf({ ALIBABACLOUDSTACK_POPGW_DOMAIN: DOMAIN }, "ambient");
    const names = ["~/.alibabacloudstack/config.json", "the RAM role of this ECS instance"];
    expect(candidates).toMatchObject(names.map((name) => ({ name })));
  });

  test("the OIDC variables of a pod are not sent to the public STS, and the other sources are still tried", () => {
    const names = ["ALIBABA_CLOUD_ROLE_ARN", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "ALIBABA_CLOUD_OIDC_TOKEN_FILE"];
    const pod = { ...Object.fromEntries(names.map((name) => [name, "x"])), "classiclink:endpoint": ECS };
    expect(sourceOf(pod, "ambient").candidates[0]).toMatchObject({ absent: "stsEndpoint is not set" });
    const withSts = sourceOf({ ...pod, "classiclink:stsEndpoint": "sts.example" }, "ambient");
    expect(withSts.candidates[0]).toMatchObject({ source: { role: { sts: "https://sts.example" } } });
  });

  test("a request to the public STS has no scope", () => {
    const source = sourceOf({ "classiclink:assumeRole": '{"roleArn":"r"}', ...PUBLIC_VARIABLES }, "assumedRole");
    expect(source).not.toHaveProperty("role.additions");
  });
});

describe("the scope", () => {
  const scopeOf = (values: Values) => settingsOf({ "classiclink:endpoint": ECS, ...values }).scope();
  const own = { CLASSICLINK_ORGANIZATION_ID: "26", CLASSICLINK_RESOURCE_SET_ID: "97" };
  const vendor = { ALIBABACLOUDSTACK_POPGW_DOMAIN: DOMAIN, ...VENDOR_SCOPE };
  const configured = { "classiclink:organizationId": "27" };
  const another = { "alibabacloudstack:popgwDomain": DOMAIN, "alibabacloudstack:department": "27", ...VENDOR_SCOPE };
  const setName = "alibabacloudstack:resourceGroupSetName";
  const onPublic = { "classiclink:endpoint": undefined };

  const ownSet = { "classiclink:resourceSetId": "98" };
  const of26 = { organizationId: "26", resourceSetId: "98" };
  const of27 = { organizationId: "27" };
  test.each<[what: string, values: Values, scope: object]>([
    ["is empty when nothing names it", {}, {}],
    ["has no set of another family", { ...vendor, ...configured }, of27],
    ["has no set of the environment for a configured organization", { ...own, ...configured }, of27],
    ["has none of the vendor's variable for the vendor's key either", another, of27],
    ["has none of the vendor's key for our key", { ...STACK_KEYS, ...configured }, of27],
    ["has no set's name of another family", { ...configured, ALIBABACLOUDSTACK_RESOURCE_GROUP_SET: "shop" }, of27],
    ["has a configured set of an organization of the environment, both ours", { ...own, ...ownSet }, of26],
    ["has ids beside a name", { ...STACK_KEYS, [setName]: "shop" }, { organizationId: "26", resourceSetId: "97" }],
    ["is not of the environment on the public cloud", { ...own, ...onPublic }, {}],
    ["is not of another vendor on the public cloud", { ...PUBLIC_KEYS, ...VENDOR_SCOPE, ...onPublic }, {}],
  ])("%s", (_, values, scope) => {
    expect(scopeOf(values)).toEqual(scope);
  });

  test("has a set that is ignored, which doctor names, with the place of the organization", () => {
    const settings = settingsOf({ "classiclink:endpoint": ECS, ...own, ...configured });
    const organization = "classiclink:organizationId";
    expect(settings.ignoredSet()).toEqual({ place: "CLASSICLINK_RESOURCE_SET_ID", organization });
  });

  const setAlone = /^organizationId is missing, while classiclink:resourceSetId is set/;
  const mixed =
    /^CLASSICLINK_RESOURCE_SET_ID is set, but the organization comes from ALIBABACLOUDSTACK_DEPARTMENT, .*ORGANIZATION_ID too$/;
  const nameAlone = /set classiclink:organizationId or CLASSICLINK_ORGANIZATION_ID, and classiclink:resourceSetId or /;
  const noId = /is not an id/;
  test.each<[what: string, values: Values, message: RegExp]>([
    ["a set without an organization", ownSet, setAlone],
    ["a set of ours with the vendor's organization", { ...vendor, CLASSICLINK_RESOURCE_SET_ID: "97" }, mixed],
    ["an id with a line break", { "classiclink:organizationId": "26\r\nx: y" }, noId],
    ["an id in other letters", { "classiclink:organizationId": "é" }, noId],
    ["two ids", { "classiclink:resourceSetId": "26,27" }, noId],
    ["the name of a set alone", { [setName]: "shop" }, nameAlone],
    ["an organization on the public cloud", { ...configured, ...onPublic }, /but the endpoint is the public cloud's/],
  ])("is refused: %s", (_, values, message) => {
    expect(complaint(() => scopeOf(values))).toMatch(message);
  });
});

test("white space around a value is named, and the value is not; around JSON it is allowed", () => {
  for (const secretKey of [" hunter2\n", "hunter2[{ ", " hunter2["]) {
    expect(complaint(() => seen({ ...OWN_KEYS, "classiclink:secretKey": secretKey }))).toBe(
      "classiclink:secretKey has white space before or after its value; set it without",
    );
  }
  const written = { ...OWN_KEYS, "classiclink:assumeRole": '\n{"roleArn":"r"}\n', STS_ENDPOINT: "sts.example" };
  expect(kindOf(written)).toBe("assumedRole");
});

test("a host lists only the places that it looks at, as a user of it writes them", () => {
  const settings = new Settings(undefined, {}, (key) => (key === "classiclink:region" ? "--region" : undefined));
  expect(complaint(() => settings.defaultRegion())).toMatch(/checked --region, ALICLOUD_REGION(?!.*ali\w+:)/);
  expect([settings.hasStack, settingsOf({}).hasStack]).toEqual([false, true]);
  const source = settings.credentialsSource();
  expect(source.kind === "ambient" && source.checked).not.toMatch(/under ali/);
});

test("insecure does not count for the public cloud", () => {
  expect(settingsOf({ "classiclink:insecure": "true" }).insecure()).toBe(false);
});

test.each([
  ["https://ecs.cn-beijing.aliyuncs.com", "aliyuncs.com"],
  ["https://ecs-cn-hangzhou.aliyuncs.com", "aliyuncs.com"],
  ["https://ecs.aliyuncs.com.", "aliyuncs.com"],
  ["https://aliyuncs.com.evil.example", "aliyuncs.com.evil.example"],
  ["http://notaliyuncs.com", "notaliyuncs.com"],
  ["https://ecs-internal.cloud.site-a.example:8443", DOMAIN],
  [`http://ecs-internal.${REGION}.cloud.site-a.example`, DOMAIN],
  ["http://ecs.cloud.site-a.example", DOMAIN],
  [`https://public.asapi.${REGION}.cloud.site-a.example/asapi/v3`, DOMAIN],
  [`http://internal.asapi.${REGION}.cloud.site-a.example/asapi/v3`, DOMAIN],
  ["http://gateway.corp.example", "gateway.corp.example"],
  ["http://ecs", "ecs"],
  ["http://10.1.2.3:8080/asapi/v3", "10.1.2.3:8080"],
  ["https://10.1.2.3", "10.1.2.3"],
  ["http://localhost:4010", "127.0.0.1:4010"],
  ["https://[::1]:4010/asapi/v3", "127.0.0.1:4010"],
  ["http://[fd00::1]:4010", "[fd00::1]:4010"],
])("the cloud behind %s is %s", (endpoint, cloud) => {
  expect(cloudOf(endpoint, REGION)).toBe(cloud);
  expect(isPublic(endpoint)).toBe(cloud === "aliyuncs.com");
});
