// The deployment on disk: JSON shaped like `pulumi stack export`, saved whole and atomically at every step.
import { createCipheriv, createDecipheriv, scryptSync } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { envelope, isSecret, type Values } from "./values";

/** The id, the parent and the provider (its URN and its id, joined by two colons) are empty where there is none. */
type Identity = { urn: string; type: string; custom: boolean; id: string; parent: string; provider: string };
type Properties = { inputs: Values; outputs: Values };
type Dependencies = { dependencies?: string[]; propertyDependencies?: Record<string, string[]> };
/** Timeouts are in seconds, 0 leaving them to the provider; `initErrors` say why a resource is only partially created. */
type Timeouts = { create: number; update: number; delete: number };
type Extras = { aliases?: string[]; customTimeouts?: Timeouts; initErrors?: readonly string[] | undefined };
/** What keeps a resource from being deleted, from being deleted by its provider, and whose end is its own. */
type Endings = { protect?: boolean; retainOnDelete?: boolean; deletedWith?: string };
/** `delete`: replaced, and still to be deleted. `taint`: to be replaced by the next update. */
type Replacing = { delete?: boolean; taint?: boolean };
export type ResourceState = Readonly<Identity & Properties & Dependencies & Extras & Endings & Replacing>;

/** Only the Pulumi CLI writes `pending_operations`. */
type Deployment = Readonly<{ resources: readonly ResourceState[]; pending_operations?: readonly unknown[] }>;
export type Exported = Readonly<{ version: 3; deployment: Deployment }>;

type Change = (secret: Values) => Values;
const secretsBy = (change: Change) => (_: string, value: Values) => (isSecret(value) ? change(value) : value);

export const readState = (file: string, decrypt: Change = (secret) => secret): Exported | undefined =>
  existsSync(file) ? JSON.parse(readFileSync(file, "utf8"), secretsBy(decrypt)) : undefined;

/** AES under a key made of a passphrase. Salt and nonce may be fixed, as these states are thrown away after a test. */
function cipher(passphrase: string) {
  let made: Buffer | undefined;
  // Made only where there is a secret: it takes long, as it should.
  const key = () => (made ??= scryptSync(passphrase, "pulumi-classiclink", 32));
  const encrypt: Change = ({ value }) => {
    const aes = createCipheriv("aes-256-cbc", key(), Buffer.alloc(16));
    return envelope({ ciphertext: aes.update(JSON.stringify(value), "utf8", "base64") + aes.final("base64") });
  };
  const decrypt: Change = ({ ciphertext }) => {
    const aes = createDecipheriv("aes-256-cbc", key(), Buffer.alloc(16));
    return envelope({ value: JSON.parse(aes.update(String(ciphertext), "base64", "utf8") + aes.final("utf8")) });
  };
  return { encrypt, decrypt };
}

export type Snapshot = ReturnType<typeof openSnapshot>;

/** The resources of a stack during one operation, by URN. */
export function openSnapshot(file: string, passphrase: string, writes: boolean) {
  const { encrypt, decrypt } = cipher(passphrase);
  const stored = readState(file, decrypt)?.deployment;
  const [gone, there] = [true, false].map((is) => stored?.resources.filter((state) => is === !!state.delete) ?? []);
  const resources = new Map(there?.map((state) => [state.urn, state]));
  /** What was replaced before it is deleted; its URN is that of what took its place. */
  const replaced = new Set(gone);
  /** The URNs that the program has come to. */
  const declared = new Set<string>();
  const remaining = () => [...resources.values()].filter(({ urn }) => !declared.has(urn));

  /** Puts a state in place of an old one, perhaps of another URN, and after all that it may depend on. */
  function declare(state: ResourceState, old?: ResourceState, isReplacement = false): ResourceState {
    if (old && isReplacement && resources.get(old.urn) === old) replaced.add({ ...old, delete: true });
    for (const urn of [old?.urn ?? "", state.urn]) resources.delete(urn);
    resources.set(state.urn, state);
    return state;
  }

  /** The provider of a reference as the state knows it, replaced or not. */
  const behind = (reference: string) =>
    [...resources.values(), ...replaced].find(({ urn, id }) => `${urn}::${id}` === reference);

  const renew = (state: ResourceState, found: ResourceState) =>
    replaced.delete(state) ? replaced.add(found) : resources.set(found.urn, found);

  function forget(state: ResourceState): void {
    replaced.delete(state);
    if (resources.get(state.urn) === state) resources.delete(state.urn);
  }

  function save(): void {
    if (!writes) return;
    const first = [...resources.values()].filter(({ urn }) => declared.has(urn));
    const exported: Exported = { version: 3, deployment: { resources: [...first, ...remaining(), ...replaced] } };
    writeFileSync(`${file}.new`, JSON.stringify(exported, secretsBy(encrypt)));
    renameSync(`${file}.new`, file);
  }

  return { resources, replaced, declared, remaining, declare, behind, renew, forget, save };
}
