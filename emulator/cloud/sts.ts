/** The operations of STS: temporary keys for a role, and the identity of a key. Source: STS API reference. */
import type { ActionOf } from "../api/errorTable";
import { ACCOUNT_ID, type Keys } from "../api/keys";
import type { Operation } from "./call";
import { Refusal, required, type Fields, wholeNumber } from "../api/messages";

/** The STS operations. Each key may assume each role. */
export function createStsOperations(keys: Keys): Readonly<Record<ActionOf<"sts">, Operation>> {
  return {
    AssumeRole({ params, key }): Fields {
      const roleArn = required(params, "RoleArn");
      const session = required(params, "RoleSessionName");
      const [, account, role] = /^acs:ram::(\d{5,20}):role\/([\w.-]{1,64})$/.exec(roleArn) ?? [];
      if (!account || !role) throw new Refusal("InvalidParameter.RoleArn", 400, "RoleArn is not the ARN of a role.");
      if (!/^[\w.@-]{2,64}$/.test(session)) {
        throw new Refusal(
          "InvalidParameter.RoleSessionName",
          400,
          "RoleSessionName has characters that it may not have.",
        );
      }
      const seconds = wholeNumber(params, "DurationSeconds", 3600, 43_200);
      if (seconds < 900) throw new Refusal("InvalidParameter.DurationSeconds", 400, "The minimum is 900 seconds.");
      const arn = `acs:ram::${account}:assumed-role/${role}/${session}`;
      const issued = keys.issue(arn, key.organizationId, seconds);
      return {
        AssumedRoleUser: { Arn: arn, AssumedRoleId: `300000000000000001:${session}` },
        Credentials: {
          AccessKeyId: issued.accessKeyId,
          AccessKeySecret: issued.accessKeySecret,
          SecurityToken: issued.securityToken ?? "",
          Expiration: new Date(issued.expiresAt).toISOString().replace(/\.\d+/, ""),
        },
      };
    },

    GetCallerIdentity: ({ key }) => ({
      AccountId: /^acs:ram::(\d+)/.exec(key.arn)?.[1] ?? ACCOUNT_ID,
      Arn: key.arn,
      IdentityType: key.arn.includes(":assumed-role/") ? "AssumedRoleUser" : "RAMUser",
      PrincipalId: "200000000000000001",
    }),
  };
}
