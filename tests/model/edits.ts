/** Changes of the program, and of the cloud by others. */

import * as fc from "fast-check";
import {
  declaredBy,
  FLEET_NAMES,
  INSTANCES,
  LINK_NAMES,
  type Program,
  PROVIDER_NAMES,
  type ProviderName,
  REGION,
  VPCS,
} from "./program";
import type { System } from "./system";

/** A change that can be made now, and how it is told. */
type Change = readonly [told: string, make: (system: System) => unknown];

/** Picks one of what there is. */
type Pick = <T>(from: readonly T[]) => T;

/** Makes a change that a program, or the cloud, can take now, of what it picks from what there is. */
type Recipe = (program: Program, pick: Pick) => Change;

/** There is nothing to pick from. */
class NothingToPick extends Error {}

/** A step that calls no operation. */
class Edit implements fc.AsyncCommand<Program, System> {
  #told = "an edit";

  constructor(
    readonly recipe: Recipe,
    readonly picks: readonly number[],
  ) {}

  check(program: Readonly<Program>): boolean {
    try {
      this.#change(program);
      return true;
    } catch (error) {
      if (error instanceof NothingToPick) return false;
      throw error;
    }
  }

  async run(program: Program, system: System): Promise<void> {
    const [told, make] = this.#change(program);
    this.#told = told;
    system.steps += 1;
    program.isChanged = true;
    make(system);
  }

  toString(): string {
    return this.#told;
  }

  #change(program: Program): Change {
    const numbers = this.picks.values();
    return this.recipe(program, (from) => {
      const picked = from[(numbers.next().value ?? 0) % from.length];
      if (picked === undefined) throw new NothingToPick();
      return picked;
    });
  }
}

type LinkArgs = { readonly instanceId: string; readonly vpcId: string };
type FleetArgs = { readonly instanceIds: readonly string[]; readonly vpcId: string };

const show = ({ instanceId, vpcId }: LinkArgs) => `${instanceId}→${vpcId}`;
const showFleet = ({ instanceIds, vpcId }: FleetArgs) => `${instanceIds.join(",")}→${vpcId}`;

const freeIn = (program: Program) => INSTANCES.filter((instanceId) => declaredBy(program)[instanceId] === undefined);
const thereIn = ({ released }: Program) => INSTANCES.filter((instanceId) => !released.has(instanceId));
const without = (instanceIds: readonly string[], left: string) => instanceIds.filter((id) => id !== left);
const unused = <Name extends string>(names: readonly Name[], used: ReadonlyMap<string, unknown>) =>
  names.filter((name) => !used.has(name));

const setLink = ({ links }: Program, name: string, link: LinkArgs): Change => [
  `link ${name} = ${show(link)}`,
  () => links.set(name, link),
];
const setFleet = ({ fleets }: Program, name: string, fleet: FleetArgs): Change => [
  `fleet ${name} = ${showFleet(fleet)}`,
  () => fleets.set(name, fleet),
];

/** Gives a resource another name. */
function rename<Args>(resources: Map<string, Args>, from: string, to: string): void {
  const args = resources.get(from);
  if (args !== undefined && resources.delete(from)) resources.set(to, args);
}

const RECIPES: readonly Recipe[] = [
  (program, pick) => {
    const host = pick(program.host === "dynamic" && pick([0, 0, 0, 1]) === 1 ? (["plugin"] as const) : []);
    return ["the program moves to the plugin", () => Object.assign(program, { host })];
  },
  (program, pick) => {
    const name = pick(unused(LINK_NAMES, program.links));
    return setLink(program, name, { instanceId: pick(freeIn(program)), vpcId: pick(VPCS) });
  },
  (program, pick) => {
    const [name, { instanceId }] = pick([...program.links]);
    return setLink(program, name, { instanceId, vpcId: pick(VPCS) });
  },
  (program, pick) => {
    const [name, { vpcId }] = pick([...program.links]);
    return setLink(program, name, { instanceId: pick(freeIn(program)), vpcId });
  },
  ({ links }, pick) => {
    const name = pick([...links.keys()]);
    return [`no link ${name}`, () => links.delete(name)];
  },
  ({ links }, pick) => {
    const [from, to] = [pick([...links.keys()]), pick(unused(LINK_NAMES, links))];
    return [`link ${from} is named ${to}`, () => rename(links, from, to)];
  },
  (program, pick) => {
    const name = pick(unused(FLEET_NAMES, program.fleets));
    const free = freeIn(program);
    return setFleet(program, name, { vpcId: pick(VPCS), instanceIds: free.slice(0, pick([0, 1, 2, 3])) });
  },
  (program, pick) => {
    const [name, { vpcId, instanceIds }] = pick([...program.fleets]);
    return setFleet(program, name, { vpcId, instanceIds: [...instanceIds, pick(freeIn(program))] });
  },
  (program, pick) => {
    const [name, { vpcId, instanceIds }] = pick([...program.fleets]);
    return setFleet(program, name, { vpcId, instanceIds: without(instanceIds, pick(instanceIds)) });
  },
  (program, pick) => {
    const [name, { instanceIds }] = pick([...program.fleets]);
    return setFleet(program, name, { vpcId: pick(VPCS), instanceIds });
  },
  ({ fleets }, pick) => {
    const name = pick([...fleets.keys()]);
    return [`no fleet ${name}`, () => fleets.delete(name)];
  },
  ({ fleets }, pick) => {
    const [from, to] = [pick([...fleets.keys()]), pick(unused(FLEET_NAMES, fleets))];
    return [`fleet ${from} is named ${to}`, () => rename(fleets, from, to)];
  },
  (program, pick) => {
    const [link, { instanceId }] = pick([...program.links]);
    const [name, { vpcId, instanceIds }] = pick([...program.fleets]);
    const [told, make] = setFleet(program, name, { vpcId, instanceIds: [...instanceIds, instanceId] });
    return [`link ${link} becomes part of ${told}`, (system) => program.links.delete(link) && make(system)];
  },
  (program, pick) => {
    const link = pick(unused(LINK_NAMES, program.links));
    const [name, { vpcId, instanceIds }] = pick([...program.fleets]);
    const instanceId = pick(instanceIds);
    const changes = [
      setLink(program, link, { instanceId, vpcId }),
      setFleet(program, name, { vpcId, instanceIds: without(instanceIds, instanceId) }),
    ];
    const told = changes.map(([one]) => one).join(" of ");
    return [`a member becomes ${told}`, (system) => changes.forEach(([, make]) => void make(system))];
  },
];

