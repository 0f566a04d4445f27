/** Chooses the source of credentials from the settings, in the order of `@pulumi/alicloud`. */

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
  type Sts,
} from "../ecs/credentials";
import { quote } from "../quote";
import { privatePlace } from "./endpoints";
import { type Found, type Lookup, SettingError, toObject } from "./lookup";
import { ObjectSetting } from "./objectSetting";
import { scopeOf } from "./scope";
import {
  ASSUME_ROLE_MEMBERS,
  CREDENTIAL_SOURCES,
  type Family,
  isConfigKey,
  isOrganizationKey,
  OIDC_MEMBERS,
  SDK_VARIABLES,
} from "./places";

/**
 * Chooses a source.
 *
 * A source under `classiclink:` decides the account. Then sources and roles under a vendor's names are not used. Otherwise,
 * {@link Lookup} decides which vendor's names are read.
 *
 * @param sts returns where a role is assumed. Called only for sources that need it.
 * @throws {SettingError} if a setting is wrong, or half of a key pair is missing.
 */
export function chooseSource(lookup: Lookup, sts: () => Sts): CredentialsSource {
  const isOwn = CREDENTIAL_SOURCES.some((name) => lookup.find(name, "classiclink") !== undefined);
  const only = isOwn ? "classiclink" : undefined;
  const base = chooseBase(lookup, only, sts);
  const assumeRole = lookup.find("assumeRole", only);
  const members = assumeRole && membersOfRole(lookup, assumeRole);
  if (members === undefined) return base;
  const role = roleOf(members.need("roleArn"), members.text("sessionName"), members, sts);
  const externalId = members.text("externalId");
  return { kind: "assumedRole", base, role: externalId === undefined ? role : { ...role, externalId } };
}

/** The members of `assumeRole`. Undefined if the ARN is empty, which in Terraform means no role. */
function membersOfRole(lookup: Lookup, found: Found): ObjectSetting<keyof typeof ASSUME_ROLE_MEMBERS> | undefined {
  // The provider of Apsara Stack has a setting for the ARN alone.
  const isArn = /roleArn$|_ARN$/.test(found.key);
  const values = isArn ? { roleArn: found.value } : toObject(found);
  const members = new ObjectSetting(isArn ? "assumeRole" : found.place, values, ASSUME_ROLE_MEMBERS, lookup);
  return values.roleArn === "" && members.text("roleArn") === undefined ? undefined : members;
}

function chooseBase(lookup: Lookup, only: Family | undefined, sts: () => Sts): CredentialsSource {
  const keys = keyPair(lookup, only);
  if (keys !== undefined) return { kind: "keys", credentials: keys };
  const profile = lookup.find("profile", only);
  // The file of a named profile may be in a place of another family.
  const file = lookup.find("sharedCredentialsFile", profile === undefined ? only : undefined);
  if (profile !== undefined) return profileSource(lookup, sts, profileFile(file, profile), profile.value);
  const uri = lookup.find("credentialsUri", only);
  if (uri !== undefined) return { kind: "uri", uri: uri.value };
  const ecsRoleName = lookup.find("ecsRoleName", only);
  if (ecsRoleName !== undefined) return ecsRole(lookup, ecsRoleName.value);
  const oidc = lookup.find("assumeRoleWithOidc", only);
  if (oidc !== undefined) return oidcSource(new ObjectSetting(oidc.place, toObject(oidc), OIDC_MEMBERS, lookup), sts);
  if (file !== undefined) return profileSource(lookup, sts, profileFile(file));
  return ambientSource(lookup, sts);
}

/** Key, secret and token must have names of one family. Otherwise they may belong to different keys. */
function keyPair(lookup: Lookup, only: Family | undefined): Credentials | undefined {
  const accessKey = lookup.find("accessKey", only);
  // The secret of an organization's key does not belong to a user's key.
  const isOrganizations = accessKey !== undefined && isOrganizationKey(accessKey.key);
  const secretKey = lookup.find("secretKey", only, (place) => isOrganizationKey(place) === isOrganizations);
  if (accessKey === undefined && secretKey === undefined) return undefined;
  if (accessKey === undefined || secretKey === undefined) {
    const [missing, found] =
      accessKey === undefined ? (["accessKey", secretKey] as const) : (["secretKey", accessKey] as const);
    const places = lookup.placesOf(missing, found?.family);
    throw new SettingError(`${missing} is missing, while ${found?.place} is set; checked ${places}; set one of them`);
  }
  const credentials = { accessKeyId: accessKey.value, accessKeySecret: secretKey.value };
  const token = lookup.find("securityToken", accessKey.family);
  // A configured key ignores a token in the environment.
  const belongs = token !== undefined && isConfigKey(token.key) === isConfigKey(accessKey.key);
  return belongs ? { ...credentials, securityToken: token.value } : credentials;
}

/** The file of the `aliyun` command line. */
const CLI_FILE = "~/.aliyun/config.json";

/** The file of the provider of Apsara Stack, in the same format. */
const STACK_FILE = "~/.alibabacloudstack/config.json";

/** The file of Alibaba Cloud's SDKs. */
const SDK_FILE = "~/.alibabacloud/credentials";

/** The file that has the profile. @param profile the setting that names the profile, if one does. */
export function profileFile(file: Found | undefined, profile?: Found): string {
  return expanded(file?.value ?? (profile?.family === "alibabacloudstack" ? STACK_FILE : CLI_FILE));
}

/** Replaces `~` at the start of a path by the home folder. */
function expanded(file: string): string {
  return /^~[/\\]/.test(file) ? join(homedir(), file.slice(1)) : file;
}

