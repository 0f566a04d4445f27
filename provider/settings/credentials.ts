/** Which source of credentials the settings choose. The order is that of `@pulumi/alicloud`. */

import { homedir } from "node:os";
import { join } from "node:path";
import {
  type AmbientSource,
  type Candidate,
  type Credentials,
  type CredentialsSource,
  DEFAULT_SESSION_NAME,
  DURATION_S,
  type EcsRoleSource,
  type OidcSource,
  type ProfileSource,
  type Role,
} from "../ecs/credentials";
import { quote } from "../quote";
import { ALL_LEVELS, type Level, type Lookup, toObject } from "./lookup";
import { Members } from "./members";
import { ASSUME_ROLE_MEMBERS, OIDC_MEMBERS, placesOf, SDK_VARIABLES, type SettingName } from "./places";
import { SettingError } from "./settingError";

/** The settings that name a source of credentials. */
const SOURCES = [
  "accessKey",
  "secretKey",
  "profile",
  "credentialsUri",
  "ecsRoleName",
  "assumeRoleWithOidc",
] as const satisfies readonly SettingName[];

/**
 * Chooses a source.
 *
 * A source under `classiclink:` stands for itself: it says which account is meant, so nothing of `alicloud:` or of the
 * environment goes before it, and no role of theirs on top of it.
 *
 * @param sts gives the address of STS; asked for sources that need it only.
 * @throws {SettingError} when a setting is wrong, or half of a key pair is missing.
 */
export function chooseSource(lookup: Lookup, sts: () => string): CredentialsSource {
  const isOwn = SOURCES.some((name) => lookup.find(name, ["classiclink"]) !== undefined);
  const levels: readonly Level[] = isOwn ? ["classiclink"] : ALL_LEVELS;
  const base = chooseBase(lookup, levels, sts);
  const assumeRole = lookup.find("assumeRole", levels);
  if (assumeRole === undefined) return base;
  const members = new Members(assumeRole.place, toObject(assumeRole), ASSUME_ROLE_MEMBERS, lookup);
  const role = roleOf(members.need("roleArn"), members.text("sessionName"), members, sts);
  const externalId = members.text("externalId");
  return { kind: "assumedRole", base, role: externalId === undefined ? role : { ...role, externalId } };
}

function chooseBase(lookup: Lookup, levels: readonly Level[], sts: () => string): CredentialsSource {
  const keys = keyPair(lookup, levels);
  if (keys !== undefined) return { kind: "keys", credentials: keys };
  const profile = lookup.find("profile", levels);
  // Which file it is in may be said elsewhere.
  const file = lookup.find("sharedCredentialsFile", profile === undefined ? levels : ALL_LEVELS);
  if (profile !== undefined) return profileSource(lookup, sts, file?.value, profile.value);
  const uri = lookup.find("credentialsUri", levels);
  if (uri !== undefined) return { kind: "uri", uri: uri.value };
  const ecsRoleName = lookup.find("ecsRoleName", levels);
  if (ecsRoleName !== undefined) return ecsRole(lookup, ecsRoleName.value);
  const oidc = lookup.find("assumeRoleWithOidc", levels);
  if (oidc !== undefined) return oidcSource(new Members(oidc.place, toObject(oidc), OIDC_MEMBERS, lookup), sts);
  if (file !== undefined) return profileSource(lookup, sts, file.value);
  return ambientSource(lookup, sts);
}

function keyPair(lookup: Lookup, levels: readonly Level[]): Credentials | undefined {
  const isNamed = [lookup.find("accessKey", levels), lookup.find("secretKey", levels)].some(Boolean);
  if (!isNamed) return undefined;
  // Half of a pair may be in another place than the other half, such as the secret in the environment.
  const accessKey = lookup.find("accessKey");
  const secretKey = lookup.find("secretKey");
  if (accessKey === undefined || secretKey === undefined) {
    const [missing, found] =
      accessKey === undefined ? (["accessKey", secretKey] as const) : (["secretKey", accessKey] as const);
    throw new SettingError(
      `${missing} is missing, while ${found?.place} is set; looked at ${placesOf(missing)}; set one of them`,
    );
  }
  // A token belongs to its key: one left over in the environment must not be sent along with a configured key.
  const token = lookup.find("securityToken", [accessKey.level]);
  const credentials = { accessKeyId: accessKey.value, accessKeySecret: secretKey.value };
  return token === undefined ? credentials : { ...credentials, securityToken: token.value };
}

