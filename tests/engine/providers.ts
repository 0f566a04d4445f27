// The providers of one operation: starting, greeting, configuring, calling and stopping the process behind each.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import type { Message } from "google-protobuf";
import { asValues, fill, isObject, read, reveal, type Values } from "./values";

/** One call as the recordings have it, its messages as JSON. */
export type RecordedCall = Readonly<{ call: string; request: Values; response?: Values; error?: string }>;

type Asked = { type: string; name: string; inputs: Record<string, unknown> };
/** Answers for a whole package in place of its provider: what a resource becomes. */
export type StandIn = (asked: Readonly<Asked>) => Readonly<{ id: string; outputs: Readonly<Record<string, unknown>> }>;

type Places = Readonly<{ programDir: string; engineAddress: string; env: NodeJS.ProcessEnv }>;
type Substitutes = Readonly<{ standIns: Readonly<Record<string, StandIn>>; plugins: Readonly<Record<string, string>> }>;
type Listeners = Readonly<{ onOutput: (line: string) => void; record: (call: RecordedCall) => void }>;
type Launch = Places & Substitutes & Listeners;

/** What this engine reads of answers. Which of it an answer has depends on the call. */
export type Answer = Readonly<Partial<Contents & Verdict>>;
type Contents = { id: string; properties: Values; inputs: Values; return: Values };
type Verdict = {
  changes: number;
  replacesList: string[];
  deletebeforereplace: boolean;
  failuresList: { property: string; reason: string }[];
};

const methods: grpc.ServiceDefinition = ResourceProviderService;
type Send = (name: string, request: Values) => Promise<Answer>;
/** The dynamic host does not serve these. */
const optional = ["handshake", "checkConfig", "diffConfig"];

/** The resource was made or changed, but not wholly: it stays in the state, with the reasons. */
export class PartiallyCreated extends Error {
  id = "";
  properties: Values = {};
  reasons: readonly string[] = [];
}

export type Provider = Awaited<ReturnType<typeof startProvider>>;

export async function startProvider(pkg: string, launch: Launch) {
  const standIn = launch.standIns[pkg];
  const { send, close }: { send: Send; close: () => unknown } = standIn
    ? { send: asking(standIn), close: () => undefined }
    : await startProcess(pkg, launch);
  const record = standIn ? () => undefined : launch.record;

  async function call(name: string, fields: Readonly<Record<string, unknown>>): Promise<Answer> {
    // Configuration travels with the envelopes of its secrets; the rest may do without them, and is bare.
    const request = name === "configure" ? asValues(fields) : reveal(fields);
    const about = { call: methodOf(name).path.replace("/pulumirpc.", ""), request };
    const answer = await send(name, request).catch((error: unknown): undefined => {
      record({ ...about, error: error instanceof Error ? error.message : String(error) });
      if (!optional.includes(name) || !isObject(error) || error.code !== grpc.status.UNIMPLEMENTED) throw error;
    });
    if (!answer) return {};
    record({ ...about, response: asValues(answer) });
    const problems = answer.failuresList?.map(({ property, reason }) => (property ? `${property}: ${reason}` : reason));
    if (problems?.length) throw new Error(problems.join("\n"));
    return answer;
  }

  async function configure(named: { id: string; urn: string; name: string; type: string }, args: Values) {
    const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
    const prefix = `${named.type.split(":").at(-1)}:config:`;
    const variables = Object.entries(reveal(args)).map(([key, value]) => [prefix + key, text(value)]);
    const accepts = { acceptsecrets: true, acceptresources: true, sendsOldInputs: true, sendsOldInputsToDelete: true };
    await call("configure", { ...named, args, variables: Object.fromEntries(variables), ...accepts });
  }

  const kill = () => void close();
  let stopped: Promise<void> | undefined;
  /** Ends the process, politely first. */
  const stop = () => (stopped ??= call("cancel", {}).then(kill, kill));

  const supports = { supportsViews: true, supportsRefreshBeforeUpdate: true, invokeWithPreview: true };
  await call("handshake", { engineAddress: launch.engineAddress, configureWithUrn: true, ...supports });
  await call("getPluginInfo", {});
  return { call, configure, stop };
}

