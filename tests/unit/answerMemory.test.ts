/** What a process remembers of answers without end: next to nothing, however many come at a time. */
import { execFile } from "node:child_process";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "@jest/globals";
import { type Listening, listen } from "../support/loopback";

const AT_A_TIME = 10;

const servers: Listening[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** Serves every connection in the same way, in this process, whose memory is not looked at. */
async function serve(speak: (socket: Socket) => void): Promise<string> {
  const server = await listen(
    createServer((socket) => {
      socket.on("error", () => {}).once("data", () => speak(socket));
    }),
  );
  servers.push(server);
  return `http://127.0.0.1:${server.port}`;
}

/** Makes calls in a process of their own, and says how much memory it has had at its peak, in MB. */
async function peakOf(endpoint: string): Promise<number> {
  const client = join(__dirname, "..", "..", "dist", "provider", "ecs", "popCoreClient.js");
  const script = `
    const { createPopCoreClient } = require(${JSON.stringify(client)});
    const credentials = { getCredentials: async () => ({ accessKeyId: "id", accessKeySecret: "secret" }) };
    const { attach } = createPopCoreClient({ endpointOf: () => ${JSON.stringify(endpoint)}, credentials });
    const link = { regionId: "cn-a", instanceId: "i-a", vpcId: "vpc-b" };
    let peak = 0;
    const look = () => { peak = Math.max(peak, process.memoryUsage.rss()); };
    setInterval(look, 2);
    Promise.allSettled(Array.from({ length: ${AT_A_TIME} }, () => attach(link))).then(() => {
      look();
      console.log(peak);
      process.exit();
    });`;
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", script]);
  return Number(stdout) / 1024 / 1024;
}

test(`${AT_A_TIME} answers of 100 MB, or small ones that unpack to as much, take no more memory than short ones`, async () => {
  const answer = '{"RequestId":"R-1"}';
  const short = await peakOf(await serve((socket) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${answer}`)));

  const chunk = Buffer.alloc(1024 * 1024, " ");
  const long = await peakOf(
    await serve((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      let left = 100;
      const more = () => {
        while (left > 0 && !socket.destroyed) {
          left -= 1;
          if (!socket.write(chunk)) return;
        }
        socket.end(answer);
      };
      socket.on("drain", more);
      more();
    }),
  );

  const packed = gzipSync(Buffer.concat([Buffer.alloc(100 * 1024 * 1024, " "), Buffer.from(answer)]));
  const bomb = await peakOf(
    await serve((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n");
      socket.end(packed);
    }),
  );
  // Ten megabytes for each call is far more than is kept, and far less than what was sent.
  expect({ long: long - short < AT_A_TIME * 10, bomb: bomb - short < AT_A_TIME * 10 }).toEqual({
    long: true,
    bomb: true,
  });
});
