/** Encryption in front of a server on loopback, for hosts that are reached through a proxy only. */

import { request as httpRequest } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";

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

/** Starts a server that decrypts, and passes every request on to another. */
export async function startTls(port: number): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer({ key: KEY, cert: CERTIFICATE }, (request, response) => {
    // Servers on loopback answer to names of this machine only.
    const headers = { ...request.headers, host: `127.0.0.1:${port}` };
    const onward = httpRequest({ port, path: request.url, method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port: own = 0 }: Partial<AddressInfo> = Object(server.address());
  return {
    port: own,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
