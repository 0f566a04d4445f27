/** Reads the counts that Pulumi prints under "Resources:". */

/** How many resources an operation created, and so on. The stack itself is counted too, as Pulumi counts it. */
export interface Summary {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly delete: number;
  readonly same: number;
}

/** Reads the last summary in the output of an operation. */
export function summaryOf(output: string): Summary {
  const block = output.slice(output.lastIndexOf("\nResources:") + 1);
  const count = (line: RegExp) => Number(line.exec(block)?.[1] ?? 0);
  return {
    create: count(/^ +\+ (\d+) /m),
    update: count(/^ +~ (\d+) /m),
    replace: count(/^ +\+-\s?(\d+) /m),
    delete: count(/^ +- (\d+) /m),
    same: count(/(\d+) unchanged/),
  };
}
