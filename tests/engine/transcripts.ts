// Runs recorded scenarios and compares this engine's calls with the recorded ones, message by message.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { openFixture } from "./fixture/stack";
import type { RecordedCall, Result } from "./index";
import { life, orders } from "./transcripts/orders.json";

/** What the program is told, each on top of what it was told before, and then the engine. Without a name: not recorded. */
interface Step {
  readonly name?: string;
  readonly webVpc?: string;
  readonly links?: object;
  readonly providers?: object;
  /** The links that there are before, as others have left them. */
  readonly world?: Readonly<Record<string, string>>;
  readonly taint?: readonly string[];
  readonly command?: string;
  readonly refresh?: boolean;
  readonly target?: readonly string[];
  readonly replace?: readonly string[];
}

/** Steps that play one after the other on one stack. */
interface Play {
  readonly title: string;
  readonly host: "dynamic" | "plugin";
  readonly steps: readonly Step[];
}

export const LIFE: readonly Play[] = [{ title: "the life of a stack", host: "dynamic", steps: life }];
export const ORDERS: readonly Play[] = (["dynamic", "plugin"] as const).map((host) => ({
  title: "what the engine is ordered to do",
  host,
  steps: orders,
}));

/** Resources that do not depend on each other are made in any order there. */
const inAnyOrder = ["2-up", "5-heal", "10-destroy"];

/** Calls by which SDKs ask what the engine can do. The newer call asks for all at once. */
const ofTheSdk = ["ResourceMonitor/GetDeploymentInfo", "ResourceMonitor/SupportsFeature"];

/** Fields that differ from run to run, and those of a newer protocol than that of the oldest @pulumi/pulumi of the peer range. */
const cut = ["engineaddress", "randomseed", "acceptsbytestring", "unknown"];

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const changes = ["", "DIFF_NONE", "DIFF_SOME"];

/** Both sides in one spelling: names without case and "List", no empty fields, every provider's own id as "<id>". */
function normal(fields: object | undefined): object {
  const text = JSON.stringify(fields ?? {}).replace(uuid, (id) => (id === unknown ? id : "<id>"));
  const entries = Object.entries(JSON.parse(text)).map(([name, value]): [string, unknown] => {
    const short = name.replace(/List$/, "").toLowerCase();
    return [short, short === "changes" && typeof value === "number" ? changes[value] : value];
  });
  const empty = (value: unknown) => !value || (typeof value === "object" && Object.keys(value).length === 0);
  return Object.fromEntries(entries.filter(([name, value]) => !empty(value) && !cut.includes(name)));
}

const resourceOf = ({ request }: RecordedCall) =>
  String(request.urn ?? request.name ?? "")
    .split("::")
    .at(-1) ?? "";

/** The calls by service and resource. Those of one resource start one after the other, in both engines. */
function byResource(calls: readonly RecordedCall[]): Record<string, object[]> {
  const sequences: Record<string, object[]> = {};
  const configured = new Set<string>();
  for (const one of calls) {
    const { call, request, response, error } = one;
    if (ofTheSdk.includes(call)) continue;
    const resource = resourceOf(one);
    // Both start a second host for CheckConfig and DiffConfig; Pulumi then works on with the first, this engine with the second.
    if (call.endsWith("/Configure") && configured.has(resource)) continue;
    if (call.endsWith("/Configure")) configured.add(resource);
    // What a program sends is the SDK's doing; what this engine answers, and the outputs it is given, are compared.
    const compares = call.startsWith("ResourceProvider/") || call.endsWith("/RegisterResourceOutputs");
    const reason = error?.replace(/^rpc error: code = \w+ desc = /, "");
    // The dynamic host answers GetPluginInfo with the version of the installed @pulumi/pulumi.
    const answer = call.endsWith("/GetPluginInfo") ? {} : normal(reason ? { error: reason } : response);
    const sequence = `${call.split("/")[0]} ${resource}`;
    sequences[sequence] = [...(sequences[sequence] ?? []), { call, request: compares ? normal(request) : {}, answer }];
  }
  return sequences;
}

const inOrder = (calls: readonly RecordedCall[]) =>
  calls.filter(({ call }) => /Provider\/(Create|Delete)$/.test(call)).map((one) => `${one.call} ${resourceOf(one)}`);

/** Declares the tests of plays: each runs, and then each of its steps is compared. */
export function describePlays(plays: readonly Play[]): void {
  describe.each(plays)("$title through the $host host", ({ host, steps }) => {
    const fixture = openFixture(host);
    const results = new Map<string, { result: Result; calls: RecordedCall[] }>();
    afterAll(fixture.remove);

    beforeAll(async () => {
      let told: Pick<Step, "webVpc" | "links" | "providers"> = {};
      for (const { name = "", world, taint = [], command = "up", refresh = false, target, replace, ...more } of steps) {
        told = { ...told, ...more };
        if (world) fixture.setLinks(world);
        const calls: RecordedCall[] = [];
        const recordCalls = (call: RecordedCall) => {
          if (!call.call.startsWith("Engine/")) calls.push(call);
        };
        const stack = fixture.open({ CL_HOST: host, CL_TOLD: JSON.stringify(told) }, recordCalls);
        for (const link of taint) stack.taint(link);
        const asked = { refresh, ...(target && { target }), ...(replace && { replace }) };
        const { preview, up, destroy } = stack;
        const run = { preview, up, destroy, refresh: stack.refresh }[command] ?? up;
        results.set(name, { result: await run(asked), calls });
      }
    }, 900_000);

    const recorded = steps.flatMap(({ name }) => name ?? []);
    test.each(recorded)("%s makes the recorded calls, and creates and deletes in the recorded order", (name) => {
      const { result, calls } = results.get(name) ?? { result: undefined, calls: [] };
      expect([result?.ok, result?.output]).toEqual([true, expect.not.stringContaining("error:")]);
      const lines = readFileSync(join(__dirname, "transcripts", host, `${name}.jsonl`), "utf8")
        .trim()
        .split("\n");
      const theirs = lines.map((line): RecordedCall => JSON.parse(line));
      expect(byResource(calls)).toEqual(byResource(theirs));
      if (!inAnyOrder.includes(name)) expect(inOrder(calls)).toEqual(inOrder(theirs));
    });
  });
}
