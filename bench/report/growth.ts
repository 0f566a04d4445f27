/** Draws the wall time for each number of links, on a logarithmic scale. */

import { find, type OperationName, type Result } from "../result";
import { SUBJECTS } from "../subjects";
import { bar, line, picture, text } from "./svg";
import { countsOf } from "./tables";

const WIDTH = 836;
const HEIGHT = 310;
const PLOT = { width: 350, height: 210, top: 44 };
const LEFTS = [52, 462];
const DRAWN: readonly OperationName[] = ["up", "refresh"];

/** The part of a group's width that has bars. */
const FILLED = 0.8;

/** Draws the picture. It has bars, because the lines of several subjects would cover each other. */
export function growthPicture(result: Result): string {
  const counts = countsOf(result);
  const walls = result.measurements
    .filter(({ operation }) => DRAWN.includes(operation))
    .map(({ wallMs }) => wallMs / 1000);
  const decades = { from: Math.floor(Math.log10(Math.min(...walls))), to: Math.ceil(Math.log10(Math.max(...walls))) };
  const bottom = PLOT.top + PLOT.height;
  const y = (seconds: number) =>
    bottom - (PLOT.height * (Math.log10(seconds) - decades.from)) / (decades.to - decades.from);
  const measured = SUBJECTS.filter(({ name }) => result.measurements.some(({ subject }) => subject === name));
  const group = PLOT.width / counts.length;
  const width = (group * FILLED) / measured.length;
  const shapes = DRAWN.flatMap((operation, at) => {
    const left = LEFTS[at] ?? 0;
    const rules = Array.from({ length: decades.to - decades.from + 1 }, (_, decade) => 10 ** (decades.from + decade));
    return [
      text(left, 24, `${operation}: wall time in s, lower is better`, "title"),
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
      ...counts.flatMap((links, index) => {
        const begin = left + index * group + (group * (1 - FILLED)) / 2;
        const bars = measured.flatMap((subject, place) => {
          const wallMs = find(result, subject.name, links, operation)?.wallMs;
          if (wallMs === undefined) return [];
          const top = y(wallMs / 1000);
          return [bar(begin + place * width, top, width - 2, bottom - top, SUBJECTS.indexOf(subject))];
        });
        const label = links === 1 ? "1 link" : `${links} links`;
        return [...bars, text(left + (index + 0.5) * group, bottom + 18, label, "faint", "middle")];
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
