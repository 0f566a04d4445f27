/** How many random inputs a test gets: a few that are always the same, or others and more of them. */

/** Parameters for `fc.assert`: `FUZZ_TIMES` makes the run that many times longer, `FUZZ_SEED` chooses other inputs. */
export function fuzz(numRuns: number): { readonly seed: number; readonly numRuns: number } {
  const { FUZZ_SEED = "1", FUZZ_TIMES = "1" } = process.env;
  return { seed: Number(FUZZ_SEED), numRuns: numRuns * Number(FUZZ_TIMES) };
}
