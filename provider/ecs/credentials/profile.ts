/** Converts a profile to a source of credentials, by its mode (JSON) or its type (INI). */

import type { CredentialsSource, ProfileSource } from ".";
import { SourceFailure } from "./sourceFailure";
import { readProfileFile } from "./profileFile";
import { type Kinds, ProfileReader } from "./profileReader";

/**
 * Reads the profile that a source names.
 *
 * @throws {SourceFailure} if the profile does not exist or is incomplete. The message names members, and quotes no value.
 */
export function readProfile(source: ProfileSource): CredentialsSource {
  const file = readProfileFile(source.file);
  const name = source.name ?? file.current;
  if (!file.profiles.has(name)) {
    const isDefault = file.format === "JSON" && source.name === undefined && name === "default";
    throw new SourceFailure(isDefault ? "it has no current profile" : "there is no profile of that name in it");
  }
  const profile = new ProfileReader(source, file, [name]);
  return file.format === "JSON" ? profile.as("mode", MODES) : profile.as("type", TYPES);
}

/** The modes of the `aliyun` command line. Source: its documentation, `aliyun configure`. */
const MODES: Kinds = {
  AK: (profile) => profile.keys(),
  StsToken: (profile) => profile.keys(profile.need("sts_token")),
  RamRoleArn: (profile) => ({
    kind: "assumedRole",
    base: profile.keys(profile.text("sts_token")),
    role: profile.role(),
  }),
  EcsRamRole: (profile) => profile.ecsRole("ram_role_name"),
  RamRoleArnWithRoleName: (profile) => ({
    kind: "assumedRole",
    base: profile.ecsRole("ram_role_name"),
    role: profile.role(),
  }),
  OIDC: (profile) => ({
    kind: "oidc",
    role: profile.role(),
    providerArn: profile.need("oidc_provider_arn"),
    token: { file: profile.need("oidc_token_file") },
  }),
  ChainableRamRoleArn: (profile) => ({
    kind: "assumedRole",
    base: profile.other("source_profile").as("mode", MODES),
    role: profile.role(),
  }),
  CredentialsURI: (profile) => ({ kind: "uri", uri: profile.need("credentials_uri") }),
  External: (profile) => ({ kind: "process", command: profile.need("process_command") }),
  CloudSSO: (profile) => ({
    kind: "cloudSso",
    signInUrl: profile.onPublicCloud("CloudSSO", profile.text("cloud_sso_sign_in_url")).need("cloud_sso_sign_in_url"),
    accountId: profile.need("cloud_sso_account_id"),
    accessConfig: profile.need("cloud_sso_access_config"),
    accessToken: profile.need("access_token"),
    accessTokenExpire: profile.number("cloud_sso_access_token_expire") ?? 0,
  }),
  OAuth: (profile) => profile.onPublicCloud("OAuth").oauth(),
};

/** The types of the INI format. Source: the credentials guide of Alibaba Cloud's SDKs. */
const TYPES: Kinds = {
  access_key: (profile) => profile.keys(),
  ecs_ram_role: (profile) => profile.ecsRole("role_name"),
  ram_role_arn: (profile) => ({
    kind: "assumedRole",
    base: profile.keys(),
    role: profile.role({ arn: "role_arn", sessionName: "role_session_name" }),
  }),
};
