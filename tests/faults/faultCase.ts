/** One operation with one fault at one of its calls: what it leaves behind, and whether the next one gets there. */

import { LISTING_LAG_MS } from "../../provider/links/connection";
import { type Call, type Emulator, startEmulator } from "../../emulator";
import { formatLinkId, formatLinksId } from "../../provider/resources/ids";
import type { Calls, Configuration, How, Props, Resource } from "./calls";
import type { Fault, Point } from "./faults";
import type { Dialect } from "../support/dialects";
import { OneResource, type Outcome } from "./oneResource";
import { endOf, INSTANCES, type Links, linksIn, OTHERS, type Scenario } from "./scenarios";

/** Starts a provider, as each operation of Pulumi does. */
export type Open = (resource: Resource, configuration: Configuration) => Promise<Calls>;

/**
 * How long an operation may take that is to get over its fault, in ms. A partially created fleet takes no removal for proven as
 * long as an attach may be listed late, so it has to be longer than that.
 */
const PATIENT_MS = LISTING_LAG_MS + 60_000;

/** A case of the matrix. */
export interface Case {
  readonly dialect: Dialect;
  readonly scenario: Scenario;
  readonly point: Point;
  readonly fault: Fault;
}

/** A cloud, and a stack that stands where a scenario begins. */
interface Ground {
  readonly emulator: Emulator;
  readonly clock: { aheadMs: number };
  readonly configuration: Configuration;
  close(): Promise<void>;
}

async function prepare({ links, released }: Scenario, dialect: Dialect): Promise<Ground> {
  const clock = { aheadMs: 0 };
  const instanceIds = [...INSTANCES.filter((instanceId) => !released.includes(instanceId)), ...Object.keys(OTHERS)];
  const emulator = await startEmulator({
    ...dialect.options,
    now: () => Date.now() + clock.aheadMs,
    instances: instanceIds.map((instanceId) => ({ instanceId })),
    vpcs: [{ vpcId: "vpc-1" }, { vpcId: "vpc-2" }],
    links: Object.entries({ ...OTHERS, ...links }).map(([instanceId, vpcId]) => ({ instanceId, vpcId })),
  });
  const configuration = {
    "classiclink:region": "cn-hangzhou",
    "classiclink:accessKey": "testid",
    "classiclink:secretKey": "testsecret",
    "classiclink:endpoint": emulator.endpoint,
  };
  return { emulator, clock, configuration, close: () => emulator.close() };
}

function begin({ resource, state }: Scenario, calls: Calls): OneResource {
  return new OneResource(
    calls,
    state && { id: idOf(resource, state), outputs: state, inputs: inputsOf(resource, state) },
  );
}

/** What was declared when the state was written. */
function inputsOf(resource: Resource, state: Props): Props {
  const { regionId, vpcId, instanceId } = state;
  return resource === "ClassicLink"
    ? { regionId, vpcId, instanceId }
    : { regionId, vpcId, instanceIds: Object.keys(linksIn(state)) };
}

function idOf(resource: Resource, { regionId, instanceId, vpcId }: Props): string {
  return resource === "ClassicLink"
    ? formatLinkId(String(regionId), String(instanceId))
    : formatLinksId(String(regionId), String(vpcId));
}

async function operate(stack: OneResource, { operation, declared }: Scenario, how: How): Promise<Outcome> {
  if (operation === "destroy") return await stack.destroy(how);
  return operation === "refresh" ? await stack.refresh(how) : await stack.up(declared, how);
}

/** The calls that an operation makes when nothing goes wrong. */
export async function pointsOf(scenario: Scenario, dialect: Dialect, open: Open): Promise<Point[]> {
  const { emulator, configuration, close } = await prepare(scenario, dialect);
  try {
    const stack = begin(scenario, await open(scenario.resource, configuration));
    const { error } = await operate(stack, scenario, { timeoutMs: PATIENT_MS });
    if (error !== undefined) throw new Error(`${scenario.name} fails although nothing goes wrong`, { cause: error });
    const made = new Map<string, number>();
    return emulator.calls().map(({ action }) => {
      const skip = made.get(action) ?? 0;
      made.set(action, skip + 1);
      return { action: asAction(action), skip };
    });
  } finally {
    await close();
  }
}

const ACTIONS = ["AttachClassicLinkVpc", "DetachClassicLinkVpc", "DescribeClassicLinkInstances"] as const;

function asAction(name: string): Point["action"] {
  const action = ACTIONS.find((known) => known === name);
  if (action === undefined) throw new Error(`${name} is no call of a link`);
  return action;
}

