// Runs every recorded scenario and holds this engine's calls against the recorded ones, message by message.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { version as installed } from "@pulumi/pulumi/package.json";
import { openFixture, removeFixtures, setWorld } from "./fixture/stack";
import type { RecordedCall, Result, Stack } from "./index";

interface Scenario {
  readonly name: string;
  readonly run: (stack: Stack) => Promise<Result>;
  /** What has happened behind Pulumi's back before it. */
  readonly links?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

const moved = { CL_WEB_VPC: "vpc-2" };
const scenarios: readonly Scenario[] = [
  { name: "1-preview", run: (stack) => stack.preview(), links: {} },
  { name: "2-up", run: (stack) => stack.up() },
  { name: "3-unchanged", run: (stack) => stack.up() },
  { name: "4-refresh-drift", run: (stack) => stack.refresh(), links: { "i-db": "vpc-9", "i-cache": "vpc-1" } },
  { name: "5-heal", run: (stack) => stack.up() },
  {
    name: "6-up-with-refresh",
    run: (stack) => stack.up({ refresh: true }),
    links: { "i-web": "vpc-1", "i-cache": "vpc-1" },
  },
  { name: "7-preview-replace", run: (stack) => stack.preview(), env: moved },
  { name: "8-replace", run: (stack) => stack.up(), env: moved },
  { name: "10-destroy", run: (stack) => stack.destroy(), env: moved },
];

const every = scenarios.map(({ name }) => name);
const withProgram = every.filter((name) => name !== "4-refresh-drift" && name !== "10-destroy");

/** Every difference that is left, and why it stays. One that no longer occurs has to leave the table. */
const explained: readonly { readonly difference: string; readonly in: readonly string[]; readonly why: string }[] = [
  {
    difference: "ResourceProvider/GetPluginInfo response.version",
    in: installed === "3.270.0" ? [] : every,
    why: "the dynamic host answers with the version of the installed @pulumi/pulumi; the recordings have 3.270.0",
  },
  {
    difference: "ResourceProvider/Handshake request.acceptsbytestring",
    in: every,
    why: "a field of a newer protocol than that of the oldest @pulumi/pulumi that this package is tested with",
  },
  {
    difference: "not called here: ResourceMonitor/GetDeploymentInfo",
    in: withProgram,
    why: "SDKs of before that call ask SupportsFeature, feature by feature",
  },
  {
    difference: "called only here: ResourceMonitor/SupportsFeature",
    in: withProgram,
    why: "the other half of the above",
  },
  {
    difference: "called only here: ResourceProvider/Configure",
    in: ["6-up-with-refresh"],
    why: "both start a second host for CheckConfig and DiffConfig; Pulumi then works on with the first, this engine with the second",
  },
];

interface Call {
  readonly method: string;
  /** The service and the resource: calls of one sequence start one after the other, in both engines. */
  readonly sequence: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly response: Readonly<Record<string, unknown>>;
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const changes = ["DIFF_UNKNOWN", "DIFF_NONE", "DIFF_SOME"];

/** Both sides in one spelling: names without case and "List", no empty fields, every provider's own id as "<id>". */
function normal(fields: object | undefined): Record<string, unknown> {
  const text = JSON.stringify(fields ?? {}).replace(uuid, (id) => (id === unknown ? id : "<id>"));
  const entries = Object.entries(JSON.parse(text)).map(([name, value]): [string, unknown] => {
    const short = name.replace(/List$/, "").toLowerCase();
    return [short, short === "changes" && typeof value === "number" ? changes[value] : value];
  });
  const empty = (value: unknown) => !value || (typeof value === "object" && Object.keys(value).length === 0);
  return Object.fromEntries(entries.filter(([, value]) => !empty(value)));
}

/** What the recordings leave out, because it differs from run to run. */
const cut = ["engineaddress", "randomseed"];

function asCall({ call, request, response, error }: RecordedCall): Call {
  const reason = error?.replace(/^rpc error: code = \w+ desc = /, "");
  const resource = String(request.urn ?? request.name ?? "")
    .split("::")
    .at(-1);
  // What a program sends is the SDK's doing; what this engine answers, and the outputs it is given, are compared.
  const compares = call.startsWith("ResourceProvider/") || call.endsWith("/RegisterResourceOutputs");
  const asked = Object.entries(compares ? normal(request) : {}).filter(([name]) => !cut.includes(name));
  return {
    method: call,
    sequence: `${call.split("/")[0]} ${resource}`,
    request: Object.fromEntries(asked),
    response: normal(reason ? { error: reason } : response),
  };
}

function recording(name: string): Call[] {
  const text = readFileSync(join(__dirname, "transcripts", "dynamic", `${name}.jsonl`), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => asCall(JSON.parse(line)));
}

/** Pairs the calls of two sequences of methods, in order; what has no partner stands alone. */
function pair(recorded: readonly Call[], here: readonly Call[]): (readonly [Call | undefined, Call | undefined])[] {
  const [first, ...others] = recorded;
  if (!first) return here.map((call) => [undefined, call] as const);
  const at = here.findIndex((call) => call.method === first.method);
  if (at < 0) return [[first, undefined], ...pair(others, here)];
  const before = here.slice(0, at).map((call) => [undefined, call] as const);
  return [...before, [first, here[at]], ...pair(others, here.slice(at + 1))];
}

function differences(recorded: readonly Call[], here: readonly Call[]): string[] {
  const sequences = new Set([...recorded, ...here].map((call) => call.sequence));
  return [...sequences].flatMap((sequence) => {
    const of = (calls: readonly Call[]) => calls.filter((call) => call.sequence === sequence);
    return pair(of(recorded), of(here)).flatMap(([theirs, ours]) => {
      const method = (theirs ?? ours)?.method ?? "";
      if (!theirs || !ours) return [`${theirs ? "not called here" : "called only here"}: ${method}`];
      return (["request", "response"] as const).flatMap((side) => {
        const names = [...new Set([...Object.keys(theirs[side]), ...Object.keys(ours[side])])];
        const differ = names.filter(
          (name) => JSON.stringify(sorted(theirs[side][name])) !== JSON.stringify(sorted(ours[side][name])),
        );
        return differ.map((name) => `${method} ${side}.${name}`);
      });
    });
  });
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sorted(v)]),
  );
}

