/** A short game of random steps against the model, the same at every run. `npm run test:long` plays for an hour. */

import { expect, test } from "@jest/globals";
import { HOSTS } from "../support/shop";
import { play } from "../model/play";

test("[5] [9] [11] [12] [20] random changes, drift, faults and kills end as declared through both hosts", async () => {
  const games = HOSTS.map((host, n) => play({ host, seed: 110 + n, runs: 5 }));
  const steps = (await Promise.all(games)).reduce((sum, played) => sum + played);
  console.log(`${steps} steps against the model`);
  expect(steps).toBeGreaterThan(100);
});
