/** Changes of the program, and of the cloud by others. */

import * as fc from "fast-check";
import {
  type Declared,
  declaredBy,
  INSTANCES,
  NAMES,
  type Program,
  PROVIDER_NAMES,
  type ProviderName,
  REGION,
  VPCS,
} from "./program";
import type { System } from "./system";

/** A change that can be made now, in words. */
type Change = readonly [words: string, make: (system: System) => unknown];

/** Picks one of what there is. */
type Pick = <T>(from: readonly T[]) => T;

/** Makes a change that a program, or the cloud, can take now, of what it picks from what there is. */
type Recipe = (program: Program, pick: Pick) => Change;

/** There is nothing to pick from. */
class NothingToPick extends Error {}

/** A step that calls no operation. */
class Edit implements fc.AsyncCommand<Program, System> {
  #words = "an edit";

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
    const [words, make] = this.#change(program);
    this.#words = words;
    system.steps += 1;
    program.isChanged = true;
    make(system);
  }

  toString(): string {
    return this.#words;
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

const freeIn = ({ resources }: Program) => {
  const declared = declaredBy(resources.values());
  return INSTANCES.filter((instanceId) => declared[instanceId] === undefined);
};
const thereIn = ({ released }: Program) => INSTANCES.filter((instanceId) => !released.has(instanceId));
const ofKind = ({ resources }: Program, kind: Declared["kind"]) =>
  [...resources].filter(([, declared]) => declared.kind === kind);
const unused = ({ resources }: Program, kind: Declared["kind"]) => NAMES[kind].filter((name) => !resources.has(name));

const declare = ({ resources }: Program, name: string, declared: Declared): Change => [
  `${declared.kind} ${name} = ${declared.instanceIds.join(",")}→${declared.vpcId}`,
  () => resources.set(name, declared),
];
const both = ([first, makeFirst]: Change, [second, makeSecond]: Change): Change => [
  `${first}, ${second}`,
  (system) => {
    makeFirst(system);
    makeSecond(system);
  },
];
const moveToPlugin = (program: Program, pick: Pick, chances = [true]): Change => {
  const host = pick(program.host === "dynamic" && pick(chances) ? (["plugin"] as const) : []);
  return ["the program moves to the plugin", () => Object.assign(program, { host })];
};
const remove = ({ resources }: Program, name: string): Change => [`no ${name}`, () => resources.delete(name)];

/** Gives a resource another name. */
function rename(program: Program, pick: Pick): { from: string; to: string; change: Change } {
  const [from, declared] = pick([...program.resources]);
  const to = pick(unused(program, declared.kind));
  return { from, to, change: both(remove(program, from), declare(program, to, declared)) };
}

function setProvider({ providers }: Program, name: string, provider: ProviderName | undefined): Change {
  const make = () => (provider === undefined ? providers.delete(name) : providers.set(name, provider));
  return [`${name} has the provider ${provider}`, make];
}

/** Of links and of fleets. */
const OF_BOTH: readonly Recipe[] = [
  (program, pick) => {
    const [name, declared] = pick([...program.resources]);
    return declare(program, name, { ...declared, vpcId: pick(VPCS) });
  },
  (program, pick) => {
    const [name, declared] = pick([...program.resources]);
    const kept = declared.kind === "link" ? [] : declared.instanceIds;
    return declare(program, name, { ...declared, instanceIds: [...kept, pick(freeIn(program))] });
  },
  (program, pick) => remove(program, pick([...program.resources.keys()])),
  (program, pick) => rename(program, pick).change,
];

/** What both kinds have is drawn twice as often as what one of them has. */
const RECIPES: readonly Recipe[] = [
  ...OF_BOTH,
  ...OF_BOTH,
  (program, pick) => moveToPlugin(program, pick, [true, false, false, false, false]),
  (program, pick) => {
    const link = { kind: "link", instanceIds: [pick(freeIn(program))], vpcId: pick(VPCS) } as const;
    return declare(program, pick(unused(program, "link")), link);
  },
  (program, pick) => {
    const instanceIds = freeIn(program).slice(0, pick([0, 1, 2, 3]));
    return declare(program, pick(unused(program, "fleet")), { kind: "fleet", instanceIds, vpcId: pick(VPCS) });
  },
  (program, pick) => {
    const [name, fleet] = pick(ofKind(program, "fleet"));
    const left = pick(fleet.instanceIds);
    return declare(program, name, { ...fleet, instanceIds: fleet.instanceIds.filter((id) => id !== left) });
  },
  // A link becomes a member.
  (program, pick) => {
    const [link, { instanceIds }] = pick(ofKind(program, "link"));
    const [name, fleet] = pick(ofKind(program, "fleet"));
    const grown = { ...fleet, instanceIds: [...fleet.instanceIds, ...instanceIds] };
    return both(remove(program, link), declare(program, name, grown));
  },
  // A member becomes a link.
  (program, pick) => {
    const [name, fleet] = pick(ofKind(program, "fleet"));
    const instanceId = pick(fleet.instanceIds);
    const link = { ...fleet, kind: "link", instanceIds: [instanceId] } as const;
    const shrunk = { ...fleet, instanceIds: fleet.instanceIds.filter((id) => id !== instanceId) };
    return both(declare(program, pick(unused(program, "link")), link), declare(program, name, shrunk));
  },
];

/** Makes a change, and gives a resource another provider with it. */
const PROVIDER_RECIPES: readonly Recipe[] = [
  (program, pick) => setProvider(program, pick([...program.resources.keys()]), pick([...PROVIDER_NAMES, undefined])),
  (program, pick) => {
    const region = pick([REGION, "cn-beijing", "cn-shanghai"]);
    return [`the explicit providers are in ${region}`, () => Object.assign(program, { region })];
  },
  (program, pick) => {
    const { from, to, change } = rename(program, pick);
    const provider = setProvider(program, to, pick([...PROVIDER_NAMES, undefined]));
    return both(change, both(setProvider(program, from, undefined), provider));
  },
  (program, pick) => both(moveToPlugin(program, pick), rename(program, pick).change),
];

const someoneLinks: Recipe = (program, pick) => {
  const declared = declaredBy(program.resources.values());
  const there = thereIn(program);
  const instanceId = pick(pick([there, there.filter((one) => declared[one] !== undefined)]));
  const vpcId = pick(VPCS);
  return [`someone links ${instanceId} to ${vpcId}`, ({ emulator }) => emulator.link(instanceId, vpcId)];
};

const DRIFT: readonly Recipe[] = [
  someoneLinks,
  someoneLinks,
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
