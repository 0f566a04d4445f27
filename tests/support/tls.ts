/** Encryption in front of a server on loopback, for hosts that are reached through a proxy only. */

import { request as httpRequest } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";

/** Signed by itself, for {@link HOSTS}, from 2020 to 2120. Its key is in this file: it protects nothing. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBgDCCASagAwIBAgIBATAKBggqhkjOPQQDAjAXMRUwEwYDVQQDDAxwcml2YXRl
LnRlc3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBcxFTATBgNV
BAMMDHByaXZhdGUudGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABA5zubEJ
kfqTpXxbHUURfWw6z8/N0OcQCROyd90GclbXpu76rGfJzZOkqnHW3l7W/tNHbUtB
6faJ+bz3aQ3qa+SjYTBfMC0GA1UdEQQmMCSCEGVjcy5wcml2YXRlLnRlc3SCEHN0
cy5wcml2YXRlLnRlc3QwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQUI3DPYU1E
tWb8EalTnW4P8LJ6f94wCgYIKoZIzj0EAwIDSAAwRQIhAOZEv9THSsO3UobLNdzC
SPDQhA94CCk7jGDvlGZJXZRCAiBbS9CwXO0TNTJlwom7MolWILNHy457X5zJUotc
mGDByw==
-----END CERTIFICATE-----
`;

/** The key of {@link CERTIFICATE}. */
export const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgiDyt06PbgKNaAELP
fxAvVOtTu7IZZpx9AUIbCWyYmcihRANCAAQOc7mxCZH6k6V8Wx1FEX1sOs/PzdDn
EAkTsnfdBnJW16bu+qxnyc2TpKpx1t5e1v7TR21LQen2ifm892kN6mvk
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
