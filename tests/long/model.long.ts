/** A long game against the model, another one at every run unless LONG_TEST_SEED says which: an hour, or LONG_TEST_MINUTES. */

import { expect, test } from "@jest/globals";
import { HOSTS } from "../support/shop";
import { play } from "../model/play";

const minutes = Number(process.env.LONG_TEST_MINUTES ?? 60);
const timeLimitMs = minutes * 60_000;

/** Games for each host, each with a process of its own. */
const TABLES = 2;

test(
  "random changes, drift, faults and kills end as declared through both hosts",
  async () => {
    const seed = Number(process.env.LONG_TEST_SEED ?? Date.now() % 1_000_000_000);
    const games = HOSTS.flatMap((host, n) =>
      Array.from({ length: TABLES }, (_, table) =>
        play({ host, seed: seed + 10 * n + table, runs: Number.MAX_SAFE_INTEGER, timeLimitMs }),
      ),
    );
    const played = await Promise.allSettled(games);
    const steps = played.map((game) => (game.status === "fulfilled" ? game.value : 0));
    console.log(`${steps.reduce((sum, count) => sum + count)} steps against the model, seed ${seed}`);
    expect(played.flatMap((game) => (game.status === "rejected" ? [String(game.reason)] : []))).toEqual([]);
  },
  timeLimitMs + 600_000,
);