afterAll(removeFixtures);

describe("the recorded scenarios, one after the other on one stack", () => {
  const results = new Map<string, { result: Result; calls: Call[] }>();

  beforeAll(async () => {
    const fixture = openFixture("dynamic");
    for (const { name, run, links, env } of scenarios) {
      if (links) setWorld(fixture, { links });
      const calls: Call[] = [];
      const recordCalls = (call: RecordedCall) => {
        if (!call.call.startsWith("Engine/")) calls.push(asCall(call));
      };
      const stack = fixture.open({ env, recordCalls });
      results.set(name, { result: await run(stack), calls });
    }
  });

  test.each(every)("%s makes the recorded calls", (name) => {
    const { result, calls } = results.get(name) ?? { result: undefined, calls: [] };
    expect(result?.output).toContain("not Pulumi");
    expect(result?.ok).toBe(true);
    const found = [...new Set(differences(recording(name), calls))].sort();
    expect(found).toEqual(
      explained
        .filter((one) => one.in.includes(name))
        .map((one) => one.difference)
        .sort(),
    );
  });

  test("what depends on a replaced resource is deleted before it, and made after it", () => {
    const calls = results.get("8-replace")?.calls ?? [];
    const steps = calls.filter(({ method }) => /Provider\/(Create|Delete)$/.test(method));
    expect(steps.map(({ method, sequence }) => `${method.split("/")[1]} ${sequence.split(" ")[1]}`)).toEqual([
      "Delete cache",
      "Delete web",
      "Create web",
      "Create cache",
    ]);
  });
});
