/** The links that earlier runs have removed, on this machine. */

import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makePrivate } from "./journal";

/** How long a removal is remembered, in ms. */
const REMEMBERED_MS = 7 * 24 * 3_600_000;

/**
 * Remembers removed links until they are made again.
 *
 * If a delete fails or is killed, Pulumi keeps the old state, although some links are gone. If an update fails, another resource
 * may still have a link in the state that the update has removed. The next `pulumi up` would call such resources unchanged.
 *
 * Each link is an empty file, named after its hash. It is best effort, and never throws: another machine has no such file.
 */
export class Removals {
  readonly #folder: string;
  #isPruned = false;

  /** @param parent a folder that is private to the user. */
  constructor(parent: string) {
    this.#folder = join(parent, "removed");
  }

  add(key: string): void {
    orNothing(() => {
      makePrivate(this.#folder);
      this.#prune();
      writeFileSync(join(this.#folder, key), "", { mode: 0o600 });
    });
  }

  delete(key: string): void {
    orNothing(() => rmSync(join(this.#folder, key), { force: true }));
  }

  /** How long ago the link was removed, in ms. Undefined if it was not, or was made again. */
  ageMs(key: string): number | undefined {
    return orNothing(() => Date.now() - statSync(join(this.#folder, key)).mtimeMs);
  }

  #prune(): void {
    if (this.#isPruned) return;
    this.#isPruned = true;
    const isOld = (key: string) => (this.ageMs(key) ?? 0) > REMEMBERED_MS;
    for (const key of readdirSync(this.#folder).filter(isOld)) this.delete(key);
  }
}

/** A change of a link must not fail because its removal cannot be noted. */
function orNothing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