/** Makes a change, and gives a resource another provider with it. */
const PROVIDER_RECIPES: readonly Recipe[] = [
  (program, pick) => {
    const name = pick([...program.links.keys(), ...program.fleets.keys()]);
    const provider = pick([...PROVIDER_NAMES, undefined]);
    return [`${name} has the provider ${provider}`, () => setProvider(program, name, provider)];
  },
  (program, pick) => {
    const region = pick([REGION, "cn-beijing", "cn-shanghai"]);
    return [`the explicit providers are in ${region}`, () => Object.assign(program, { region })];
  },
  (program, pick) => renameWithProvider(program, "link", program.links, LINK_NAMES, pick),
  (program, pick) => renameWithProvider(program, "fleet", program.fleets, FLEET_NAMES, pick),
  (program, pick) => {
    const host = pick(program.host === "dynamic" ? (["plugin"] as const) : []);
    const [from, to] = [pick([...program.links.keys()]), pick(unused(LINK_NAMES, program.links))];
    return [
      `the program moves to the plugin, where link ${from} is named ${to}`,
      () => rename(Object.assign(program, { host }).links, from, to),
    ];
  },
];

function renameWithProvider(
  program: Program,
  kind: string,
  resources: Map<string, unknown>,
  names: readonly string[],
  pick: Pick,
): Change {
  const [from, to] = [pick([...resources.keys()]), pick(unused(names, resources))];
  const provider = pick([...PROVIDER_NAMES, undefined]);
  return [
    `${kind} ${from} is named ${to}, with the provider ${provider}`,
    () => {
      rename(resources, from, to);
      setProvider(program, from, undefined);
      setProvider(program, to, provider);
    },
  ];
}

function setProvider({ providers }: Program, name: string, provider: ProviderName | undefined): void {
  if (provider === undefined) providers.delete(name);
  else providers.set(name, provider);
}

const someoneLinks = (instanceId: string, vpcId: string): Change => [
  `someone links ${instanceId} to ${vpcId}`,
  ({ emulator }) => emulator.link(instanceId, vpcId),
];

const DRIFT: readonly Recipe[] = [
  (program, pick) => someoneLinks(pick(thereIn(program)), pick(VPCS)),
  (program, pick) => {
    const declared = thereIn(program).filter((one) => declaredBy(program)[one] !== undefined);
    return someoneLinks(pick(declared), pick(VPCS));
  },
  (_, pick) => {
    const instanceId = pick(INSTANCES);
    return [`someone unlinks ${instanceId}`, ({ emulator }) => emulator.unlink(instanceId)];
  },
  ({ released }, pick) => {
    const instanceId = pick(released.size === 0 ? INSTANCES : []);
    return [
      `${instanceId} is released`,
      ({ emulator }) => {
        released.add(instanceId);
        emulator.removeInstance(instanceId);
      },
    ];
  },
  ({ released }, pick) => {
    const instanceId = pick([...released]);
    return [
      `${instanceId} is there again`,
      ({ emulator }) => {
        released.delete(instanceId);
        emulator.addInstance({ instanceId });
      },
    ];
  },
];

const editBy = (recipes: readonly Recipe[]): fc.Arbitrary<Edit> =>
  fc
    .tuple(fc.constantFrom(...recipes), fc.array(fc.nat(59), { minLength: 4, maxLength: 4 }))
    .map(([recipe, picks]) => new Edit(recipe, picks));

/** A change of the program. */
export const EDIT = editBy(RECIPES);

/** A change of the program that gives resources another provider. */
export const PROVIDER_EDIT = editBy(PROVIDER_RECIPES);

/** A change of the cloud by someone else. */
export const BY_OTHERS = editBy(DRIFT);