/** The file of the `aliyun` command line. */
export const CLI_FILE = "~/.aliyun/config.json";

/** The file of Alibaba Cloud's SDKs. */
const SDK_FILE = "~/.alibabacloud/credentials";

/** A path with its `~` spelt out. */
export function expanded(file: string): string {
  return file === "~" || /^~[/\\]/.test(file) ? join(homedir(), file.slice(1)) : file;
}

function profileSource(lookup: Lookup, sts: () => string, file = CLI_FILE, name?: string): ProfileSource {
  const tokenOnly = lookup.isOn(SDK_VARIABLES.noMetadataV1);
  return { kind: "profile", file: expanded(file), ...(name === undefined ? {} : { name }), sts: sts(), tokenOnly };
}

function ecsRole(lookup: Lookup, roleName?: string): EcsRoleSource {
  const tokenOnly = lookup.isOn(SDK_VARIABLES.noMetadataV1);
  return { kind: "ecsRole", ...(roleName === undefined ? {} : { roleName }), tokenOnly };
}

function ambientSource(lookup: Lookup, sts: () => string): AmbientSource {
  const unless = (variable: string, candidate: Candidate): Candidate =>
    lookup.isOn(variable) ? { name: candidate.name, absent: `${variable} is true` } : candidate;
  const candidates = [
    oidcCandidate(lookup, sts),
    unless(SDK_VARIABLES.noCliProfile, { name: CLI_FILE, source: profileSource(lookup, sts) }),
    { name: SDK_FILE, source: profileSource(lookup, sts, SDK_FILE) },
    unless(SDK_VARIABLES.noMetadata, {
      name: "the RAM role of this ECS instance",
      source: ecsRole(lookup),
      guess: true,
    }),
  ];
  // Each of their places, as other errors list them, would be more than anyone reads.
  const lookedAt = `${SOURCES.join(", ")}: under classiclink:, under alicloud: and in the environment, as ALICLOUD_ACCESS_KEY and so on`;
  return { kind: "ambient", candidates, lookedAt };
}

/** Pods of ACK have these variables set for them. */
function oidcCandidate(lookup: Lookup, sts: () => string): Candidate {
  const name = "the OIDC variables";
  const needed = [OIDC_MEMBERS.roleArn, OIDC_MEMBERS.oidcProviderArn, OIDC_MEMBERS.oidcTokenFile];
  const missing = needed.find((variables) => lookup.variable(variables) === undefined);
  if (missing !== undefined) return { name, absent: `${missing.join(", ")} is not set` };
  return { name, source: oidcSource(new Members(name, {}, OIDC_MEMBERS, lookup), sts) };
}

function oidcSource(members: Members<keyof typeof OIDC_MEMBERS>, sts: () => string): OidcSource {
  return {
    kind: "oidc",
    role: roleOf(members.need("roleArn"), members.text("roleSessionName"), members, sts),
    providerArn: members.need("oidcProviderArn"),
    token: tokenOf(members),
  };
}

/** What the object itself has goes before what the environment has. */
function tokenOf(members: Members<keyof typeof OIDC_MEMBERS>): OidcSource["token"] {
  const file = members.own("oidcTokenFile");
  const text = members.own("oidcToken") ?? (file === undefined ? members.text("oidcToken") : undefined);
  return text === undefined ? { file: expanded(members.need("oidcTokenFile")) } : { text };
}

function roleOf(
  arn: string,
  sessionName: string | undefined,
  members: Members<"sessionExpiration" | "policy">,
  sts: () => string,
): Role {
  const policy = members.text("policy");
  return {
    arn,
    sessionName: sessionName ?? DEFAULT_SESSION_NAME,
    durationS: durationOf(members.text("sessionExpiration"), members.place("sessionExpiration")),
    ...(policy === undefined ? {} : { policy }),
    sts: sts(),
  };
}

function durationOf(text: string | undefined, place: string): number {
  if (text === undefined) return DURATION_S.default;
  const seconds = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= DURATION_S.least && seconds <= DURATION_S.most) return seconds;
  throw new SettingError(`${place} is "${quote(text)}"; use ${DURATION_S.least} to ${DURATION_S.most} seconds`);
}
