/** The picture of growth: wall time over the number of links, both by powers of ten. */

import { find, type OperationName, type Result } from "../result";
import { SUBJECTS } from "../subjects";
import { bar, dot, line, picture, text } from "./svg";
import { countsOf } from "./tables";

const WIDTH = 836;
const HEIGHT = 310;
const PLOT = { width: 350, height: 210, top: 44 };
const LEFTS = [52, 462];
const SHOWN: readonly OperationName[] = ["up", "refresh"];

/** Draws it. */
export function growthPicture(result: Result): string {
  const counts = countsOf(result);
  const walls = result.measurements
    .filter(({ operation }) => SHOWN.includes(operation))
    .map(({ wallMs }) => wallMs / 1000);
  const decades = { from: Math.floor(Math.log10(Math.min(...walls))), to: Math.ceil(Math.log10(Math.max(...walls))) };
  const span = Math.log10((counts.at(-1) ?? 1) / (counts[0] ?? 1)) || 1;
  const y = (seconds: number) =>
    PLOT.top + PLOT.height * (1 - (Math.log10(seconds) - decades.from) / (decades.to - decades.from));
  const shapes = SHOWN.flatMap((operation, at) => {
    const left = LEFTS[at] ?? 0;
    const x = (links: number) => left + (PLOT.width * Math.log10(links / (counts[0] ?? 1))) / span;
    const rules = Array.from({ length: decades.to - decades.from + 1 }, (_, decade) => 10 ** (decades.from + decade));
    return [
      text(left, 24, `${operation}: wall time in seconds, by links`, "title"),
      ...rules.flatMap((seconds) => [
        line(
          [
            [left, y(seconds)],
            [left + PLOT.width, y(seconds)],
          ],
          "grid",
        ),
        text(left - 8, y(seconds) + 4, String(seconds), "faint", "end"),
      ]),
      ...counts.map((links) => text(x(links), PLOT.top + PLOT.height + 18, String(links), "faint", "middle")),
      ...SUBJECTS.flatMap(({ name }, subject) => {
        const points = counts.flatMap((links) => {
          const measured = find(result, name, links, operation);
          return measured === undefined ? [] : [[x(links), y(measured.wallMs / 1000)] as const];
        });
        return [line(points, `l${subject}`, 2), ...points.map(([px, py]) => dot(px, py, subject))];
      }),
    ];
  });
  return picture("Wall time of up and refresh, by the number of links", WIDTH, HEIGHT, [...shapes, ...legend(result)]);
}

function legend({ measurements }: Result): string[] {
  let left = 16;
  return SUBJECTS.flatMap(({ name }, subject) => {
    if (!measurements.some((one) => one.subject === name)) return [];
    const at = left;
    left += 30 + name.length * 6.2;
    return [bar(at, HEIGHT - 23, 11, 11, subject), text(at + 16, HEIGHT - 13, name)];
  });
}
