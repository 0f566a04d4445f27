/** How long the tests that make up their input go on: a short run that is the same each time, or a longer one of one's choice. */

/** Parameters for `fc.assert`: `FUZZ_TIMES` makes the run that many times longer, `FUZZ_SEED` makes it another one. */
export function fuzz(numRuns: number): { readonly seed: number; readonly numRuns: number } {
  const { FUZZ_SEED = "1", FUZZ_TIMES = "1" } = process.env;
  return { seed: Number(FUZZ_SEED), numRuns: numRuns * Number(FUZZ_TIMES) };
}
