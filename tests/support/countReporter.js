/** A Jest reporter that closes a run with one plain line of counts, for machines that read it. */
module.exports = class CountReporter {
  onRunComplete(_contexts, results) {
    // A suite that could not even be loaded has no failed tests to count, but it did not pass.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    // At exit, because Jest prints its own summary after this.
    process.once("exit", () => console.log(`${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped`));
  }
};
