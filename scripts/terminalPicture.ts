/** Draws lines of a terminal as an SVG that reads well in light and in dark. */

const LINE_HEIGHT = 19;
const CHARACTER_WIDTH = 7.8;
const PADDING = 16;

/** A longer line goes on below, as in a terminal of this width; a wider picture would be shrunk on the page. */
const COLUMNS = 100;

/** What a line is, by its first sign, as Pulumi writes it. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^\$ /, "prompt"],
  [/^\s*(\+-|\+\+|--)/, "changed"],
  [/^\s*~/, "changed"],
  [/^\s*\+/, "added"],
  [/^\s*-(?!-outputs)/, "removed"],
  [/^\s*\[/, "faint"],
  [/^\s*✓/, "added"],
  [/^\s*✗/, "removed"],
  [/^\s*!/, "changed"],
  [/^\s*→/, "faint"],
];

const STYLE = `
  text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre; fill: #24292f }
  rect { fill: #f6f8fa; stroke: #d0d7de }
  .prompt { font-weight: 600 } .added { fill: #1a7f37 } .removed { fill: #cf222e } .changed { fill: #9a6700 } .faint { fill: #6e7781 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } rect { fill: #161b22; stroke: #30363d }
    .added { fill: #3fb950 } .removed { fill: #f85149 } .changed { fill: #d29922 } .faint { fill: #8b949e }
  }`;

/** Draws lines. */
export function terminalPicture(title: string, lines: readonly string[]): string {
  const rows = lines.flatMap((line) => {
    const kind = KINDS.find(([sign]) => sign.test(line))?.[1];
    return folded(line).map((row) => ({ row, kind }));
  });
  const width = Math.ceil(Math.max(...rows.map(({ row }) => row.length)) * CHARACTER_WIDTH) + 2 * PADDING;
  const height = rows.length * LINE_HEIGHT + 2 * PADDING;
  const texts = rows.map(({ row, kind }, index) => {
    const y = PADDING + (index + 0.75) * LINE_HEIGHT;
    return `  <text x="${PADDING}" y="${y}" xml:space="preserve"${kind === undefined ? "" : ` class="${kind}"`}>${escaped(row)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    `  <style>${STYLE}\n  </style>`,
    `  <rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    ...texts,
    "</svg>",
    "",
  ].join("\n");
}

/** A line in rows of at most {@link COLUMNS}, broken at spaces. A command goes on after a backslash, so that it can be copied. */
function folded(line: string): string[] {
  const end = line.lastIndexOf(" ", COLUMNS - 2);
  if (line.length <= COLUMNS || end <= 2) return [line];
  const isCommand = /^\s*(\$ )?(npx|pulumi|npm|cd) /.test(line);
  return [`${line.slice(0, end)}${isCommand ? " \\" : ""}`, ...folded(`    ${line.slice(end + 1)}`)];
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
