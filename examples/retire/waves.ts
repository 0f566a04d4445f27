/** Who is unlinked when: what can be missed goes first, what the others lean on goes last. */
export const waves: readonly (readonly string[])[] = [
  ["i-report1", "i-report2"],
  ["i-worker1", "i-worker2", "i-worker3"],
  ["i-web1", "i-web2"],
];
