/** Formats figures. A megabyte is a million bytes. */

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 9_950 ? 2 : 1)} s`;
}

export function wholeSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(0)} s`;
}

export function milliseconds(ms: number): string {
  return `${ms.toFixed(0)} ms`;
}

export function megabytes(bytes: number): string {
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(2)} MB`;
}

export function times(factor: number): string {
  return `${factor.toFixed(1)} ×`;
}
