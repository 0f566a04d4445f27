/** Reads a list of links in CSV. Ids hold neither commas nor white space, so a line is split at its commas. */

const COLUMNS = ["instanceId", "vpcId", "regionId"] as const;

/** What a line says. A cell that is empty says nothing. */
type Row = { readonly [Column in (typeof COLUMNS)[number]]?: string };

/** Whether the first line of a text names the columns of such a list. */
export function isCsv(text: string): boolean {
  const [head = ""] = text.trimStart().split(/\r?\n/);
  return COLUMNS.some((column) => cellsOf(head).includes(column));
}

/**
 * The entries of a list whose first line names its columns. Other columns are ignored, as are empty lines.
 *
 * @throws when a needed column is missing.
 */
export function linksInCsv(text: string, name: string): readonly (readonly [where: string, row: Row])[] {
  const lines = text
    .trimStart()
    .split(/\r?\n/)
    .map((line, index) => ({ cells: cellsOf(line), where: `line ${index + 1}, ` }))
    .filter(({ cells }) => cells.some((cell) => cell !== ""));
  const [head, ...rows] = lines;
  const columns = COLUMNS.map((column) => [column, head?.cells.indexOf(column) ?? -1] as const);
  const missing = columns.filter(([column, index]) => column !== "regionId" && index < 0).map(([column]) => column);
  if (missing.length > 0) {
    throw new Error(
      `${name} has no column ${missing.join(" and ")}; its first line has to name the columns, as in ${COLUMNS}`,
    );
  }
  return rows.map(({ cells, where }) => {
    const given = columns.flatMap(([column, index]) => (cells[index] ? [[column, cells[index]] as const] : []));
    return [where, Object.fromEntries(given)];
  });
}

/** Spreadsheets may put quotes around each cell. */
function cellsOf(line: string): string[] {
  return line.split(",").map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
}
