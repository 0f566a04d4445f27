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
type Change = readonly [told: string, make: (system: System) => void];

/** Makes a change that a program, or the cloud, can take now, of what it picks from what there is. */
type Recipe = (program: Program, pick: <T>(from: readonly T[]) => T) => Change;

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

const freeIn = (program: Program) => INSTANCES.filter((instanceId) => declaredBy(program)[instanceId] === undefined);
const unused = <Name extends string>(names: readonly Name[], used: ReadonlyMap<string, unknown>) =>
  names.filter((name) => !used.has(name));

const RECIPES: readonly Recipe[] = [
  (program, pick) => {
    const host = pick(program.host === "dynamic" && pick([0, 0, 0, 1]) === 1 ? (["plugin"] as const) : []);
    return [
      "the program moves to the plugin",
      () => {
        program.host = host;
      },
    ];
  },
  (program, pick) => {
    const name = pick(unused(LINK_NAMES, program.links));
    const link = { instanceId: pick(freeIn(program)), vpcId: pick(VPCS) };
    return [`link ${name} = ${show(link)}`, () => program.links.set(name, link)];
  },
  ({ links }, pick) => {
    const [name, { instanceId }] = pick([...links]);
    const link = { instanceId, vpcId: pick(VPCS) };
    return [`link ${name} = ${show(link)}`, () => links.set(name, link)];
  },
  (program, pick) => {
    const [name, { vpcId }] = pick([...program.links]);
    const link = { instanceId: pick(freeIn(program)), vpcId };
    return [`link ${name} = ${show(link)}`, () => program.links.set(name, link)];
  },
  ({ links }, pick) => {
    const [name] = pick([...links]);
    return [`no link ${name}`, () => links.delete(name)];
  },
  ({ links }, pick) => {
    const [from, link] = pick([...links]);
    const to = pick(unused(LINK_NAMES, links));
    return [`link ${from} is named ${to}`, () => void (links.delete(from) && links.set(to, link))];
  },
  (program, pick) => {
    const name = pick(unused(FLEET_NAMES, program.fleets));
    const free = freeIn(program);
    const fleet = { vpcId: pick(VPCS), instanceIds: free.slice(0, pick([0, 1, 2, 3])) };
    return [`fleet ${name} = ${showFleet(fleet)}`, () => program.fleets.set(name, fleet)];
  },
  (program, pick) => {
    const [name, { vpcId, instanceIds }] = pick([...program.fleets]);
    const fleet = { vpcId, instanceIds: [...instanceIds, pick(freeIn(program))] };
    return [`fleet ${name} = ${showFleet(fleet)}`, () => program.fleets.set(name, fleet)];
  },
  ({ fleets }, pick) => {
    const [name, { vpcId, instanceIds }] = pick([...fleets]);
    const leaves = pick(instanceIds);
    const fleet = { vpcId, instanceIds: instanceIds.filter((one) => one !== leaves) };
    return [`fleet ${name} = ${showFleet(fleet)}`, () => fleets.set(name, fleet)];
  },
  ({ fleets }, pick) => {
    const [name, { instanceIds }] = pick([...fleets]);
    const fleet = { vpcId: pick(VPCS), instanceIds };
    return [`fleet ${name} = ${showFleet(fleet)}`, () => fleets.set(name, fleet)];
  },
  ({ fleets }, pick) => {
    const [name] = pick([...fleets]);
    return [`no fleet ${name}`, () => fleets.delete(name)];
  },
  ({ fleets }, pick) => {
    const [from, fleet] = pick([...fleets]);
    const to = pick(unused(FLEET_NAMES, fleets));
    return [`fleet ${from} is named ${to}`, () => void (fleets.delete(from) && fleets.set(to, fleet))];
  },
  ({ links, fleets }, pick) => {
    const [link, { instanceId }] = pick([...links]);
    const [name, { vpcId, instanceIds }] = pick([...fleets]);
    const fleet = { vpcId, instanceIds: [...instanceIds, instanceId] };
    return [
      `link ${link} becomes part of fleet ${name} = ${showFleet(fleet)}`,
      () => void (links.delete(link) && fleets.set(name, fleet)),
    ];
  },
  ({ links, fleets }, pick) => {
    const link = pick(unused(LINK_NAMES, links));
    const [name, { vpcId, instanceIds }] = pick([...fleets]);
    const instanceId = pick(instanceIds);
    const fleet = { vpcId, instanceIds: instanceIds.filter((one) => one !== instanceId) };
    return [
      `a member becomes link ${link} = ${show({ instanceId, vpcId })} of fleet ${name} = ${showFleet(fleet)}`,
      () => void (fleets.set(name, fleet) && links.set(link, { instanceId, vpcId })),
    ];
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
    return [
      `the explicit providers are in ${region}`,
      () => {
        program.region = region;
      },
    ];
  },
  (program, pick) => {
    const [from, link] = pick([...program.links]);
    const [to, provider] = [pick(unused(LINK_NAMES, program.links)), pick([...PROVIDER_NAMES, undefined])];
    return [
      `link ${from} is named ${to}, with the provider ${provider}`,
      () => {
        program.links.delete(from);
        program.links.set(to, link);
        setProvider(program, from, undefined);
        setProvider(program, to, provider);
      },
    ];
  },
  (program, pick) => {
    const [from, fleet] = pick([...program.fleets]);
    const [to, provider] = [pick(unused(FLEET_NAMES, program.fleets)), pick([...PROVIDER_NAMES, undefined])];
    return [
      `fleet ${from} is named ${to}, with the provider ${provider}`,
      () => {
        program.fleets.delete(from);
        program.fleets.set(to, fleet);
        setProvider(program, from, undefined);
        setProvider(program, to, provider);
      },
    ];
  },
  (program, pick) => {
    const host = pick(program.host === "dynamic" ? (["plugin"] as const) : []);
    const [from, link] = pick([...program.links]);
    const to = pick(unused(LINK_NAMES, program.links));
    return [
      `the program moves to the plugin, where link ${from} is named ${to}`,
      () => {
        program.host = host;
        program.links.delete(from);
        program.links.set(to, link);
      },
    ];
  },
];

