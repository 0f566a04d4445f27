/** The shapes of the pictures, in SVG. Their colours follow the reader's light or dark scheme. */

/** The colours of the subjects, in their order. */
const LIGHT = ["#8c959f", "#bc4c00", "#0969da", "#54aeff", "#1a7f37", "#4ac26b"];
const DARK = ["#768390", "#f0883e", "#388bfd", "#79c0ff", "#2ea043", "#7ee787"];

const STYLE = `
  text { font: 12px ui-sans-serif, system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #24292f }
  .title { font-weight: 600 } .faint { fill: #57606a } .card { fill: #f6f8fa; stroke: #d0d7de } .grid { stroke: #d0d7de }
  ${colours(LIGHT)}
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .faint { fill: #9198a1 } .card { fill: #161b22; stroke: #30363d } .grid { stroke: #30363d }
    ${colours(DARK)}
  }`;

function colours(list: readonly string[]): string {
  return list.map((colour, at) => `.s${at} { fill: ${colour} } .l${at} { stroke: ${colour}; fill: none }`).join(" ");
}

/** A picture with a background. @param label for screen readers. */
export function picture(label: string, width: number, height: number, shapes: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(label)}">`,
    `  <style>${STYLE}\n  </style>`,
    `  <rect class="card" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    ...shapes.map((shape) => `  ${shape}`),
    "</svg>",
    "",
  ].join("\n");
}

export function text(x: number, y: number, words: string, kind = "", anchor = "start"): string {
  const named = kind === "" ? "" : ` class="${kind}"`;
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"${named}>${escaped(words)}</text>`;
}

export function bar(x: number, y: number, width: number, height: number, subject: number): string {
  return `<rect class="s${subject}" x="${round(x)}" y="${round(y)}" width="${round(Math.max(width, 1))}" height="${round(height)}" rx="2"/>`;
}

export function line(points: readonly (readonly [number, number])[], kind: string, width = 1): string {
  const places = points.map(([x, y]) => `${round(x)},${round(y)}`).join(" ");
  return `<polyline class="${kind}" stroke-width="${width}" fill="none" points="${places}"/>`;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
