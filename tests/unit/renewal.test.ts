/** How long credentials are renewed, and when they are asked for again. The clock is set by hand. */

import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { renewed, type Session } from "../../provider/ecs/credentials/renewal";

const MINUTE = 60_000;

beforeEach(() => {
  jest.useFakeTimers({ now: 0 });
});
afterEach(() => {
  jest.useRealTimers();
});

/** A source that counts how often it is asked. */
function sourceOf(livesMs: number | undefined) {
  const source = {
    asked: 0,
    fails: false,
    async ask(): Promise<Session> {
      source.asked += 1;
      if (source.fails) throw new Error("no");
      const credentials = { accessKeyId: `key-${source.asked}`, accessKeySecret: "secret" };
      return livesMs === undefined ? { credentials } : { credentials, expiresAt: Date.now() + livesMs };
    },
  };
  const provider = renewed(source.ask);
  return {
    source,
    async keyAt(ms: number): Promise<string> {
      jest.setSystemTime(ms);
      return (await provider.getCredentials()).accessKeyId;
    },
  };
}

test("a session of an hour is renewed a quarter of an hour before its end", async () => {
  const { keyAt } = sourceOf(60 * MINUTE);
  expect(await keyAt(0)).toBe("key-1");
  expect(await keyAt(45 * MINUTE - 1)).toBe("key-1");
  expect(await keyAt(45 * MINUTE)).toBe("key-2");
});

test("the shortest session, of a quarter of an hour, is not renewed with every call", async () => {
  const { keyAt } = sourceOf(15 * MINUTE);
  expect(await keyAt(0)).toBe("key-1");
  expect(await keyAt(11 * MINUTE)).toBe("key-1");
  expect(await keyAt(12 * MINUTE)).toBe("key-2");
});

test("what does not say when it expires is asked for anew after five minutes", async () => {
  const { keyAt } = sourceOf(undefined);
  expect(await keyAt(0)).toBe("key-1");
  expect(await keyAt(5 * MINUTE - 1)).toBe("key-1");
  expect(await keyAt(5 * MINUTE)).toBe("key-2");
});

test("a renewal that fails is not reported while the session is good, and tried again ten seconds later", async () => {
  const { source, keyAt } = sourceOf(60 * MINUTE);
  await keyAt(0);
  source.fails = true;
  expect(await keyAt(50 * MINUTE)).toBe("key-1");
  expect(await keyAt(50 * MINUTE + 9_999)).toBe("key-1");
  expect(source.asked).toBe(2);
  source.fails = false;
  expect(await keyAt(50 * MINUTE + 10_000)).toBe("key-3");
});

test("what has expired is never given", async () => {
  const { source, keyAt } = sourceOf(60 * MINUTE);
  await keyAt(0);
  source.fails = true;
  await expect(keyAt(60 * MINUTE)).rejects.toThrow("no");
});

test("what says nothing of an end is kept when asking anew fails", async () => {
  const { source, keyAt } = sourceOf(undefined);
  await keyAt(0);
  source.fails = true;
  expect(await keyAt(600 * MINUTE)).toBe("key-1");
});

test("a failure is not remembered: who asks next makes a new attempt", async () => {
  const { source, keyAt } = sourceOf(60 * MINUTE);
  source.fails = true;
  await expect(keyAt(0)).rejects.toThrow("no");
  source.fails = false;
  expect(await keyAt(1)).toBe("key-2");
});

test("all who ask meanwhile share one attempt, a failed one too", async () => {
  const { source, keyAt } = sourceOf(60 * MINUTE);
  source.fails = true;
  const failed = await Promise.allSettled([keyAt(0), keyAt(0), keyAt(0)]);
  expect(failed.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  source.fails = false;
  expect(await Promise.all([keyAt(1), keyAt(1), keyAt(1)])).toEqual(["key-2", "key-2", "key-2"]);
});
