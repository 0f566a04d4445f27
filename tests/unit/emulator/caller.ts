/** A signed caller and a raw one, for the emulator's own tests. */
import { randomUUID } from "node:crypto";
import { type IncomingHttpHeaders, request } from "node:http";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../../emulator";
import { signV2 } from "../../../emulator/authentication";
import { actions, serviceOf } from "../../../emulator/errorTable";
import { opener } from "../../support/opened";

const open = opener();

/** Two classic instances and two VPCs unless the options say otherwise; closed after the test. */
export async function start(options: EmulatorOptions = {}): Promise<Emulator> {
  const instances = ["i-1", "i-2"].map((instanceId) => ({ instanceId }));
  const vpcs = ["vpc-1", "vpc-2"].map((vpcId) => ({ vpcId }));
  return await open(startEmulator({ instances, vpcs, ...options }));
}

/** An emulator whose clock the test moves. Calls with `stamp()` are of that time. */
export async function startClocked(options: EmulatorOptions = {}, now = Date.now()) {
  const clock = { now };
  const emulator = await start({ ...options, now: () => clock.now });
  return { clock, emulator, stamp: () => ({ Timestamp: utc(clock.now) }) };
}

/** A time as requests have it. */
export const utc = (ms: number) => new Date(ms).toISOString().replace(/\.\d+/, "");

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON, if it is that. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

export function send(
  emulator: Emulator,
  { method = "GET", path = "/", headers = {}, body }: RawRequest,
): Promise<RawAnswer> {
  const { port } = new URL(emulator.endpoint);
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, method, path, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", reject);
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: parse(text) });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

function parse(text: string): RawAnswer["body"] {
  try {
    return JSON.parse(text);
  } catch {
    return {}; // It may be XML, and some faults break the JSON.
  }
}

export const FORM = { "content-type": "application/x-www-form-urlencoded" };

export type Given = Record<string, string | undefined>;

/** The parameters of a call with everything that a signature needs; `undefined` leaves one out. */
export function signed(method: string, action: string, given: Given = {}, secret = "testsecret"): URLSearchParams {
  const known = actions.find((one) => one === action);
  const all: Given = {
    Action: action,
    Version: known === undefined ? "2014-05-26" : serviceOf(known).version,
    Format: "JSON",
    AccessKeyId: "testid",
    SignatureMethod: "HMAC-SHA1",
    SignatureVersion: "1.0",
    SignatureNonce: randomUUID(),
    Timestamp: utc(Date.now()),
    RegionId: "cn-hangzhou",
    ...given,
  };
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(all)) if (value !== undefined) params.append(name, value);
  if (!("Signature" in given)) params.append("Signature", signV2(method, new Map(params), secret));
  return params;
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

/** The code of a refusal, else "ok". */
export const codeOf = ({ body }: RawAnswer) => String(body.Code ?? "ok");

/** What a Describe answer lists, as `instance>vpc`. */
export function listed({ body }: RawAnswer): string[] {
  if (!body.Links) throw new Error(`not a Describe answer: ${JSON.stringify(body)}`);
  const { Link }: { Link: readonly { InstanceId: string; VpcId: string }[] } = Object(body.Links);
  return Link.map(({ InstanceId, VpcId }) => `${InstanceId}>${VpcId}`);
}
