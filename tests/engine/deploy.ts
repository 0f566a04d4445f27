// The engine proper: what a registration, a refresh or a removal means for a resource, and in which order providers hear of it.
import PQueue from "p-queue";
import { type Display, nameOf, type Op, type Step, typeOf } from "./display";
import { type Answer, PartiallyCreated, type Provider } from "./providers";
import type { ResourceState, Snapshot } from "./state";
import { envelope, holdsSecret, isSecret, mapped, same, UNKNOWN, type Values } from "./values";

type Settings = { preview: boolean; parallel: number; snapshot: Snapshot; display: Display };
type Names = { urnOf: (parent: string, type: string, name: string) => string; configFor: (pkg: string) => Values };
/** By URN or name: what alone is touched, what is replaced whatever its Diff would say. */
export type Orders = Readonly<{ target?: readonly string[]; replace?: readonly string[] }>;
export type World = Readonly<Settings & Names & { start: (pkg: string) => Promise<Provider>; orders?: Orders }>;
export type Deployment = ReturnType<typeof openDeployment>;
type Old = ResourceState | undefined;
type Work<T> = () => Promise<T>;

const providerPrefix = "pulumi:providers:";
const isProvider = ({ type }: ResourceState) => type.startsWith(providerPrefix);
const isManaged = (state: ResourceState) => state.custom && !isProvider(state);
const packageOf = (token: string) => token.replace(providerPrefix, "").split(":")[0] ?? "";
const referenceOf = ({ urn, id }: ResourceState) => `${urn}::${id}`;
const named = ({ urn, id }: ResourceState) => ({ id, urn, name: nameOf(urn), type: typeOf(urn) });
const changeOf = (old: Old, inputs: Values) => (!old ? "create" : same(old.inputs, inputs) ? "same" : "update");
const neededBy = ({ parent, provider, dependencies = [], propertyDependencies = {}, deletedWith }: ResourceState) =>
  [parent, provider.replace(/::[^:]*$/, ""), dependencies, Object.values(propertyDependencies), deletedWith ?? ""].flat(
    2,
  );
const isAmong = (names: readonly string[], urn: string) => names.includes(urn) || names.includes(nameOf(urn));

/** Marks a resource, by its name or URN, to be replaced by the next update, as `pulumi state taint` does. */
export function taint({ resources, save }: Snapshot, name: string): void {
  for (const state of resources.values()) {
    if (isAmong([name], state.urn)) resources.set(state.urn, { ...state, taint: true });
  }
  save();
}

/** A provider that accepts no secrets returns them bare: what went in as a secret is one again. */
const sealed = (values: Values = {}, inputs: Values): Values =>
  mapped(values, (value, key) => (holdsSecret(inputs[key]) && !isSecret(value) ? envelope({ value }) : value));

