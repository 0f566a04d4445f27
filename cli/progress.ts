/** A bar on standard error while a scan takes long; in a pipe only what the scan waits for, line by line. */

/** How long a scan runs without a bar, in ms: a short one is over before anyone looks. */
const SHORT_MS = 500;

/** In a pipe, a wait is told at once and then this often, in ms: many looks wait for the same throttle. */
const NOTE_EVERY_MS = 10_000;

/** What is told of a scan while it runs. */
export interface Progress {
  /** Begins to count. */
  begin(total: number, what: string): void;
  /** One of them is done, with so many links. */
  step(links: number): void;
  /** What is waited for. */
  note(message: string): void;
  /** To be called when the scan has ended, however it ended. */
  end(): void;
}

/** Standard error, or what stands in for it. */
type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** Opens what fits the stream. */
export async function openProgress(stream: Output = process.stderr): Promise<Progress> {
  if (!stream.isTTY) return lines(stream);
  const { Presets, SingleBar } = await import("cli-progress");
  const bar = new SingleBar(
    // linewrap: else the library switches wrapping off, and ^C would leave the terminal so.
    { stream, format: "{bar} {counts}{wait}", barsize: 24, clearOnComplete: true, linewrap: true, emptyOnZero: true },
    Presets.shades_classic,
  );
  let [done, total, links, counted, wait] = [0, 0, 0, "VPCs", ""];
  const shown = () => ({
    counts: total === 0 ? `looking for ${counted}` : `${done}/${total} ${counted}, ${links} links`,
    wait,
  });
  const timer = setTimeout(() => bar.start(total, done, shown()), SHORT_MS);
  return {
    begin(count, what) {
      [total, counted] = [count, what];
      bar.setTotal(total);
      bar.update(done, shown());
    },
    step(found) {
      [done, links, wait] = [done + 1, links + found, ""];
      bar.update(done, shown());
    },
    note(message) {
      wait = ` (${message})`;
      bar.update(done, shown());
    },
    end() {
      clearTimeout(timer);
      bar.stop();
    },
  };
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
