/** Changes many links at the same time. One link is a batch of one. Each link gets its own outcome. */

import PQueue from "p-queue";
import type { Link } from "../ecs/client";
import { type Operation, Task } from "./operation";

/** The number of links that are changed at a time. Links that wait do not count. More would only fill the memory. */
const CONCURRENCY = 32;

/** If ECS has accepted no change for this long, the accepted ones are confirmed, in ms. */
const CONFIRM_AFTER_MS = 2_000;

/** The first and the longest pause between two polls, in ms. */
const POLL_MS = { first: 250, longest: 3_000 } as const;

/** A change of links. */
export interface Change<Outcome> {
  /** The participle for progress, as in "linked". */
  readonly verb: string;
  /** What a poll waits for, as in "attached, not listed yet". */
  readonly awaited: string;
  /** Asks ECS until it has accepted the change, or there is an outcome. */
  act(link: Link, task: Task): Promise<Outcome | "accepted">;
  /** Polls whether an accepted change is listed. Undefined: not yet. */
  confirm(link: Link, task: Task): Promise<Outcome | undefined>;
  /** The outcome of a link whose change failed. Never throws. */
  fail(error: unknown, link: Link, task: Task): Outcome;
  /** Called when a link has its outcome. Never throws. */
  ended?(link: Link, outcome: Outcome): void;
  /** Called when each link was tried: ECS has accepted or refused it, or it waits for something else than a quota of calls. */
  allTried?(): void;
}

/**
 * Carries out a change for each link. Never throws for the failure of a link.
 *
 * @param already how many links of the same resource need no change, for progress.
 */
export async function changeAll<Outcome extends { readonly state: string }>(
  links: readonly Link[],
  change: Change<Outcome>,
  operation: Operation,
  already = 0,
): Promise<ReadonlyMap<Link, Outcome>> {
  const outcomes = new Map<Link, Outcome>();
  const accepted = new Map<Link, Task>();
  const locked = new Set<Link>();
  const tried = new Set<Link>();
  let failed = 0;

  function noteTried(link: Link): void {
    if (tried.has(link)) return;
    tried.add(link);
    if (tried.size === links.length) change.allTried?.();
  }

  /** One link reports its own waits. For many, the counts are reported. */
  function show(isWait: boolean): void {
    const total = links.length + already;
    if (total === 1) return;
    const counts = [
      `${already + outcomes.size - failed + accepted.size}/${total} ${change.verb}`,
      ...(locked.size > 0 ? [`${locked.size} locked`] : []),
      ...(failed > 0 ? [`${failed} failed`] : []),
    ];
    operation.progress(counts.join(", "), isWait);
  }

  function settle(link: Link, task: Task, outcome: Outcome | "accepted"): void {
    locked.delete(link);
    noteTried(link);
    if (outcome === "accepted") {
      accepted.set(link, task);
    } else {
      outcomes.set(link, outcome);
      if (outcome.state === "failed") failed += 1;
      change.ended?.(link, outcome);
    }
    show(false);
  }

  /** Calls `leave` when the link has to wait, so that the next one can start. */
  async function act(link: Link, leave: () => void): Promise<void> {
    const task = new Task(operation, (reason) => {
      if (reason !== "throttled") noteTried(link);
      if (reason === "locked") locked.add(link);
      else locked.delete(link);
      leave();
      if (links.length + already === 1) task.show(reason);
      else show(true);
    });
    try {
      settle(link, task, await change.act(link, task));
    } catch (error) {
      settle(link, task, change.fail(error, link, task));
    } finally {
      leave();
    }
  }

  async function confirm(link: Link, task: Task): Promise<void> {
    let outcome: Outcome | undefined;
    try {
      outcome = await task.retry(() => change.confirm(link, task));
      if (outcome === undefined) return;
    } catch (error) {
      outcome = change.fail(error, link, task);
    }
    accepted.delete(link);
    settle(link, task, outcome);
  }

  const queue = new PQueue({ concurrency: CONCURRENCY });
  let isActing = true;
  const acts = links.map(
    (link) =>
      new Promise<void>((acted) => {
        void queue.add(() => new Promise<void>((leave) => void act(link, leave).then(acted)));
      }),
  );
  const acted = Promise.all(acts).then(() => {
    isActing = false;
  });
  const clock = new Task(operation, () => {});
  let pauseMs: number = POLL_MS.first;
  do {
    const before = accepted.size;
    if (isActing) await (links.length === 1 ? acted : Promise.race([acted, quiet(clock, acted)]));
    if (isActing && accepted.size > before) continue;
    await Promise.all([...accepted].map(([link, task]) => confirm(link, task)));
    if (accepted.size === 0) continue;
    for (const task of accepted.values()) task.waits(change.awaited);
    if (isActing) continue;
    // At the time limit, the next poll gives each remaining link its outcome.
    await clock.pause(pauseMs).catch(() => {});
    pauseMs = Math.min(pauseMs * 2, POLL_MS.longest);
  } while (isActing || accepted.size > 0);
  // In the order of the links.
  const place = new Map(links.map((link, index) => [link, index]));
  return new Map([...outcomes].sort(([a], [b]) => (place.get(a) ?? 0) - (place.get(b) ?? 0)));
}

/** At the time limit, the changes end by themselves. */
async function quiet(clock: Task, acted: Promise<void>): Promise<void> {
  await clock.pause(CONFIRM_AFTER_MS).catch(() => acted);
}
