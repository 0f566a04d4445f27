// Runs recorded scenarios and holds this engine's calls against the recorded ones, message by message.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { version as installed } from "@pulumi/pulumi/package.json";
import { openFixture } from "./fixture/stack";
import type { RecordedCall, Result, Stack } from "./index";
import told from "./transcripts/orders.json";

interface Scenario {
  readonly name: string;
  readonly run: (stack: Stack) => Promise<Result>;
  /** What has happened behind Pulumi's back before it. */
  readonly links?: Readonly<Record<string, string>> | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

const HOSTS = ["dynamic", "plugin"] as const;
type Host = (typeof HOSTS)[number];

const env = { CL_WEB_VPC: "vpc-2" };
const lifecycle: readonly Scenario[] = [
  { name: "1-preview", run: ({ preview }) => preview() },
  { name: "2-up", run: ({ up }) => up() },
  { name: "3-unchanged", run: ({ up }) => up() },
  { name: "4-refresh-drift", run: ({ refresh }) => refresh(), links: { "i-db": "vpc-9", "i-cache": "vpc-1" } },
  { name: "5-heal", run: ({ up }) => up() },
  {
    name: "6-up-with-refresh",
    run: ({ up }) => up({ refresh: true }),
    links: { "i-web": "vpc-1", "i-cache": "vpc-1" },
  },
  { name: "7-preview-replace", run: ({ preview }) => preview(), env },
  { name: "8-replace", run: ({ up }) => up(), env },
  { name: "10-destroy", run: ({ destroy }) => destroy(), env },
];

/** What the program is told, and what the engine: each on top of what was told before. Without a name: not recorded. */
interface Order {
  readonly name?: string;
  readonly hosts?: readonly string[];
  /** This engine refuses it. */
  readonly refused?: boolean;
  readonly links?: Readonly<Record<string, object>>;
  readonly providers?: Readonly<Record<string, string>>;
  readonly diffConfig?: string;
  readonly taint?: readonly string[];
  readonly target?: readonly string[];
  readonly replace?: readonly string[];
  readonly command?: string;
  readonly runProgram?: boolean;
  readonly world?: Readonly<Record<string, string>>;
}

function ordersFor(host: Host): Scenario[] {
  const all: readonly Order[] = told;
  let declared: Pick<Order, "links" | "providers"> = {};
  return all
    .filter(({ hosts = HOSTS, refused }) => hosts.includes(host) && !refused)
    .map(
      ({ name = "", links, providers, command, target, replace, runProgram, taint = [], world, diffConfig = "" }) => {
        declared = { ...declared, ...(links && { links }), ...(providers && { providers }) };
        const named = Object.entries(declared.links ?? {}).map(([link, args]) => [
          link,
          { instanceId: `i-${link}`, ...args },
        ]);
        const CL_TOLD = JSON.stringify({ ...declared, links: Object.fromEntries(named) });
        const asked = { ...(runProgram && { runProgram }), ...(target && { target }), ...(replace && { replace }) };
        const run: Scenario["run"] = (stack) => {
          for (const link of taint) stack.taint(link);
          return command === "refresh"
            ? stack.refresh()
            : command === "destroy"
              ? stack.destroy(asked)
              : stack.up(asked);
        };
        return { name, run, links: world, env: { CL_HOST: host, CL_TOLD, CL_DIFF_CONFIG: diffConfig } };
      },
    );
}

/** Scenarios that play one after the other on one stack. */
interface Play {
  readonly title: string;
  readonly host: Host;
  readonly scenarios: readonly Scenario[];
}

export const LIFE: readonly Play[] = [{ title: "the life of a stack", host: "dynamic", scenarios: lifecycle }];

export const ORDERS: readonly Play[] = HOSTS.map((host) => ({
  title: "what the engine is ordered to do",
  host,
  scenarios: ordersFor(host),
}));

const recorded = (scenarios: readonly Scenario[]) => scenarios.map(({ name }) => name).filter((name) => name !== "");
const every = [...LIFE, ...ORDERS].flatMap(({ scenarios }) => recorded(scenarios));
const withProgram = every.filter((name) => !["4-refresh-drift", "10-destroy", "25-refresh"].includes(name));

interface Explained {
  readonly difference: string;
  readonly in: readonly string[];
  /** Where it occurs, unless in both. */
  readonly host?: Host;
  readonly why: string;
}

/** Resources that do not depend on each other are made in any order there. */
const parallel = ["2-up", "5-heal", "10-destroy"];

/** Every difference that is left, and why it stays. One that no longer occurs has to leave the table. */
const explained: readonly Explained[] = [
  {
    difference: "ResourceProvider/GetPluginInfo response.version",
    host: "dynamic",
    in: installed === "3.270.0" ? [] : every,
    why: "the dynamic host answers with the version of the installed @pulumi/pulumi; the recordings have 3.270.0",
  },
  {
    difference: "ResourceProvider/Handshake request.acceptsbytestring",
    in: every,
    why: "a field of a newer protocol than that of the oldest @pulumi/pulumi that this package is tested with",
  },
  {
    difference: "ResourceMonitor/RegisterResource response.unknown",
    in: ["12-target", "13-target-replace", "26-destroy"],
    why: "a field of a newer protocol, too: it says that nothing is known of what is declared and was not made",
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
    host: "dynamic",
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
const changes = ["", "DIFF_NONE", "DIFF_SOME"];

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

function recording(host: Host, name: string): Call[] {
  const text = readFileSync(join(__dirname, "transcripts", host, `${name}.jsonl`), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => asCall(JSON.parse(line)));
}

/** Pairs the calls of two sequences of methods, in order; what has no partner stands alone. */
function pair(recorded: readonly Call[], here: readonly Call[]): (readonly [Call | undefined, Call | undefined])[] {
  const [first, ...others] = recorded;
  const alone = (calls: readonly Call[]) => calls.map((call) => [undefined, call] as const);
  if (!first) return alone(here);
  const at = here.findIndex((call) => call.method === first.method);
  if (at < 0) return [[first, undefined], ...pair(others, here)];
  return [...alone(here.slice(0, at)), [first, here[at]], ...pair(others, here.slice(at + 1))];
}

function differences(recorded: readonly Call[], here: readonly Call[]): string[] {
  const sequences = new Set([...recorded, ...here].map((call) => call.sequence));
  return [...sequences].flatMap((sequence) => {
    const of = (calls: readonly Call[]) => calls.filter((call) => call.sequence === sequence);
    return pair(of(recorded), of(here)).flatMap(([theirs, ours]) => {
      const method = (theirs ?? ours)?.method ?? "";
      if (!theirs || !ours) return [`${theirs ? "not called here" : "called only here"}: ${method}`];
      return (["request", "response"] as const).flatMap((side) =>
        Object.keys({ ...theirs[side], ...ours[side] })
          .filter((name) => !isDeepStrictEqual(theirs[side][name], ours[side][name]))
          .map((name) => `${method} ${side}.${name}`),
      );
    });
  });
}

/** Declares the tests of plays: each runs, and then each of its scenarios is compared. */
export function describePlays(plays: readonly Play[]): void {
  describe.each(plays)("$title through the $host host", ({ host, scenarios }) => {
    const fixture = openFixture(host);
    const results = new Map<string, { result: Result; calls: Call[] }>();
    afterAll(fixture.remove);

    beforeAll(async () => {
      for (const { name, run, links, env } of scenarios) {
        if (links) fixture.setLinks(links);
        const calls: Call[] = [];
        const recordCalls = (call: RecordedCall) => {
          if (!call.call.startsWith("Engine/")) calls.push(asCall(call));
        };
        results.set(name, { result: await run(fixture.open(env, recordCalls)), calls });
      }
    }, 900_000);

    test.each(recorded(scenarios))("%s makes the recorded calls", (name) => {
      const { result, calls } = results.get(name) ?? { result: undefined, calls: [] };
      expect([result?.ok, result?.output]).toEqual([true, expect.not.stringContaining("error:")]);
      const found = [...new Set(differences(recording(host, name), calls))].sort();
      expect(found).toEqual(
        explained
          .filter((one) => one.in.includes(name) && (one.host ?? host) === host)
          .map((one) => one.difference)
          .sort(),
      );
    });

    const ordered = recorded(scenarios).filter((name) => !parallel.includes(name));
    test.each(ordered)("%s creates and deletes in the recorded order, across resources", (name) => {
      const changes = (calls: readonly Call[]) =>
        calls
          .filter(({ method }) => /Provider\/(Create|Delete)$/.test(method))
          .map((call) => call.method + call.sequence);
      expect(changes(results.get(name)?.calls ?? [])).toEqual(changes(recording(host, name)));
    });
  });
}
