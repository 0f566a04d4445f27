/** What the compiler says to programs in TypeScript. */

import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { complaintsAbout } from "../support/compile";
import { REPOSITORY } from "../support/project";

const ACCEPTED =
  'const web = new ClassicLink("web", { instanceId: "i-a", vpcId: "vpc-1" });' +
  'new ClassicLinks("all", { vpcId: web.vpcId, instanceIds: [web.instanceId] });';

const REFUSED: readonly (readonly [what: string, statement: string, complaint: RegExp])[] = [
  ["a missing argument", 'new ClassicLink("web", { instanceId: "i-a" });', /'vpcId' is missing/],
  ["a misspelt argument", 'new ClassicLink("web", { instanceId: "i-a", vpcID: "vpc-1" });', /'vpcID' does not exist/],
  ["an argument of another type", 'new ClassicLink("web", { instanceId: 7, vpcId: "vpc-1" });', /'number' is not/],
  ["no arguments at all", 'new ClassicLink("web");', /arguments/],
  ["an id where a list should be", 'new ClassicLinks("all", { vpcId: "v", instanceIds: "i" });', /'string' is not/],
];

const PROGRAMS = [ACCEPTED, ...REFUSED.map(([, statement]) => statement)].map((statement, index) => {
  const text = `import { ClassicLink, ClassicLinks } from "../../sdk";\n${statement}\n`;
  return [join(REPOSITORY, `tests/unit/program${index}.ts`), text] as const;
});

describe("the compiler", () => {
  const complaints = complaintsAbout(new Map(PROGRAMS));

  test("accepts links whose arguments are given", () => {
    expect(complaints[0]).toBe("");
  });

  test.each(REFUSED.map(([what, , complaint], index) => [what, complaint, complaints[index + 1]] as const))(
    "refuses %s",
    (_, complaint, told) => {
      expect(told).toMatch(complaint);
    },
  );
});