function profileSource(lookup: Lookup, sts: () => Sts, file: string, name?: string): ProfileSource {
  const regionId = lookup.find("region")?.value;
  const address = addressOf(sts);
  return {
    kind: "profile",
    file,
    ...(name === undefined ? {} : { name }),
    ...(address === undefined ? {} : { sts: address }),
    ...(privatePlace(lookup) === undefined
      ? {}
      : { privateCloud: { ...(regionId === undefined ? {} : { regionId }), scope: scopeOf(lookup) } }),
    ...metadataUse(lookup),
  };
}

/** Whether the metadata server may be called, and how. */
function metadataUse(lookup: Lookup): Pick<EcsRoleSource, "tokenOnly" | "metadataOff"> {
  const isOff = lookup.isOn(SDK_VARIABLES.noMetadata);
  return { tokenOnly: lookup.isOn(SDK_VARIABLES.noMetadataV1), ...(isOff ? { metadataOff: true } : {}) };
}

/** The address of STS. Undefined if no setting has it: most sources do not need it. */
function addressOf(sts: () => Sts): Sts | undefined {
  try {
    return sts();
  } catch (error) {
    if (error instanceof SettingError) return undefined;
    throw error;
  }
}

function ecsRole(lookup: Lookup, roleName?: string): EcsRoleSource {
  return { kind: "ecsRole", ...(roleName === undefined ? {} : { roleName }), ...metadataUse(lookup) };
}

function ambientSource(lookup: Lookup, sts: () => Sts): AmbientSource {
  const unless = (variable: string, candidate: Candidate): Candidate =>
    lookup.isOn(variable) ? { name: candidate.name, absent: `${variable} is true` } : candidate;
  const fileOf = (file: string) => ({ name: file, source: profileSource(lookup, sts, expanded(file)) });
  // The files of the public cloud have keys for the public cloud.
  const files =
    lookup.vendor === "alibabacloudstack"
      ? [fileOf(STACK_FILE)]
      : [oidcCandidate(lookup, sts), unless(SDK_VARIABLES.noCliProfile, fileOf(CLI_FILE)), fileOf(SDK_FILE)];
  const candidates = [
    ...files,
    unless(SDK_VARIABLES.noMetadata, {
      name: "the RAM role of this ECS instance",
      source: ecsRole(lookup),
      guess: true,
    }),
  ];
  return { kind: "ambient", candidates, checked: checkedPlaces(lookup) };
}

/** The places of the keys, for an error. The places of all sources would make it too long. */
function checkedPlaces(lookup: Lookup): string {
  const families = [lookup.vendor ?? (["alicloud", "alibabacloudstack"] as const)].flat();
  const keys = ["classiclink", ...families].filter((family) => lookup.nameOf(`${family}:accessKey`) !== undefined);
  const variables = {
    alicloud: "ALICLOUD_ACCESS_KEY",
    alibabacloudstack: "ALIBABACLOUDSTACK_ACCESS_KEY",
    classiclink: "",
  };
  const examples = families.map((family) => variables[family]).join(", ");
  const where = [...keys.map((family) => `under ${family}:`), `in the environment, as ${examples} and so on`];
  return `${CREDENTIAL_SOURCES.join(", ")}: ${where.join(", ")}`;
}

/** The OIDC variables, which ACK sets in its pods. */
function oidcCandidate(lookup: Lookup, sts: () => Sts): Candidate {
  const name = "the OIDC variables";
  const needed = [OIDC_MEMBERS.roleArn, OIDC_MEMBERS.oidcProviderArn, OIDC_MEMBERS.oidcTokenFile];
  const missing = needed.find((variables) => lookup.variable(variables) === undefined);
  if (missing !== undefined) return { name, absent: `${missing.join(", ")} is not set` };
  // ACK is a product of the public cloud, so the default address of STS is wrong for a private one.
  if (privatePlace(lookup) !== undefined && addressOf(sts) === undefined)
    return { name, absent: "stsEndpoint is not set" };
  return { name, source: oidcSource(new ObjectSetting(name, {}, OIDC_MEMBERS, lookup), sts) };
}

function oidcSource(members: ObjectSetting<keyof typeof OIDC_MEMBERS>, sts: () => Sts): OidcSource {
  return {
    kind: "oidc",
    role: roleOf(members.need("roleArn"), members.text("roleSessionName"), members, sts),
    providerArn: members.need("oidcProviderArn"),
    token: tokenOf(members),
  };
}

/** The token or its file. A value in the object wins over the environment. */
function tokenOf(members: ObjectSetting<keyof typeof OIDC_MEMBERS>): OidcSource["token"] {
  const file = members.own("oidcTokenFile");
  const text = members.own("oidcToken") ?? (file === undefined ? members.text("oidcToken") : undefined);
  return text === undefined ? { file: expanded(members.need("oidcTokenFile")) } : { text };
}

function roleOf(
  arn: string,
  sessionName: string | undefined,
  members: ObjectSetting<"sessionExpiration" | "policy">,
  sts: () => Sts,
): Role {
  const policy = members.text("policy");
  return {
    arn,
    sessionName: sessionName ?? DEFAULT_SESSION_NAME,
    durationS: durationOf(members.find("sessionExpiration")),
    ...(policy === undefined ? {} : { policy }),
    ...sts(),
  };
}

function durationOf(found: Pick<Found, "value" | "place"> | undefined): number {
  if (found === undefined) return DURATION_S.default;
  const { value, place } = found;
  const seconds = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (seconds >= DURATION_S.least && seconds <= DURATION_S.most) return seconds;
  throw new SettingError(`${place} is "${quote(value)}"; use ${DURATION_S.least} to ${DURATION_S.most} seconds`);
}
