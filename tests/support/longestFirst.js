// Starts the long tests first. Jest knows how long each takes only after the first run, and would start the largest files first.
const { createRequire } = require("node:module");

// Jest's own, wherever npm has put it.
const core = createRequire(require.resolve("jest/package.json")).resolve("@jest/core");
const { default: Sequencer } = createRequire(core)("@jest/test-sequencer");

const LONG = /faultMatrix|[\\/](stories|engine)[\\/]|[\\/]examples[.]test/;

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    return [...sorted.filter(({ path }) => LONG.test(path)), ...sorted.filter(({ path }) => !LONG.test(path))];
  }
};
