/** A Jest reporter that closes a run with one plain line of counts, for machines that read it. */
module.exports = class CountReporter {
  onRunComplete(_contexts, results) {
    const failedSuites = results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    // A suite that could not even be loaded has no failed tests to count, but it did not pass.
    console.log(
      `${results.numPassedTests} passed, ${results.numFailedTests + failedSuites} failed, ${skipped} skipped`,
    );
  }
};