async function startProcess(pkg: string, { programDir: cwd, plugins, env, ...launch }: Launch) {
  const folder = plugins[pkg];
  if (!folder && pkg !== "pulumi-nodejs") throw new Error(`package ${pkg} has no stand-in and no plugin folder`);
  const host = () => createRequire(join(cwd, "_")).resolve("@pulumi/pulumi/cmd/dynamic-provider");
  const [command, args] = folder ? [join(folder, `pulumi-resource-${pkg}`), []] : [process.execPath, [host()]];
  return await startHost(command, [...args, launch.engineAddress], { cwd, env }, launch.onOutput);
}

/** A call of the protocol by its name. */
function methodOf(name: string): grpc.MethodDefinition<Message, Message> {
  const method = methods[name];
  if (!method) throw new Error(`the protocol has no call ${name}`);
  return method;
}

export type HostProcess = Awaited<ReturnType<typeof startHost>>;
type Surroundings = Readonly<{ cwd?: string; env: NodeJS.ProcessEnv }>;
export type OnLine = (line: string, stream: "stdout" | "stderr") => void;

/** The process of a provider. The first line that it prints is its port; `onLine` gets all others. */
export async function startHost(command: string, args: readonly string[], surroundings: Surroundings, onLine: OnLine) {
  const child = spawn(command, args, { ...surroundings, stdio: ["ignore", "pipe", "pipe"] });
  createInterface(child.stderr).on("line", (line) => onLine(line, "stderr"));
  const stdout = createInterface(child.stdout);
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the provider ended at its start, with code ${code}`);
  });
  const [port] = await Promise.race([once(stdout, "line"), ended]);
  stdout.on("line", (line) => onLine(line, "stdout"));
  const { send, sendForStream, hangUp } = callsTo(Number(port));
  /** Kills it, unless it is given another signal. Resolves with its exit code. */
  const close = async (signal: NodeJS.Signals = "SIGKILL"): Promise<number | null> => {
    hangUp();
    child.kill(signal);
    await ended.catch(() => {});
    return child.exitCode;
  };
  return { send, sendForStream, ended: ended.catch(() => {}), close };
}

/** The calls to a provider that listens at a port. */
export function callsTo(port: number) {
  const pastProxies = { "grpc.enable_http_proxy": 0 };
  const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), pastProxies);
  const asked = (name: string, fields: object) => {
    const { path, requestSerialize, requestDeserialize, responseDeserialize } = methodOf(name);
    const request = fill(requestDeserialize(Buffer.alloc(0)), fields);
    return [path, requestSerialize, responseDeserialize, request] as const;
  };
  /** One call. Rejects with what came of it, if that was made partially. */
  const send = (name: string, fields: object) =>
    new Promise<ReturnType<typeof read>>((resolve, reject) => {
      client.makeUnaryRequest(...asked(name, fields), (error, answer) =>
        error || !answer ? reject(asError(error)) : resolve(read(answer)),
      );
    });
  /** All that one call streams. */
  const sendForStream = async (name: string, fields: object) =>
    (await client.makeServerStreamRequest(...asked(name, fields)).toArray()).map(read);
  const hangUp = () => client.close();
  return { send, sendForStream, hangUp };
}

/** What a failed call says. */
function asError(error: grpc.ServiceError | null): Error {
  const [details] = error?.metadata.get("grpc-status-details-bin") ?? [];
  for (const any of details instanceof Buffer ? Status.deserializeBinary(details).getDetailsList() : []) {
    const failed = any.unpack(ErrorResourceInitFailed.deserializeBinary, "pulumirpc.ErrorResourceInitFailed");
    const reasons = failed?.getReasonsList() ?? [];
    const told = [`${reasons.length} error${reasons.length === 1 ? "" : "s"} occurred:`, ...reasons].join("\n\t* ");
    if (failed) return Object.assign(new PartiallyCreated(told), read(failed), { reasons });
  }
  return Object.assign(new Error(error?.details ?? "the provider gave no answer"), { code: error?.code });
}

/** A stand-in is asked to make resources; else, all is as it was given. */
function asking(standIn: StandIn): Send {
  return async (call, { type, name = "", id = "", news, properties }) => {
    const inputs = asValues(news ?? properties);
    if (call !== "create" && call !== "update") return { id: String(id), properties: inputs, ...(news && { inputs }) };
    const made = standIn({ type: String(type), name: String(name), inputs });
    return { id: made.id, properties: asValues(made.outputs) };
  };
}
