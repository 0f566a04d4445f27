/** A certificate for servers on loopback, for hosts that are reached through a proxy only. */

/** Signed by itself, for {@link HOSTS} and this machine, from 2020 to 2120. Its key is in this file: it protects nothing. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBkTCCATegAwIBAgIBAjAKBggqhkjOPQQDAjAXMRUwEwYDVQQDDAxwcml2YXRl
LnRlc3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBcxFTATBgNV
BAMMDHByaXZhdGUudGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJHv31jP
EOEsO1PRQ0yTfoK398mpNSgdN1MZg44b+5gWxVWiWyDeWU4mpCOuDl5GjD8XZLvL
F2Ze1Cdt8qB3GR2jcjBwMD4GA1UdEQQ3MDWCEGVjcy5wcml2YXRlLnRlc3SCEHN0
cy5wcml2YXRlLnRlc3SCCWxvY2FsaG9zdIcEfwAAATAPBgNVHRMBAf8EBTADAQH/
MB0GA1UdDgQWBBTnfJJNatMGOnUUj3UQ62/kdBRGNjAKBggqhkjOPQQDAgNIADBF
AiAiGoXIEbq7TLGIKHA5/8c4oGLg2/MnTS1Oj90DRsC84QIhAMhwK4oY/dp3qEFT
NHQP06LiM98bGtmlRiEO2P7IHc08
-----END CERTIFICATE-----
`;

export const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgq8ogHu1tHBpIANby
lz8PsbE+rrPCPG6RMtsWNUdpI9ahRANCAASR799YzxDhLDtT0UNMk36Ct/fJqTUo
HTdTGYOOG/uYFsVVolsg3llOJqQjrg5eRow/F2S7yxdmXtQnbfKgdxkd
-----END PRIVATE KEY-----
`;

/** The hosts of the certificate. Nobody's name server knows them. */
export const HOSTS = { ecs: "ecs.private.test", sts: "sts.private.test" } as const;
