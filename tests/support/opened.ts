/** Servers of a test, closed at its end. */

import { afterEach } from "@jest/globals";

interface Closable {
  close(): Promise<void> | undefined;
}

/** Gives a function that opens a server until the end of the test. */
export function opener() {
  const opened: Closable[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
  });
  return async <T extends Closable>(opening: Promise<T>): Promise<T> => {
    const one = await opening;
    opened.push(one);
    return one;
  };
}
