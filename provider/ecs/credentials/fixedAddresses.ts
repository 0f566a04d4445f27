/** Where services are that no setting names. */

import type { OAuthSource } from ".";

export interface FixedAddresses {
  readonly metadata: string;
  readonly oauth: Readonly<Record<OAuthSource["site"], string>>;
}

/** Source: ECS user guide, instance metadata; the `aliyun` command line. */
export const FIXED_ADDRESSES: FixedAddresses = {
  metadata: "http://100.100.100.200",
  oauth: { CN: "https://oauth.aliyun.com", INTL: "https://oauth.alibabacloud.com" },
};
