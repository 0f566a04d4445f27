// Runs the tests for one mutant. Stryker's own way loads every file that imports the changed one, and runs all of their tests.
const { readFileSync, writeFileSync } = require("node:fs");
const { createRequire } = require("node:module");

// Jest's own, wherever npm has put it.
const core = createRequire(require.resolve("jest/package.json")).resolve("@jest/core");
const { default: TestRunner } = createRequire(core)("jest-runner");

/** In the folder of the changed copy, where Stryker runs: for each test file its tests, its time in ms, and the mutants it reached. */
const FILES = ".stryker-files.json";

module.exports = class MutantRunner extends TestRunner {
  async runTests(tests, watcher, options) {
    await (process.env.__STRYKER_ACTIVE_MUTANT__ ? this.#untilFailure : this.#all).call(this, tests, watcher, options);
  }

  /** The first run, without a mutant. */
  async #all(tests, watcher, options) {
    const files = {};
    const reached = {};
    process[Symbol.for("reached mutants")] = reached;
    this.on("test-file-success", ([{ path }, { testResults, perfStats }]) => {
      files[path] = { names: testResults.map(({ fullName }) => fullName), ms: perfStats.runtime };
    });
    await super.runTests(tests, watcher, options);
    for (const [path, file] of Object.entries(files)) file.reached = reached[path] ?? [];
    writeFileSync(FILES, JSON.stringify(files));
  }

  /** Only the files that reach this mutant, with a test for it, the fastest first, and none after a failure. */
  async #untilFailure(tests, watcher, options) {
    const files = JSON.parse(readFileSync(FILES, "utf8"));
    const mutant = process.env.__STRYKER_ACTIVE_MUTANT__;
    const names = new RegExp(this._globalConfig.testNamePattern ?? "");
    const serves = ({ path }) =>
      files[path]?.reached.includes(mutant) && files[path].names.some((name) => names.test(name));
    const chosen = tests.filter(serves);
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
