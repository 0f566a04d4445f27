/** Every operation on both resources, from every state of the cloud that it may find. */

import type { Properties } from "../../provider/resources/inputs";
import type { Resource, State } from "./calls";

/** Links in the cloud: instance → VPC. */
export type Links = Readonly<Record<string, string>>;

/** One operation, and where it starts. */
export interface Scenario {
  readonly resource: Resource;
  readonly name: string;
  /** What runs. */
  readonly operation: "up" | "refresh" | "destroy";
  /** The links in the cloud, besides {@link OTHERS}. */
  readonly links: Links;
  /** Instances that are released. */
  readonly released: readonly string[];
  /** Undefined if the state does not have the resource yet. */
  readonly state: State | undefined;
  /** What the program declares. */
  readonly declared: Properties;
}

/** The instances that scenarios are about. */
export const INSTANCES = ["i-a", "i-b", "i-c"] as const;

/** Links that other people made, one of them to the VPC that is declared. Nothing may touch them. */
export const OTHERS: Links = { "i-others1": "vpc-1", "i-others2": "vpc-2" };

const regionId = "cn-hangzhou";
const link = (vpcId: string) => ({ regionId, instanceId: "i-a", vpcId });
const linked = (vpcId: string): Links => ({ "i-a": vpcId });

const fleet = (vpcId: string, ...instanceIds: string[]) => ({ regionId, vpcId, instanceIds });
const ALL = [...INSTANCES];
const allTo = (vpcId: string): Links => Object.fromEntries(ALL.map((instanceId) => [instanceId, vpcId]));
const fleetState = (vpcId: string, instanceIds: string[], movedAway: Links = {}) => ({
  ...fleet(vpcId, ...instanceIds),
  movedAway,
});

/** Of links whose attach was sent long ago, so that nobody waits for what may be listed late. */
const partially = (outputs: Properties) => ({ ...outputs, __halfMade: true, __attachedAt: 0 });

type Row = readonly [
  operation: Scenario["operation"],
  name: string,
  links: Links,
  state: Properties | undefined,
  declared: Properties,
  released?: readonly string[],
];

const one = link("vpc-1");
const HERE = linked("vpc-1");
const AWAY = linked("vpc-2");
const LINK_ROWS: readonly Row[] = [
  ["up", "create", {}, undefined, one],
  ["up", "create of what is there already", HERE, undefined, one],
  ["up", "update of what is partially created and there", HERE, partially(one), one],
  ["up", "update of what is partially created and not there", {}, partially(one), one],
  ["up", "replacement for another VPC", HERE, one, link("vpc-2")],
  ["refresh", "read", HERE, one, one],
  ["refresh", "read of what is gone", {}, one, one],
  ["refresh", "read of what has moved", AWAY, one, one],
  ["refresh", "read of what is partially created and not there", {}, partially(one), one],
  ["destroy", "delete", HERE, one, one],
  ["destroy", "delete of what is partially created and not there", {}, partially(one), one],
  ["destroy", "delete of what someone has moved", AWAY, one, one],
  ["destroy", "delete of a released instance", {}, one, one, ["i-a"]],
];

const all = fleet("vpc-1", ...ALL);
const stateOfAll = fleetState("vpc-1", ALL);
const two = { "i-a": "vpc-1", "i-b": "vpc-1" };
const stateOfTwo = fleetState("vpc-1", ["i-a", "i-b"]);
const moved = { "i-a": "vpc-1", "i-b": "vpc-2" };
const stateOfMoved = fleetState("vpc-1", ["i-a"], { "i-b": "vpc-2" });
const LINKS_ROWS: readonly Row[] = [
  ["up", "create", {}, undefined, all],
  ["up", "create of what is there in part", { "i-b": "vpc-1" }, undefined, all],
  ["up", "update that adds one and removes one", two, stateOfTwo, fleet("vpc-1", "i-b", "i-c")],
  ["up", "update that puts back what has moved", moved, stateOfMoved, fleet("vpc-1", "i-a", "i-b")],
  ["up", "update of what is partially created", HERE, partially(stateOfAll), all],
  ["up", "replacement for another VPC", two, stateOfTwo, fleet("vpc-2", "i-a", "i-b")],
  ["refresh", "read", allTo("vpc-1"), stateOfAll, all],
  ["refresh", "read of what is gone and moved in part", moved, stateOfAll, all],
  ["destroy", "delete", allTo("vpc-1"), stateOfAll, all],
  ["destroy", "delete of what is gone, moved and released in part", moved, stateOfAll, all, ["i-c"]],
];

const scenariosOf = (resource: Resource, rows: readonly Row[]): Scenario[] =>
  rows.map(([operation, name, links, outputs, declared, released = []]) => {
    return { resource, operation, name, links, declared, released, state: outputs && stateOf(outputs) };
  });

/** The state with these outputs, and with the inputs that were declared when it was written. */
function stateOf(outputs: Properties): State {
  const { instanceId, vpcId } = outputs;
  const what = instanceId === undefined ? { instanceIds: Object.keys(linksIn(outputs)) } : { instanceId };
  return { outputs, inputs: { regionId, vpcId, ...what } };
}

export const SCENARIOS: readonly Scenario[] = [
  ...scenariosOf("ClassicLink", LINK_ROWS),
  ...scenariosOf("ClassicLinks", LINKS_ROWS),
];

/** The links that outputs, or inputs, name: instance → VPC. */
export function linksIn(properties: Properties | undefined): Links {
  const { instanceId, instanceIds, vpcId, movedAway } = properties ?? {};
  const members: unknown[] = Array.isArray(instanceIds) ? instanceIds : [instanceId];
  const here = members.filter((member) => member !== undefined).map((member) => [String(member), String(vpcId)]);
  const away = Object.entries(movedAway ?? {}).map(([member, vpc]) => [member, String(vpc)]);
  return Object.fromEntries([...here, ...away]);
}

/** The links that must be in the cloud in the end: what is declared, and what was there and nobody in this stack knew of. */
export function endOf({ operation, links, state, declared }: Scenario): Links {
  const known = linksIn(state?.outputs);
  const unknown = Object.entries(links).filter(([instanceId, vpcId]) => known[instanceId] !== vpcId);
  return { ...OTHERS, ...Object.fromEntries(unknown), ...(operation === "destroy" ? {} : linksIn(declared)) };
}
