/** What a person sees while a command waits, on a terminal and in a pipe. */

import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { openProgress } from "../../../cli/progress";
import { openStatusLine } from "../../../cli/terminal";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** A stream that keeps what is written to it. */
function openStream(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  const stream = Object.assign(new PassThrough(), { isTTY, columns, fd: 2 });
  stream.on("data", (data) => written.push(String(data)));
  return { stream, text: () => written.join("") };
}

describe("on a terminal", () => {
  test.each([40, 60, 80])(
    "a long scan shows how far it is and what it waits for, in a line of %i columns",
    async (columns) => {
      const { stream, text } = openStream(true, columns);
      const progress = await openProgress(stream);
      await jest.advanceTimersByTimeAsync(600);
      expect(text()).toContain("listing VPCs");
      progress.begin(300, "VPCs");
      progress.step(100);
      progress.note("vpc-bp1gtjxuuvwj17zr: throttled, next try in 8 s, 1 min 20 s of at most 5 min, 12 calls");
      await jest.advanceTimersByTimeAsync(200);
      progress.end();
      expect(text()).toMatch(columns === 80 ? /1\/300 VPCs, 100 links vpc-bp1/ : /1\/300 VPCs, 100 links/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what moves the cursor
      const lines = text().split(/\u001b\[[0-9;?]*[A-Za-z]|[\r\n]/);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns);
      // Nothing of it stays: the line is emptied.
      expect(text().split("\u001b[1G").at(-1)).not.toMatch(/[█░]|links/);
    },
  );

  test("a short scan shows nothing", async () => {
    const { stream, text } = openStream(true);
    const progress = await openProgress(stream);
    progress.begin(1, "VPCs");
    await jest.advanceTimersByTimeAsync(100);
    progress.end();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(text()).toBe("");
  });

  test("the line about a slow call of doctor fits, and is removed before other output", () => {
    const { stream, text } = openStream(true, 20);
    const status = openStatusLine(stream);
    status.clear();
    expect(text()).toBe("");
    status.show("Calling ecs:DescribeInstances …");
    expect(text()).toMatch(/Calling ecs:Describ(?!e)/);
    status.clear();
    expect(text().endsWith("\u001b[1G\u001b[2K")).toBe(true);
  });
});

test("in a pipe a wait is reported once in ten seconds, and nothing else", async () => {
  const { stream, text } = openStream(false);
  const progress = await openProgress(stream);
  const status = openStatusLine(stream);
  status.show("Calling ecs:DescribeInstances …");
  status.clear();
  progress.begin(3, "VPCs");
  progress.note("vpc-a: throttled");
  progress.note("vpc-b: throttled");
  progress.step(100);
  await jest.advanceTimersByTimeAsync(10_000);
  progress.note("vpc-c: throttled");
  progress.end();
  expect(text()).toBe("vpc-a: throttled\nvpc-c: throttled\n");
});
