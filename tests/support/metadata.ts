/** The metadata server of an ECS instance, on loopback, in both its versions. Source: ECS user guide, instance metadata. */

import { answering, type Handler, json, type RawRequest, startRawServer } from "./rawServer";

export interface Metadata {
  readonly endpoint: string;
  /** As in `PUT /latest/api/token`. */
  readonly asked: readonly string[];
  /** Answers the next requests instead, until it is set back. */
  answer(handler: Handler | undefined): void;
  close(): Promise<void>;
}

const PATH = "/latest/meta-data/ram/security-credentials/";

/**
 * Starts one for an instance with one role.
 *
 * @param version 1 knows no tokens, 2 wants one with each request.
 */
export async function startMetadata(roleName: string, version: 1 | 2 = 2): Promise<Metadata> {
  const asked: string[] = [];
  let instead: Handler | undefined;
  let given = 0;

  const serve = (request: RawRequest): Handler => {
    const { method, url, headers } = request;
    asked.push(`${method} ${url}`);
    if (instead !== undefined) return instead;
    if (url === "/latest/api/token") {
      const ttl = Number(headers["x-aliyun-ecs-metadata-token-ttl-seconds"]);
      if (version === 1 || method !== "PUT") return answering(404, "");
      return ttl > 0 ? answering(200, "metadata-token") : answering(400, "");
    }
    const token = headers["x-aliyun-ecs-metadata-token"];
    if (token === undefined ? version === 2 : token !== "metadata-token") return answering(403, "");
    if (url === PATH) return answering(200, roleName);
    if (url !== `${PATH}${roleName}`) return answering(404, "");
    given += 1;
    return json(200, {
      Code: "Success",
      AccessKeyId: `STS.ecs-${given}`,
      AccessKeySecret: `ecs-secret-${given}`,
      SecurityToken: `ecs-token-${given}`,
      Expiration: new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+/, ""),
    });
  };

  const server = await startRawServer((request, response) => serve(request)(request, response));
  return {
    endpoint: server.endpoint,
    asked,
    answer: (handler) => {
      instead = handler;
    },
    close: () => server.close(),
  };
}
