/** The links that this run declares, has made and has removed. See `docs/architecture.md`, "The ledger". */

import { createHash } from "node:crypto";
import type { Link } from "../ecs/client";
import { LISTING_LAG_MS } from "./connection";
import { type Event, Run } from "./run";

/** An instance in its region. */
export type Instance = Pick<Link, "regionId" | "instanceId">;

/** The resource that declares a link, to find instances that are declared twice. */
export interface Declarer {
  /** Unique for each resource of a program, and the same for all its checks. */
  readonly key: string;
  /** Names it for a message. */
  readonly label: string;
  /** Whether it is one resource for one link. */
  readonly single: boolean;
}

/** How often to poll for the end of a removal by another resource, in ms. */
export const SETTLE_POLL_MS = 200;

/**
 * The ledger of one provider in a run. The key of a link has its cloud, because two clouds may use the same ids. Files contain
 * hashes, so that no secret id is in a file.
 *
 * The engine creates a replacement before it deletes the old resource, maybe in another process. So a delete checks whether
 * this run declares the link, and a diff checks whether this run has removed it.
 */
export class Ledger {
  readonly #run: Run;
  readonly #cloudOf: (regionId: string) => string;
  /** By resource, what its last check declares: the key of each link → the link. */
  readonly #declaredBy = new Map<string, ReadonlyMap<string, Link>>();
  /** The keys of the resources that this run has imported. */
  readonly #imports = new Set<string>();
  readonly #declarers = new Map<string, Map<string, { readonly vpcId: string; readonly by: Declarer }>>();

  /** @param cloudOf names the cloud of a region: the same for each address of one cloud. May throw. */
  constructor(run: Run = new Run(), cloudOf: (regionId: string) => string = () => "") {
    this.#run = run;
    this.#cloudOf = cloudOf;
  }

