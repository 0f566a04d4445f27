// Neither an account nor a proxy of this machine reaches the tests, or what they start. Their servers are on loopback.
for (const name of Object.keys(process.env)) {
  if (/^(ALICLOUD|ALIBABA_?CLOUD|CLASSICLINK)/.test(name)) delete process.env[name];
}
for (const name of ["NO_PROXY", "no_proxy"]) {
  process.env[name] = ["127.0.0.1", process.env[name]].filter(Boolean).join();
}

/** @type {import("jest").Config} */
module.exports = {
  maxWorkers: 2,
  testEnvironment: "node",
  roots: ["<rootDir>/tests"],
  // Stories start several processes for each step, and the machine may be busy. Nothing here is meant to measure time.
  testTimeout: 300_000,
  reporters: ["default", "<rootDir>/tests/support/countReporter.js"],
  testSequencer: "<rootDir>/tests/support/longestFirst.js",
  testMatch: ["**/*.test.ts"],
  transform: {
    "\\.[jt]s$": [
      "@swc/jest",
      { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
    ],
  },
  // Dynamic imports name the compiled file; in tests that is the source beside it.
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  // These are ESM only. Jest's own module system cannot `require` them as Node does.
  transformIgnorePatterns: [
    "/node_modules/(?!(p-retry|is-network-error|p-queue|eventemitter3|p-timeout)/)",
    "<rootDir>/dist/",
  ],
};
