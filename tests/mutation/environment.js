const { createRequire } = require("node:module");

// Jest's own, wherever npm has put it.
const core = createRequire(require.resolve("jest/package.json")).resolve("@jest/core");
const config = createRequire(core).resolve("jest-config");
const { TestEnvironment } = createRequire(config)("jest-environment-node");

/** In the first run, the runner sets it to an object: by test file, the mutants that its tests reach. */
const REACHED = Symbol.for("reached mutants");

/** Notes the mutants that a file reaches, and skips its tests after the first that fails: the mutant is killed. */
module.exports = class FirstFailure extends TestEnvironment {
  #failed = false;
  #before = {};

  constructor(config, context) {
    super(config, context);
    this.path = context.testPath;
  }

  async setup() {
    await super.setup();
    this.#before = this.#hits();
  }

  async teardown() {
    const hits = Object.entries(this.#hits());
    const own = hits.filter(([mutant, count]) => count !== this.#before[mutant]).map(([mutant]) => mutant);
    if (process[REACHED]) process[REACHED][this.path] = own;
    await super.teardown();
  }

  handleTestEvent({ name, test }) {
    if (name === "test_done") this.#failed ||= test.errors.length > 0;
    if (name === "test_start" && this.#failed) test.mode = "skip";
  }

  /** How often each mutant was reached so far, by all files. */
  #hits() {
    const { static: loading = {}, perTest = {} } = this.global.__stryker__?.mutantCoverage ?? {};
    const sums = {};
    for (const counts of [loading, ...Object.values(perTest)]) {
      for (const [mutant, hits] of Object.entries(counts)) sums[mutant] = (sums[mutant] ?? 0) + hits;
    }
    return sums;
  }
};
