/** The instances of each wave. The least important instances go first. Those that others depend on go last. */
export const waves: readonly (readonly string[])[] = [
  ["i-report1", "i-report2"],
  ["i-worker1", "i-worker2", "i-worker3"],
  ["i-web1", "i-web2"],
];
