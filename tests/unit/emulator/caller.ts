/** A signed caller and a raw one, for the emulator's own tests. */
import { randomUUID } from "node:crypto";
import { type IncomingHttpHeaders, request } from "node:http";
import { afterEach } from "@jest/globals";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../../emulator";
import { signV2 } from "../../../emulator/authentication";

const running: Emulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
});

/** Two classic instances and two VPCs unless told otherwise; closed after the test. */
export async function start(options: EmulatorOptions = {}): Promise<Emulator> {
  const instances = ["i-1", "i-2"].map((instanceId) => ({ instanceId }));
  const vpcs = ["vpc-1", "vpc-2"].map((vpcId) => ({ vpcId }));
  const emulator = await startEmulator({ instances, vpcs, ...options });
  running.push(emulator);
  return emulator;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON, if it is that. */
  readonly body: Body;
}

/** The fields of every answer that the tests look at. */
export interface Body {
  readonly RequestId?: string;
  readonly Code?: string;
  readonly Message?: string;
  readonly Recommend?: string;
  readonly TotalCount?: number;
  readonly Links?: { readonly Link: readonly { readonly InstanceId: string; readonly VpcId: string }[] };
}

export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  readonly signal?: AbortSignal;
}

export function send(
  emulator: Emulator,
  { method = "GET", path = "/", headers = {}, body, signal }: RawRequest,
): Promise<RawAnswer> {
  const { port } = new URL(emulator.endpoint);
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, method, path, headers, agent: false, signal }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", reject);
      response.on("end", () => {
        const json = response.headers["content-type"]?.includes("json") ?? false;
        const body = json ? parse(text) : {};
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

function parse(text: string): Body {
  try {
    return JSON.parse(text);
  } catch {
    return {}; // Some faults are about just that.
  }
}

export type Given = Record<string, string | undefined>;

/** The parameters of a call with everything that a signature needs; `undefined` leaves one out. */
export function signed(method: string, action: string, given: Given = {}, secret = "testsecret"): URLSearchParams {
  const all: Given = {
    Action: action,
    Version: "2014-05-26",
    Format: "JSON",
    AccessKeyId: "testid",
    SignatureMethod: "HMAC-SHA1",
    SignatureVersion: "1.0",
    SignatureNonce: randomUUID(),
    Timestamp: new Date().toISOString().replace(/\.\d+/, ""),
    RegionId: "cn-hangzhou",
    ...given,
  };
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(all)) if (value !== undefined) params.append(name, value);
  if (!("Signature" in given)) params.append("Signature", signV2(method, new Map(params), secret));
  return params;
}

const VERSIONS: Readonly<Record<string, string>> = { vpc: "2016-04-28", sts: "2015-04-01" };

/** A signed POST of an operation of the VPC service or of STS. */
export async function callService(emulator: Emulator, service: "vpc" | "sts", action: string, given: Given = {}) {
  const query = signed("POST", action, { Version: VERSIONS[service], ...given });
  const { status, text } = await send(emulator, { method: "POST", path: `/?${query}` });
  const body: Readonly<Record<string, unknown>> = JSON.parse(text);
  return { status, body };
}

/** A signed GET that asks for JSON. */
export function call(emulator: Emulator, action: string, given: Given = {}, secret?: string): Promise<RawAnswer> {
  return send(emulator, { path: `/?${signed("GET", action, given, secret)}` });
}

export const attach = (emulator: Emulator, instanceId: string, vpcId: string, more: Given = {}) =>
  call(emulator, "AttachClassicLinkVpc", { InstanceId: instanceId, VpcId: vpcId, ...more });
export const detach = (emulator: Emulator, instanceId: string, vpcId: string, more: Given = {}) =>
  call(emulator, "DetachClassicLinkVpc", { InstanceId: instanceId, VpcId: vpcId, ...more });
export const list = (emulator: Emulator, given: Given) => call(emulator, "DescribeClassicLinkInstances", given);

/** What a Describe answer lists, as `instance>vpc`. */
export function listed({ body }: RawAnswer): string[] {
  if (!body.Links) throw new Error(`not a Describe answer: ${JSON.stringify(body)}`);
  return body.Links.Link.map((link) => `${link.InstanceId}>${link.VpcId}`);
}

/** Goes on describing until the journal shows that outcome of that action. */
export async function noted(emulator: Emulator, outcome: string, action: string): Promise<void> {
  for (let round = 0; round < 1000; round++) {
    if (emulator.calls().some((call) => call.outcome === outcome && call.action === action)) return;
    await list(emulator, { VpcId: "vpc-1" });
  }
  throw new Error(`no ${action} with outcome ${outcome} in the journal`);
}
