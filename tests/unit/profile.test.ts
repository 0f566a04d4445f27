/** What a profile stands for where it differs for a private cloud, and values as people write them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { ProfileSource } from "../../provider/ecs/credentials";
import { readProfile } from "../../provider/ecs/credentials/profile";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "classiclink-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const KEYS = { access_key_id: "id", access_key_secret: "hunter2" };

function read(profile: object, source: Partial<ProfileSource> = {}, content: object = {}) {
  const file = join(folder, "config.json");
  writeFileSync(file, JSON.stringify({ ...content, profiles: [{ name: "default", ...profile }] }));
  return readProfile({ kind: "profile", file, tokenOnly: false, ...source });
}

test("a file that names no current profile means default, as for the aliyun command line", () => {
  expect(read({ mode: "AK", ...KEYS })).toMatchObject({ kind: "keys", credentials: { accessKeyId: "id" } });
  expect(read({ mode: "AK", ...KEYS }, {}, { current: "" })).toMatchObject({ kind: "keys" });
});

test("white space around a key is named by its member, and the key is not quoted", () => {
  const act = () => read({ mode: "AK", ...KEYS, access_key_secret: "hunter2\n" });
  expect(act).toThrow("its access_key_secret has white space before or after its value");
  expect(act).not.toThrow("hunter2");
});

describe("for a private cloud", () => {
  const role = { mode: "RamRoleArn", ...KEYS, ram_role_arn: "arn" };
  const isPrivate = { privateCloud: { regionId: "cn-x", scope: { organizationId: "26" } } } as const;

  test.each(["CloudSSO", "OAuth"])("the mode %s is refused, because it calls the public cloud", (mode) => {
    const login = { oauth_site_type: "CN", oauth_refresh_token: "t", cloud_sso_sign_in_url: "https://sso.example" };
    expect(() => read({ mode, ...login }, isPrivate)).toThrow(`its mode ${mode} calls the public cloud`);
  });

  test("a role needs an address of STS, and its sts_region gives none", () => {
    expect(() => read({ ...role, sts_region: "cn-hangzhou" }, isPrivate)).toThrow(
      /no address of STS is set; give it an sts_endpoint, or set CLASSICLINK_STS_ENDPOINT/,
    );
    const given = read(
      { ...role, sts_region: "cn-hangzhou" },
      { ...isPrivate, sts: { sts: "https://sts.cloud.example" } },
    );
    expect(given).toMatchObject({ role: { sts: "https://sts.cloud.example" } });
  });

  test("the profile's own address of STS counts, unless it is of the public cloud", () => {
    const own = read({ ...role, sts_endpoint: "sts.cloud.example" }, isPrivate);
    expect(own).toMatchObject({ role: { sts: "https://sts.cloud.example" } });
    expect(own).toMatchObject({ role: { additions: { headers: { "x-acs-organizationid": "26" } } } });
    expect(() => read({ ...role, sts_endpoint: "sts.aliyuncs.com" }, isPrivate)).toThrow(
      "its sts_endpoint is an address of the public cloud",
    );
  });
});
