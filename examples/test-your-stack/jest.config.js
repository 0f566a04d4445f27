/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  // An up starts several processes.
  testTimeout: 120_000,
  // A dynamic import names the compiled file; in a test that is the source beside it.
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  transform: {
    "\\.ts$": [
      "@swc/jest",
      { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
    ],
  },
};
