/** One operation with one fault at one of its calls: what it leaves behind, and whether the next one gets there. */

import { type Call, type Emulator, startEmulator } from "../../emulator";
import { LISTING_LAG_MS } from "../../provider/links/connection";
import type { Dialect } from "../support/dialects";
import { type Open, openInProcess } from "./calls";
import { type Fault, LINK_ACTIONS, type Point } from "./faults";
import { OneResource } from "./oneResource";
import { endOf, INSTANCES, type Links, linksIn, OTHERS, type Scenario } from "./scenarios";

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
async function prepare({ resource, links, released, state }: Scenario, dialect: Dialect, openCalls = openInProcess) {
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
  const open = () => openCalls(resource, configuration);
  return { emulator, clock, open, stack: new OneResource(await open(), state) };
}

/** Runs an operation. Returns the message of its error, if it fails. */
async function operate(
  stack: OneResource,
  { operation, declared }: Pick<Scenario, "operation" | "declared">,
  { timeoutMs = PATIENT_MS, signal = new AbortController().signal } = {},
): Promise<string | undefined> {
  const context = { timeoutMs, signal };
  const operations = {
    up: () => stack.up(declared, context),
    refresh: () => stack.refresh(context),
    destroy: () => stack.destroy(context),
  };
  return await operations[operation]().then(
    () => undefined,
    (error: unknown) => String(Object(error).message),
  );
}

/** The calls that an operation makes when nothing goes wrong. */
export async function pointsOf(scenario: Scenario, dialect: Dialect): Promise<Point[]> {
  const { emulator, stack } = await prepare(scenario, dialect);
  try {
    const error = await operate(stack, scenario);
    if (error !== undefined) throw new Error(`${scenario.name} fails although nothing goes wrong: ${error}`);
    if (emulator.calls().length === 0) throw new Error(`${scenario.name} makes no call`);
    const made = new Map<string, number>();
    return emulator.calls().flatMap((call) => {
      const action = LINK_ACTIONS.find((known) => known === call.action);
      if (action === undefined) throw new Error(`${call.action} is no call of a link`);
      const skip = made.get(action) ?? 0;
      made.set(action, skip + 1);
      return { action, skip };
    });
  } finally {
    await emulator.close();
  }
}

/** What is wrong with what a fault has led to, in sentences. */
export async function problemsOf({ dialect, scenario, point, fault }: Case, openCalls?: Open): Promise<string[]> {
  const { emulator, clock, open, stack } = await prepare(scenario, dialect, openCalls);
  const problems: string[] = [];
  const expect = (isSo: boolean, problem: string) => {
    if (!isSo) problems.push(problem);
  };
  try {
    const cancel = new AbortController();
    const atTheEnd = fault.inject({ emulator, clock, cancel }, point);
    const { timeoutMs, isOvercome } = fault;
    const error = await operate(stack, scenario, { ...(timeoutMs && { timeoutMs }), signal: cancel.signal });
    atTheEnd?.();
    // A call that has resumed does its work in this turn of the loop.
    await new Promise(setImmediate);
    const isMade = emulator.calls().filter(({ action }) => action === point.action).length > point.skip;
    expect(isMade || timeoutMs !== undefined, "the call was never made");
    const outcome = error === undefined ? "it succeeded" : `it failed: ${error}`;
    expect(isOvercome === undefined || isOvercome === (error === undefined), outcome);
    for (const forgotten of forgottenBy(stack, scenario, emulator)) problems.push(`no state knows of ${forgotten}`);

    emulator.clearFaults();
    emulator.rotateKey();
    clock.aheadMs = 0;
    stack.calls = await open();
    let failure = await operate(stack, scenario);
    if (scenario.operation === "refresh") failure ??= await operate(stack, { ...scenario, operation: "up" });
    expect(failure === undefined, `the next ${scenario.operation} failed: ${failure}`);
    const [cloud, end] = [inWords(linksOf(emulator)), inWords(endOf(scenario))];
    expect(cloud === end, `the cloud ends with ${cloud}, and not with ${end}`);
    const isGone = scenario.operation === "destroy";
    const [known, ours] = [inWords(linksIn(stack.state?.outputs)), inWords(isGone ? {} : linksIn(scenario.declared))];
    expect(known === ours, `the state ends with ${known}, and not with ${ours}`);
    for (const { action, params } of strayCalls(emulator.calls(), scenario)) {
      problems.push(`${action} was called for ${params.InstanceId} and ${params.VpcId}`);
    }
    emulator.clearCalls();
    failure = await operate(stack, { ...scenario, operation: isGone ? "destroy" : "up" });
    expect(failure === undefined && emulator.calls().length === 0, "one more failed or called something");
    return problems;
  } finally {
    await emulator.close();
  }
}

/** Links that this stack has made, or knew of, and that are there although its state does not name them. */
function forgottenBy(stack: OneResource, { links, state }: Scenario, emulator: Emulator): string[] {
  const knew = linksIn(state?.outputs);
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
  const mayDetach = [linksIn(state?.outputs), mayAttach, state === undefined ? {} : links];
  return calls.filter(({ action, params: { InstanceId = "", VpcId } }) => {
    if (action === "AttachClassicLinkVpc") return mayAttach[InstanceId] !== VpcId;
    return action === "DetachClassicLinkVpc" && mayDetach.every((known) => known[InstanceId] !== VpcId);
  });
}

function linksOf(emulator: Emulator): Links {
  return Object.fromEntries(emulator.links().map(({ instanceId, vpcId }) => [instanceId, vpcId]));
}

function inWords(links: Links): string {
  const sorted = Object.entries(links).sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([instanceId, vpcId]) => `${instanceId}→${vpcId}`).join(" ") || "nothing";
}