/** What is wrong with what a fault has led to, in sentences. */
export async function problemsOf({ dialect, scenario, point, fault }: Case, open: Open): Promise<string[]> {
  const ground = await prepare(scenario, dialect);
  const { emulator, clock, configuration } = ground;
  const problems: string[] = [];
  const expect = (isSo: boolean, problem: () => string) => {
    if (!isSo) problems.push(problem());
  };
  try {
    const stack = begin(scenario, await open(scenario.resource, configuration));
    const cancel = new AbortController();
    const atTheEnd = fault.lay({ emulator, clock, cancel }, point);
    const { error } = await operate(stack, scenario, {
      timeoutMs: fault.timeoutMs ?? PATIENT_MS,
      signal: cancel.signal,
    });
    atTheEnd?.();
    // A call that was let go does its work in this turn of the loop.
    await new Promise(setImmediate);
    const calls = emulator.calls();
    const isMade = calls.filter(({ action }) => action === point.action).length > point.skip;
    expect(isMade || fault.timeoutMs !== undefined, () => "the call was never made");
    expect(fault.isOvercome === undefined || fault.isOvercome === (error === undefined), () =>
      error === undefined ? "it succeeded" : `it failed: ${error.message}`,
    );
    for (const forgotten of forgottenBy(stack, scenario, emulator)) problems.push(`no state knows of ${forgotten}`);

    emulator.clearFaults();
    emulator.rotateKey();
    clock.aheadMs = 0;
    stack.calls = await open(scenario.resource, configuration);
    const settled = await settle(stack, scenario);
    expect(settled.error === undefined, () => `the next ${scenario.operation} failed: ${settled.error?.message}`);
    const [cloud, end] = [told(linksOf(emulator)), told(endOf(scenario))];
    expect(cloud === end, () => `the cloud ends with ${cloud}, and not with ${end}`);
    const [known, ours] = [told(linksIn(stack.state?.outputs)), told(oursAtTheEnd(scenario))];
    expect(known === ours, () => `the state ends with ${known}, and not with ${ours}`);
    for (const { action, params } of strayCalls(emulator.calls(), scenario)) {
      problems.push(`${action} was called for ${params.InstanceId} and ${params.VpcId}`);
    }
    emulator.clearCalls();
    const again = scenario.operation === "destroy" ? await stack.destroy() : await stack.up(scenario.declared);
    expect(again.changes === 0 && emulator.calls().length === 0, () => "one more changed or called something");
    return problems;
  } finally {
    await ground.close();
  }
}

async function settle(stack: OneResource, scenario: Scenario): Promise<Outcome> {
  const how = { timeoutMs: PATIENT_MS };
  if (scenario.operation !== "refresh") return await operate(stack, scenario, how);
  const refreshed = await stack.refresh(how);
  return refreshed.error === undefined ? await stack.up(scenario.declared, how) : refreshed;
}

/** Links that this stack has made, or knew of, and that are there although its state does not name them. */
function forgottenBy(stack: OneResource, { links, state }: Scenario, emulator: Emulator): string[] {
  const knew = linksIn(state);
  const knows = linksIn(stack.state?.outputs);
  return Object.entries(linksOf(emulator))
    .filter(([instanceId, vpcId]) => {
      const isForeign = (links[instanceId] === vpcId && knew[instanceId] !== vpcId) || OTHERS[instanceId] === vpcId;
      return !isForeign && knows[instanceId] !== vpcId;
    })
    .map(([instanceId, vpcId]) => `${instanceId}→${vpcId}`);
}

/** Changes of links that are neither declared nor in the state. */
function strayCalls(calls: readonly Call[], { state, declared, links }: Scenario): Call[] {
  const mayAttach = linksIn(declared);
  // A refresh takes up where the instance is linked now.
  const mayDetach = [linksIn(state), mayAttach, state === undefined ? {} : links];
  return calls.filter(({ action, params: { InstanceId = "", VpcId } }) => {
    if (action === "AttachClassicLinkVpc") return mayAttach[InstanceId] !== VpcId;
    return action === "DetachClassicLinkVpc" && mayDetach.every((known) => known[InstanceId] !== VpcId);
  });
}

function oursAtTheEnd({ operation, declared }: Scenario): Links {
  return operation === "destroy" ? {} : linksIn(declared);
}

function linksOf(emulator: Emulator): Links {
  return Object.fromEntries(emulator.links().map(({ instanceId, vpcId }) => [instanceId, vpcId]));
}

function told(links: Links): string {
  const sorted = Object.entries(links).sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([instanceId, vpcId]) => `${instanceId}→${vpcId}`).join(" ") || "nothing";
}
