/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/tests"],
  testMatch: ["**/*.test.ts"],
  transform: {
    "\\.[jt]s$": [
      "@swc/jest",
      { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
    ],
  },
  // Dynamic imports name the compiled file; in tests that is the source beside it.
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  // Both are ESM only; Jest's own module system cannot `require` them as Node does.
  transformIgnorePatterns: ["/node_modules/(?!(p-retry|is-network-error)/)", "<rootDir>/dist/"],
};
