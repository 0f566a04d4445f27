/** Two regions and two accounts in one program, each with a provider of its own. */

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Emulator, startEmulator } from "pulumi-classiclink/emulator";
import { makeProject, type Project } from "../support/project";
import { openStack, type Stack } from "../support/stack";
import { type Sts, startSts } from "../support/sts";

const HOME_SECRET = "home+MARKER/with=chars";
const USER_SECRET = "user+MARKER/with=chars";
const ROLE_SECRET = "role+MARKER/with=chars";

/** The stack's own account and region, another region of it, and another account by way of a role. */
const program = (endpoints: Readonly<Record<string, string>>) => `
const pulumi = require("@pulumi/pulumi");
const { ClassicLink, getLinksOutput, Provider } = require("pulumi-classiclink");

new ClassicLink("here", { instanceId: "i-here", vpcId: "vpc-here" });

const config = new pulumi.Config("classiclink");
const beijing = new Provider("beijing", {
  region: "cn-beijing",
  accessKey: "home",
  secretKey: config.requireSecret("secretKey"),
  endpoint: "${endpoints.beijing}",
});
new ClassicLink("there", { instanceId: "i-there", vpcId: "vpc-there" }, { provider: beijing });

const other = Provider.fromAlicloud("other", {
  region: "cn-shanghai",
  accessKey: "user",
  secretKey: new pulumi.Config().requireSecret("userSecret"),
  assumeRole: { roleArn: "acs:ram::2:role/links" },
  endpoints: [{ ecs: "${endpoints.other}", sts: "${endpoints.sts}" }],
});
const link = new ClassicLink("elsewhere", { instanceId: "i-else", vpcId: "vpc-else" }, { provider: other });
exports.found = getLinksOutput({ vpcId: link.vpcId }, { provider: other });
`;

let [here, beijing, other]: Emulator[] = [];
let sts: Sts;
let project: Project;
let stack: Stack;

beforeAll(async () => {
  const cloud = (regionId: string, name: string, key: object) =>
    startEmulator({
      regionId,
      instances: [{ instanceId: `i-${name}` }],
      vpcs: [{ vpcId: `vpc-${name}` }],
      ...key,
    });
  const role = { accessKeyId: "STS.role", accessKeySecret: ROLE_SECRET, securityToken: "token+MARKER" };
  const home = { accessKeyId: "home", accessKeySecret: HOME_SECRET };
  [here, beijing, other] = await Promise.all([
    cloud("cn-hangzhou", "here", home),
    cloud("cn-beijing", "there", home),
    cloud("cn-shanghai", "else", role),
  ]);
  sts = await startSts([{ accessKeyId: "user", accessKeySecret: USER_SECRET }], () => role);
  project = makeProject({
    "index.js": program({ beijing: beijing.endpoint, other: other.endpoint, sts: sts.endpoint }),
  });
  stack = await openStack({
    project,
    config: {
      "classiclink:region": "cn-hangzhou",
      "classiclink:accessKey": "home",
      "classiclink:secretKey": { secret: HOME_SECRET },
      "classiclink:endpoint": here.endpoint,
      "shop:userSecret": { secret: USER_SECRET },
    },
  });
});
afterAll(async () => {
  await stack?.close();
  await Promise.all([here, beijing, other, sts].map((server) => server?.close()));
  project?.remove();
});

const linked = () =>
  [here, beijing, other].flatMap((cloud) => cloud?.links() ?? []).map((link) => `${link.regionId}:${link.instanceId}`);

describe("one program with three providers", () => {
  test("[16] makes each link in its own region, with its own credentials", async () => {
    const { ok, output } = await stack.up();
    expect([ok, output]).toEqual([true, expect.stringContaining("i-else")]);
    expect(linked()).toEqual(["cn-hangzhou:i-here", "cn-beijing:i-there", "cn-shanghai:i-else"]);
    expect(sts.calls[0]).toMatchObject({ accessKeyId: "user", params: { RoleArn: "acs:ram::2:role/links" } });
  });

  test("[11] is unchanged when it runs again, and after a refresh", async () => {
    const again = await stack.up({ refresh: true });
    expect([again.ok, again.summary.update, again.summary.replace]).toEqual([true, 0, 0]);
  });

  test("[9] sees drift in an account that is not the stack's, with what the state remembers of it", async () => {
    other?.unlink("i-else");
    const { ok, summary } = await stack.refresh();
    expect([ok, summary.delete]).toEqual([true, 1]);
    await stack.up();
    expect(linked()).toContain("cn-shanghai:i-else");
  });

  test("[17] leaves no secret in the state", async () => {
    const state = JSON.stringify(await stack.export());
    expect(state).toContain("classiclink:secretKey");
    expect(state).not.toContain("MARKER");
  });

  test("[12] removes each link from where it is", async () => {
    expect((await stack.destroy()).ok).toBe(true);
    expect(linked()).toEqual([]);
  });
});