  /**
   * Notes links that the program of this run declares. A resource is checked twice if it is replaced, the second time without
   * `ignoreChanges`. Then only the last check counts.
   *
   * @returns for each instance that another resource declares too, and that cannot have both links, that resource's label.
   */
  declare(links: readonly Link[], by: Declarer | undefined): ReadonlyMap<string, string> {
    const clashes = new Map<string, string>();
    if (by === undefined) {
      this.#record("declared", ...links);
      return clashes;
    }
    const before = this.#declaredBy.get(by.key) ?? new Map<string, Link>();
    const now = new Map(links.map((link) => [this.#linkKey(link), link]));
    this.#declaredBy.set(by.key, now);
    const gone = [...before].flatMap(([key, link]) => (now.has(key) ? [] : [link]));
    for (const link of gone) this.#declarers.get(this.#instanceKey(link))?.delete(by.key);
    this.#record("declared", ...[...now].flatMap(([key, link]) => (before.has(key) ? [] : [link])));
    this.#record("undeclared", ...gone);
    for (const link of links) {
      const instance = this.#instanceKey(link);
      const others = this.#declarers.get(instance) ?? new Map();
      this.#declarers.set(instance, others.set(by.key, { vpcId: link.vpcId, by }));
      for (const { vpcId, by: other } of others.values()) {
        const bothSingle = other.single && by.single;
        if (other.key !== by.key && (bothSingle || vpcId !== link.vpcId)) clashes.set(link.instanceId, other.label);
      }
    }
    return clashes;
  }

  /** Notes the links of a resource whose check fails. Nobody knows what it declares, so its links stay. */
  keep(links: readonly Link[]): void {
    this.#record("declared", ...links);
  }

  /**
   * Notes the links that a resource had before its check in this run.
   *
   * @param by the resource. If this run has imported it, it had none: the engine passes what the import has found.
   */
  had(links: readonly Link[], by?: Declarer): void {
    if (by === undefined || !this.#imports.has(by.key)) this.#record("had", ...links);
  }

  /**
   * Notes the links that a refresh has found for a resource of the state.
   *
   * @param lagMs how long a removed link may still be listed. A link that was removed longer ago was made again by others.
   */
  found(links: readonly Link[], lagMs = LISTING_LAG_MS): void {
    this.#record("found", ...links);
    const { removals } = this.#run;
    for (const key of links.map((link) => this.#linkKey(link)))
      if ((removals?.ageMs(key) ?? 0) >= lagMs) removals?.delete(key);
  }

  /** Notes the links that an import or a `get` has found by the id of their resource. */
  imported(links: readonly Link[], by: Declarer | undefined): void {
    if (by !== undefined) this.#imports.add(by.key);
    this.#record("imported", ...links);
    this.found(links, 0);
  }

  /** Notes that this run has made or adopted a link. */
  made(link: Link): void {
    this.#record("made", link);
    this.#run.removals?.delete(this.#linkKey(link));
  }

  /**
   * Notes that an attach has failed without a proof, and returns whether the link may exist: another resource of this run had
   * it. Writes before it reads, as a delete does that leaves the link. So at least one of them keeps it in the state.
   */
  mayExist(link: Link): boolean {
    try {
      this.#record("failed", link);
      return this.wasHad(link);
    } catch {
      // The ledger is lost, so nobody knows.
      return true;
    }
  }

  /**
   * Notes that a removal begins, unless the link stays: this run declares it, or has made or adopted it. Call
   * {@link endRemoval} at its end.
   *
   * Writes before it reads. A diff in another process reads after its check has written. So at least one of them sees the other.
   */
  beginRemoval(link: Link): boolean {
    this.#record("removing", link);
    const goes = !this.stays(link);
    if (goes) {
      this.#record("removed", link);
      this.#run.removals?.add(this.#linkKey(link));
    } else {
      // If the create of the one that declares it fails, that one has to keep it in the state.
      this.#record("had", link);
      this.endRemoval(link);
    }
    return goes;
  }

  /** @param isProven whether ECS has removed the link and lists it no more. */
  endRemoval(link: Link, isProven = false): void {
    if (isProven) this.#record("gone", link);
    this.#record("settled", link);
  }

  /** Whether this run has removed the link for certain. */
  isGone(link: Link): boolean {
    return this.#has("gone", link);
  }

  /** Whether the resource that declares the link could not adopt it, so that no state would have it without the one that had it. */
  isUnowned(link: Link): boolean {
    return this.#has("failed", link) && !this.#has("made", link);
  }

  /** Whether a resource that this run checks or deletes had the link before. */
  wasHad(link: Link): boolean {
    return this.#has("had", link);
  }

  /** Whether the state has the link only because this run has imported it. */
  isOnlyImported(link: Link): boolean {
    return this.#has("imported", link) && !this.wasHad(link);
  }

  /** Whether this run declares the link, or has made or adopted it. */
  stays(link: Link): boolean {
    return this.#has("declared", link) || this.#has("made", link);
  }

  /** Whether this or an earlier run has removed the link, or is removing it, and none has made it again. */
  isRemoved(link: Link): boolean {
    return (this.isTouched(link) || this.#removedMsAgo(link) !== undefined) && !this.#has("made", link);
  }

  /** Whether this run has removed the link, or an earlier one less than two minutes ago. Then a listing with the link proves nothing. */
  isTouched(link: Link): boolean {
    const isRecent = (this.#removedMsAgo(link) ?? LISTING_LAG_MS) < LISTING_LAG_MS;
    return isRecent || this.#has("removed", link) || this.isRemoving(link);
  }

  /** How long ago a run has removed the link, or has tried to, if none has made it again since. */
  #removedMsAgo(link: Link): number | undefined {
    return this.#run.removals?.ageMs(this.#linkKey(link));
  }

  /** Whether a removal of a link of the instance is under way in this run. */
  isRemoving(instance: Instance): boolean {
    return this.#run.isRemoving(this.#instanceKey(instance));
  }

  /** Whether the program of this run declares a link of the instance, to any VPC. */
  declaresInstance(instance: Instance): boolean {
    return this.#run.has("declared", this.#instanceKey(instance));
  }

  /** Whether this run has made or adopted a link of the instance. An instance has at most one, so any other is gone. */
  hasMade(instance: Instance): boolean {
    return this.#run.has("made", this.#instanceKey(instance));
  }

  /** Whether a resource of this run had the link, and no longer declares it. Then the one that declares the instance may detach it. */
  isGivenUp(link: Link): boolean {
    return this.wasHad(link) && !this.stays(link);
  }

  /**
   * Whether the state has the link, and no resource that was checked so far declares it. The engine passes no state to the check
   * of a resource that it replaces by itself, so only a refresh in the same run shows that.
   */
  isLeftOver(link: Link): boolean {
    return this.#has("found", link) && !this.stays(link);
  }

  /** The time since this run checked a resource, in ms. A resource that is checked later may no longer declare a link. */
  sinceCheckMs(): number {
    return this.#run.sinceCheckMs();
  }

  #has(event: Event, link: Link): boolean {
    return this.#run.has(event, this.#linkKey(link));
  }

  #record(event: Event, ...links: readonly Link[]): void {
    this.#run.record(
      event,
      links.map((link) => [this.#instanceKey(link), this.#linkKey(link)]),
    );
  }

  #linkKey(link: Link): string {
    return hashed([this.#instanceKey(link), link.vpcId]);
  }

  #instanceKey({ regionId, instanceId }: Instance): string {
    return hashed([this.#cloud(regionId), regionId, instanceId]);
  }

  #cloud(regionId: string): string {
    try {
      return this.#cloudOf(regionId);
    } catch {
      // The call that needs a wrong setting reports it.
      return "";
    }
  }
}

function hashed(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, 22);
}
