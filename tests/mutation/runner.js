// Runs the tests for one mutant. Stryker's own way loads every file that imports the changed one, and runs all of their tests.
const { readFileSync, writeFileSync } = require("node:fs");
const { createRequire } = require("node:module");

// Jest's own, wherever npm has put it.
const core = createRequire(require.resolve("jest/package.json")).resolve("@jest/core");
const { default: TestRunner } = createRequire(core)("jest-runner");

/** In the folder of the changed copy, where Stryker runs: the tests of each file, and how long it took, in ms. */
const FILES = ".stryker-files.json";

module.exports = class MutantRunner extends TestRunner {
  async runTests(tests, watcher, options) {
    await (process.env.__STRYKER_ACTIVE_MUTANT__ ? this.#untilFailure : this.#all).call(this, tests, watcher, options);
  }

  /** The first run, without a mutant. */
  async #all(tests, watcher, options) {
    const files = {};
    this.on("test-file-success", ([{ path }, { testResults, perfStats }]) => {
      files[path] = { names: testResults.map(({ fullName }) => fullName), ms: perfStats.runtime };
    });
    await super.runTests(tests, watcher, options);
    writeFileSync(FILES, JSON.stringify(files));
  }

  /** Only the files with a test for this mutant, the fastest first, and none after a failure. */
  async #untilFailure(tests, watcher, options) {
    const files = JSON.parse(readFileSync(FILES, "utf8"));
    const names = new RegExp(this._globalConfig.testNamePattern ?? "");
    const chosen = tests.filter(({ path }) => files[path]?.names.some((name) => names.test(name)));
    chosen.sort((one, other) => files[one.path].ms - files[other.path].ms);
    let failed = false;
    this.on("test-file-success", ([, result]) => {
      failed ||= result.numFailingTests > 0 || result.testExecError !== undefined;
    });
    this.on("test-file-failure", () => {
      failed = true;
    });
    for (const test of chosen) if (!failed) await super.runTests([test], watcher, options);
  }
};
