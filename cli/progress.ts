/** A bar on standard error during a long scan. In a pipe, only what the scan waits for, line by line. */

import { type Output, USUAL_COLUMNS } from "./terminal";

/** How long a scan runs without a bar, in ms: a short scan needs none. */
const SHORT_MS = 500;

/** In a pipe, a wait is reported at once and then this often, in ms: many listings wait for the same throttle. */
const NOTE_EVERY_MS = 10_000;

/** The progress of a scan. */
export interface Progress {
  /** Starts the count. */
  begin(total: number, what: string): void;
  /** One listing is done, with this many links. */
  step(links: number): void;
  /** What is waited for. */
  note(message: string): void;
  /** Call it when the scan has ended, with or without success. */
  end(): void;
}

/** Opens what fits the stream. */
export async function openProgress(stream: Output = process.stderr): Promise<Progress> {
  if (!stream.isTTY) return lines(stream);
  const { Presets, SingleBar } = await import("cli-progress");
  const barsize = (stream.columns ?? USUAL_COLUMNS) < USUAL_COLUMNS ? 8 : 24;
  const bar = new SingleBar(
    // linewrap: else the library switches wrapping off, and ^C would leave the terminal so.
    { stream, format: "{bar} {counts}{wait}", barsize, clearOnComplete: true, linewrap: true, emptyOnZero: true },
    Presets.shades_classic,
  );
  let [done, total, links, counted, wait] = [0, 0, 0, "VPCs", ""];
  const payload = () => {
    const counts = total === 0 ? `listing ${counted}` : `${done}/${total} ${counted}, ${links} links`;
    // A line that wraps could not be drawn over.
    return { counts, wait: shortened(wait, (stream.columns ?? USUAL_COLUMNS) - barsize - counts.length - 2) };
  };
  const timer = setTimeout(() => bar.start(total, done, payload()), SHORT_MS);
  const end = () => {
    clearTimeout(timer);
    bar.stop();
    process.removeListener("SIGINT", interrupt);
  };
  // Nothing is changed in the cloud, so nothing has to be waited for. Source: the exit code of a shell for SIGINT.
  const interrupt = () => {
    end();
    process.exit(130);
  };
  process.once("SIGINT", interrupt);
  return {
    begin(count, what) {
      [total, counted] = [count, what];
      bar.setTotal(total);
      bar.update(done, payload());
    },
    step(found) {
      [done, links, wait] = [done + 1, links + found, ""];
      bar.update(done, payload());
    },
    note(message) {
      wait = ` ${message}`;
      bar.update(done, payload());
    },
    end,
  };
}

function shortened(text: string, longest: number): string {
  if (text.length <= longest) return text;
  return longest < 8 ? "" : `${text.slice(0, longest - 1)}…`;
}

function lines(stream: Output): Progress {
  let notedAt = Number.NEGATIVE_INFINITY;
  return {
    begin() {},
    step() {},
    note(message) {
      if (performance.now() - notedAt < NOTE_EVERY_MS) return;
      notedAt = performance.now();
      stream.write(`${message}\n`);
    },
    end() {},
  };
}
