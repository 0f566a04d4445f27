const { createRequire } = require("node:module");

// Jest's own, wherever npm has put it.
const core = createRequire(require.resolve("jest/package.json")).resolve("@jest/core");
const config = createRequire(core).resolve("jest-config");
const { TestEnvironment } = createRequire(config)("jest-environment-node");

/** Skips the tests of a file after the first that fails: the mutant is killed. */
module.exports = class FirstFailure extends TestEnvironment {
  #failed = false;

  handleTestEvent({ name, test }) {
    if (name === "test_done") this.#failed ||= test.errors.length > 0;
    if (name === "test_start" && this.#failed) test.mode = "skip";
  }
};
