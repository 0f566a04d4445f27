/** Draws the measurements of the largest fleet: a panel for each figure, with a bar for each subject. */

import { find, type Measurement, OPERATIONS, type OperationName, type Result } from "../result";
import { SUBJECTS } from "../subjects";
import { bar, picture, text } from "./svg";
import { megabytes, seconds } from "./units";

interface Panel {
  readonly title: string;
  readonly value: (subject: string) => number | undefined;
  readonly show: (value: number) => string;
}

const PANEL_WIDTH = 410;
const NAME_WIDTH = 140;
const VALUE_WIDTH = 70;
const ROW = 20;
const HEAD = 30;
/** The height of the line above the panels. */
const NOTE = 26;
const MARGIN = 16;
const COLUMNS = 2;

/** Draws the picture. */
export function barPicture(result: Result, links: number): string {
  const panels = panelsOf(result, links);
  const measured = SUBJECTS.filter(({ name }) => find(result, name, links, "up") !== undefined);
  const panelHeight = HEAD + measured.length * ROW + MARGIN;
  const shapes = panels.flatMap(({ title, value, show }, at) => {
    const left = MARGIN + (at % COLUMNS) * PANEL_WIDTH;
    const top = NOTE + MARGIN / 2 + Math.floor(at / COLUMNS) * panelHeight;
    const most = Math.max(...measured.map(({ name }) => value(name) ?? 0));
    const scale = (PANEL_WIDTH - NAME_WIDTH - VALUE_WIDTH - MARGIN) / (most || 1);
    const rows = measured.flatMap((subject, row) => {
      const y = top + HEAD + row * ROW;
      const known = value(subject.name);
      if (known === undefined) return [];
      return [
        text(left + NAME_WIDTH - 8, y + 13, subject.name, "", "end"),
        bar(left + NAME_WIDTH, y + 3, known * scale, ROW - 7, SUBJECTS.indexOf(subject)),
        text(left + NAME_WIDTH + known * scale + 6, y + 13, show(known), "faint"),
      ];
    });
    return [text(left, top + 18, title, "title"), ...rows];
  });
  const height = NOTE + Math.ceil(panels.length / COLUMNS) * panelHeight + MARGIN / 2;
  const note = text(MARGIN, 24, `${links} links. In each panel, lower is better.`, "faint");
  return picture(`${links} links, compared; lower is better`, COLUMNS * PANEL_WIDTH + MARGIN, height, [
    note,
    ...shapes,
  ]);
}

function panelsOf(result: Result, links: number): Panel[] {
  const of = (subject: string, operation: OperationName) => find(result, subject, links, operation);
  const wall = (operation: OperationName): Panel => ({
    title: `${operation}, wall time`,
    value: (subject) => of(subject, operation)?.wallMs,
    show: seconds,
  });
  const overAll = (subject: string, value: (one: Measurement) => number) =>
    OPERATIONS.map((operation) => of(subject, operation))
      .filter((one) => one !== undefined)
      .map(value);
  return [
    wall("up"),
    wall("refresh"),
    wall("up again"),
    wall("destroy"),
    {
      title: "ECS calls of all four",
      value: (subject) => overAll(subject, ({ calls }) => sum(Object.values(calls))).reduce((a, b) => a + b, 0),
      show: String,
    },
    { title: "state after up, as exported", value: (subject) => of(subject, "up")?.state.exportBytes, show: megabytes },
    { title: "provider CPU time of up", value: (subject) => of(subject, "up")?.provider.cpuMs, show: seconds },
    {
      title: "provider peak memory",
      value: (subject) => Math.max(...overAll(subject, ({ provider }) => provider.peakBytes)),
      show: megabytes,
    },
  ];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