export function openDeployment(world: World) {
  const { preview, parallel, snapshot, display, urnOf, configFor, start, orders = {} } = world;
  const { resources, replaced, declared } = snapshot;
  const isTargeted = ({ urn }: ResourceState) => !orders.target || isAmong(orders.target, urn);
  /** Declared, not there yet, and not to be made. */
  const skipped = new Set<string>();
  const providers = new Map<string, Promise<Provider>>();
  /** Of resources to be replaced, and of those that depend on them. */
  const deletedAhead = new Set<string>();
  /** Decisions are taken one at a time, as the real engine takes them; the work they lead to runs in parallel. */
  const turns = new PQueue({ concurrency: 1 });
  const workers = new PQueue({ concurrency: parallel });
  /** Aborted by the first failure: from then on nothing new starts. */
  const halt = new AbortController();
  const underWay: Promise<unknown>[] = [];

  /** A failure is told once, under its resource, and stops the operation. */
  function fail(urn: string, error: unknown): void {
    if (error !== halt.signal.reason) display.failed(urn, error);
    halt.abort();
  }

  function watch<T>(urn: string, work: Promise<T>): Promise<T> {
    underWay.push(work.catch((error: unknown) => fail(urn, error)));
    return work;
  }

  function register(wanted: ResourceState): Promise<ResourceState> {
    const decided = turns.add(() => decide(wanted));
    const made = decided.then((work) => workers.add(work));
    return watch(wanted.urn, made);
  }

  /** Says what a registration asks for; calling the answer does it. */
  async function decide(wanted: ResourceState): Promise<Work<ResourceState>> {
    halt.signal.throwIfAborted();
    const { urn, type, custom, aliases = [], inputs: news } = wanted;
    if (declared.has(urn)) throw new Error(`Duplicate resource URN '${urn}'; try giving it a unique name`);
    const found = [urn, ...aliases].flatMap((one) => snapshot.remaining().find((state) => state.urn === one) ?? [])[0];
    const isGone = deletedAhead.has(urn);
    const old = isGone ? undefined : found;
    declared.add(urn);
    if (isProvider(wanted)) return decideProvider(wanted, old);
    const isLeft = type !== "pulumi:pulumi:Stack" && !isTargeted(wanted);
    if (!custom && !isLeft)
      return async () => done(changeOf(old, news), { ...wanted, outputs: old?.outputs ?? {} }, old);

    const reference = wanted.provider || (custom ? await defaultProvider(packageOf(type)) : "");
    if (isLeft) return async () => leave(wanted, old);
    const missing = neededBy({ ...wanted, provider: reference }).find((one) => skipped.has(one));
    if (missing) throw new Error(`it depends on ${missing}, which is not there and not among the targets`);
    const provider = await providerBehind(reference);
    if (wanted.id) return () => get(provider, wanted);
    const check = async (olds: Values): Promise<ResourceState> => {
      const { inputs } = await provider.call("check", { ...named(wanted), olds, news });
      return { ...wanted, provider: reference, inputs: sealed(inputs, news) };
    };
    const isOrdered = isAmong(orders.replace ?? [], urn) || old?.taint === true;
    const checked = await check((!isOrdered && old?.inputs) || {});
    if (!old) return () => make(isGone ? "replace" : "create", provider, checked, old);
    const kept = { ...checked, id: old.id, outputs: old.outputs };
    if (!isOrdered) await keepsProvider(old, reference);
    const undiffed = isOrdered && { changed: true, replaces: true, deletesFirst: false };
    const verdict = undiffed || (await diff(provider, { ...old, urn }, checked.inputs));
    if (!verdict.changed && !old.initErrors) return async () => done("same", kept, old);
    if (!verdict.replaces) return () => make("update", provider, kept, old);
    if (wanted.protect && old.protect) throw new Error("cannot be replaced because it is protected");
    const fresh = isOrdered ? checked : await check({});
    const condemned = verdict.deletesFirst ? await replacedWith(old) : [];
    return async () => {
      for (const state of condemned) await remove(state, false);
      return make("replace", provider, fresh, old);
    };
  }

  /** Leaves a resource as it is, and makes none. */
  function leave(wanted: ResourceState, old: Old): ResourceState {
    if (!old) return skipped.add(wanted.urn) && wanted;
    if (old.provider && !providers.has(old.provider)) throw new Error(`${old.provider} is not among the targets`);
    declared.add(old.urn);
    return done("same", old, old);
  }

  /** Asks the new provider of a resource whether it can go on with what the old one has made. */
  async function keepsProvider(old: ResourceState, reference: string): Promise<void> {
    const [was, now] = reference === old.provider ? [] : [old.provider, reference].map(snapshot.behind);
    if (was && now && !now.aliases?.includes(was.urn)) await keepsConfig(await providerBehind(reference), was, now);
  }

  async function keepsConfig(provider: Provider, was: ResourceState, now: ResourceState): Promise<void> {
    const sides = { olds: was.outputs, news: now.inputs, oldInputs: was.inputs };
    const { replacesList = [] } = await provider.call("diffConfig", { ...named(now), id: "", ...sides });
    if (replacesList.length > 0) throw new Error("this engine replaces no provider");
  }

  async function diff(provider: Provider, old: ResourceState, news: Values) {
    const sides = { olds: old.outputs, news, oldInputs: old.inputs };
    const { changes, replacesList = [], ...answer } = await provider.call("diff", { ...named(old), ...sides });
    const changed = changes === 2 || (!changes && !same(old.inputs, news));
    return { changed, replaces: changed && replacesList.length > 0, deletesFirst: answer.deletebeforereplace === true };
  }

  /** A resource to be replaced, after those that would be replaced with it, as their providers say of unknown inputs. */
  async function replacedWith(root: ResourceState): Promise<ResourceState[]> {
    const found = [root];
    for (const state of snapshot.remaining().filter(isManaged)) {
      const isLost = (key: string) => found.some(({ urn }) => state.propertyDependencies?.[key]?.includes(urn));
      const news = mapped(state.inputs, (value, key) => (isLost(key) ? UNKNOWN : value));
      if (same(news, state.inputs)) continue;
      if ((await diff(await providerBehind(state.provider), state, news)).replaces) found.push(state);
    }
    const first = found.filter((state) => !deletedAhead.has(state.urn)).reverse();
    for (const { urn } of first) deletedAhead.add(urn);
    return first;
  }

  async function step<T>(name: Step, resource: ResourceState, work: Work<T>): Promise<T> {
    halt.signal.throwIfAborted();
    snapshot.save();
    const end = display.step(name, resource.urn);
    try {
      const result = await work();
      end();
      return result;
    } finally {
      snapshot.save();
    }
  }

  function done(op: Op, state: ResourceState, old: Old): ResourceState {
    display.changed(op, old, state);
    return snapshot.declare(state, old, op === "replace");
  }

  /** Creates, or updates what is there. No provider is asked in a preview: its outputs are what it would be given. */
  function make(name: "create" | "replace" | "update", provider: Provider, wanted: ResourceState, old: Old) {
    const { id, inputs, customTimeouts } = wanted;
    const call = async (): Promise<Answer> => {
      if (preview) return { properties: inputs };
      const sides = { olds: old?.outputs, news: inputs, oldInputs: old?.inputs, timeout: customTimeouts?.update };
      if (name === "update") return provider.call("update", { ...named(wanted), ...sides });
      return provider.call("create", { ...named(wanted), properties: inputs, timeout: customTimeouts?.create });
    };
    const made = (answer: Answer, initErrors?: readonly string[]): ResourceState => {
      if (!preview && !answer.id && !id) throw new Error("provider did not return an ID from Create");
      return { ...wanted, id: answer.id || id, outputs: sealed(answer.properties, inputs), initErrors };
    };
    return step(name, wanted, async () => {
      const answer = await call().catch((error: unknown) => {
        if (error instanceof PartiallyCreated) snapshot.declare(made(error, error.reasons), old, name === "replace");
        throw error;
      });
      return done(name, made(answer), old);
    });
  }

  function remove(state: ResourceState, counted: boolean): Promise<void> {
    const timeout = state.customTimeouts?.delete;
    const request = { ...named(state), properties: state.outputs, oldInputs: state.inputs, timeout };
    const forgotten = state.retainOnDelete || snapshot.remaining().some(({ urn }) => urn === state.deletedWith);
    return step("delete", state, async () => {
      if (state.protect) throw new Error("cannot be deleted because it is protected");
      if (isManaged(state) && !preview && !forgotten)
        await (await providerBehind(state.provider)).call("delete", request);
      snapshot.forget(state);
      if (counted && !state.delete) display.changed("delete", state, undefined);
    });
  }

  /** Once the program has said all: what it did not ask for goes, and what was replaced, dependents first. */
  async function removeTheRest(): Promise<void> {
    const rest = [...snapshot.remaining(), ...replaced];
    const left = rest.filter(isTargeted);
    const neededIn = (states: readonly ResourceState[]) => new Set(states.flatMap(neededBy));
    const [byRest, byAny] = [neededIn(rest), neededIn(orders.target ? [...rest, ...resources.values()] : rest)];
    const level = left.filter((state) => !(state.delete ? byRest : byAny).has(state.urn));
    if (left[0] && level.length === 0) throw new Error(`${left[0].urn} is needed by what is not among the targets`);
    const removing = (state: ResourceState) => {
      const removed = workers.add(() => remove(state, true));
      return watch(state.urn, removed);
    };
    await Promise.allSettled(level.map(removing));
    if (level.length > 0 && !halt.signal.aborted) await removeTheRest();
  }

  /** A read that fails keeps no other from being made. */
  async function refresh(counted: boolean): Promise<void> {
    const look = async (state: ResourceState) => {
      const found = isManaged(state) ? await step("refresh", state, () => readAgain(state)) : state;
      if (!found) snapshot.forget(state);
      const drifted = !same(state.outputs, found?.outputs);
      if (counted) display.changed(!found ? "delete" : drifted ? "update" : "same", state, found);
    };
    const failed = (urn: string) => (error: unknown) => display.failed(urn, error);
    const states = [...snapshot.remaining(), ...replaced].filter(isTargeted);
    await Promise.all(states.map((state) => workers.add(() => look(state)).catch(failed(state.urn))));
    if (display.counts.errored > 0) halt.abort();
  }

  async function readAgain(state: ResourceState): Promise<Old> {
    const { inputs, outputs } = state;
    const provider = await providerBehind(state.provider);
    const answer = await provider.call("read", { ...named(state), properties: outputs, inputs });
    if (!answer.id) return undefined;
    const now = { outputs: sealed(answer.properties, inputs), inputs: sealed(answer.inputs ?? inputs, inputs) };
    const found = { ...state, ...now, id: answer.id, initErrors: undefined };
    await diff(provider, found, inputs);
    snapshot.renew(state, found);
    return found;
  }

  /** Of what the program looks up and does not manage: nothing is kept. */
  const get = (provider: Provider, state: ResourceState): Promise<ResourceState> =>
    step("read", state, async () => {
      const { id, inputs } = state;
      const asked = { ...named(state), properties: inputs, inputs };
      const { properties } = id === UNKNOWN ? { properties: {} } : await provider.call("read", asked);
      if (!properties) throw new Error(`resource '${id}' does not exist`);
      display.changed("read", undefined, state);
      return { ...state, outputs: sealed(properties, inputs) };
    });

  async function invoke(tok: string, args: Values, reference: string): Promise<Values> {
    const used = reference || (await turns.add(() => defaultProvider(packageOf(tok))));
    const answer = await (await providerBehind(used)).call("invoke", { tok, args });
    return answer.return ?? {};
  }

  async function decideProvider(wanted: ResourceState, old: Old): Promise<Work<ResourceState>> {
    const provider = await start(packageOf(wanted.type));
    const asked = { ...named(wanted), olds: old?.inputs ?? {}, news: wanted.inputs };
    const checked = await provider.call("checkConfig", asked);
    const inputs = sealed(checked.inputs ?? wanted.inputs, wanted.inputs);
    if (old) await keepsConfig(provider, old, { ...wanted, inputs });
    const id = old?.id || (preview ? UNKNOWN : crypto.randomUUID());
    const state = { ...wanted, id, inputs, outputs: inputs };
    await provider.configure(named(state), inputs);
    providers.set(referenceOf(state), Promise.resolve(provider));
    return async () => done(changeOf(old, inputs), state, old);
  }

  async function defaultProvider(pkg: string): Promise<string> {
    const type = providerPrefix + pkg;
    const about = { urn: urnOf("", type, "default"), type, custom: true, id: "", parent: "", provider: "" };
    const wanted = { ...about, inputs: configFor(pkg), outputs: {} };
    if (!declared.has(about.urn)) await (await decide(wanted))();
    return referenceOf(resources.get(about.urn) ?? wanted);
  }

  /** The provider of a reference: one of this operation, or one that the state remembers with its configuration. */
  function providerBehind(reference: string): Promise<Provider> {
    const load = async () => {
      const state = snapshot.behind(reference);
      if (!state) throw new Error(`unknown provider ${reference}`);
      const provider = await start(packageOf(state.type));
      await provider.configure(named(state), state.inputs);
      return provider;
    };
    const loading = providers.get(reference) ?? load();
    providers.set(reference, loading);
    return loading;
  }

  function registerOutputs(urn: string, outputs: Values): void {
    const state = resources.get(urn);
    if (state) resources.set(urn, { ...state, outputs });
  }

  return { halt, underWay, fail, register, registerOutputs, invoke, refresh, removeTheRest, skipped };
}