function setProvider({ providers }: Program, name: string, provider: ProviderName | undefined): void {
  if (provider === undefined) providers.delete(name);
  else providers.set(name, provider);
}

const show = ({ instanceId, vpcId }: { instanceId: string; vpcId: string }) => `${instanceId}→${vpcId}`;
const showFleet = ({ instanceIds, vpcId }: { instanceIds: readonly string[]; vpcId: string }) =>
  `${instanceIds.join(",")}→${vpcId}`;

const thereIn = ({ released }: Program) => INSTANCES.filter((instanceId) => !released.has(instanceId));

const DRIFT: readonly Recipe[] = [
  (program, pick) => {
    const [instanceId, vpcId] = [pick(thereIn(program)), pick(VPCS)];
    return [`someone links ${instanceId} to ${vpcId}`, ({ emulator }) => emulator.link(instanceId, vpcId)];
  },
  (program, pick) => {
    const there = thereIn(program).filter((one) => declaredBy(program)[one] !== undefined);
    const [instanceId, vpcId] = [pick(there), pick(VPCS)];
    return [`someone links ${instanceId} to ${vpcId}`, ({ emulator }) => emulator.link(instanceId, vpcId)];
  },
  (_, pick) => {
    const instanceId = pick(INSTANCES);
    return [`someone unlinks ${instanceId}`, ({ emulator }) => emulator.unlink(instanceId)];
  },
  (program, pick) => {
    const instanceId = pick(program.released.size === 0 ? INSTANCES : []);
    return [
      `${instanceId} is released`,
      ({ emulator }) => {
        program.released.add(instanceId);
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
