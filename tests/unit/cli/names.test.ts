import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import ts from "typescript";
import { identifiersOf, namesOf } from "../../../cli/adopt/names";
import { faultOfId } from "../../../provider/linkId";

/** Any id that the grammar lets through, many of them alike. */
const anId = fc
  .oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 12 }),
    fc.string({ unit: fc.constantFrom("i", "-", "_", ".", "1", "A", "a", "é"), minLength: 1, maxLength: 6 }),
    fc.constantFrom("class", "await", "ClassicLink", "i-1", "constructor", "__proto__"),
  )
  .filter((id) => faultOfId(id) === undefined);

const inOneRegion = (ids: readonly string[]) => namesOf(ids.map((id) => ({ regionId: "cn-hangzhou", id })));

describe("names of resources", () => {
  test("are the ids", () => {
    expect(inOneRegion(["i-bp1web", "i-bp1db"])).toEqual(["i-bp1web", "i-bp1db"]);
  });

  test("tell the region where two regions use the same id", () => {
    const things = [
      { regionId: "qd-1", id: "i-1" },
      { regionId: "qd-2", id: "i-1" },
      { regionId: "qd-2", id: "i-2" },
    ];
    expect(namesOf(things)).toEqual(["qd-1:i-1", "qd-2:i-1", "i-2"]);
  });

  test("are all different, and hold nothing that a URN forbids, whatever the ids are", () => {
    const aThing = fc.record({ regionId: anId, id: anId });
    const things = fc.uniqueArray(aThing, { selector: ({ regionId, id }) => `${regionId}:${id}` });
    fc.assert(
      fc.property(things, (all) => {
        const names = namesOf(all);
        expect(new Set(names).size).toBe(all.length);
        for (const name of names) expect(name).not.toContain("::");
      }),
    );
  });

  test("do not depend on which other links there are", () => {
    fc.assert(
      fc.property(fc.uniqueArray(anId, { minLength: 1 }), (ids) => {
        expect(inOneRegion(ids)[0]).toBe(inOneRegion(ids.slice(0, 1))[0]);
      }),
    );
  });
});

describe("identifiers", () => {
  test.each([
    ["i-bp1gtjxuuvwj17zr", "iBp1gtjxuuvwj17zr"],
    ["vpc-bp1shop", "vpcBp1shop"],
    ["qd-1:i-1", "qd1I1"],
    ["1-web", "_1Web"],
    ["实例", "link"],
    ["class", "class_2"],
    ["ClassicLink", "ClassicLink_2"],
  ])("%s is called %s", (name, identifier) => {
    expect(identifiersOf([name])).toEqual([identifier]);
  });

  test("of names that read alike get a number", () => {
    expect(identifiersOf(["i-a-b", "i-aB", "i.a.b"])).toEqual(["iAB", "iAB_2", "iAB_3"]);
  });

  test("can all be declared in one module, whatever the ids are", () => {
    fc.assert(
      fc.property(fc.uniqueArray(anId, { maxLength: 20 }), (ids) => {
        const identifiers = identifiersOf(ids);
        expect(new Set(identifiers).size).toBe(ids.length);
        const text = identifiers.map((identifier) => `export const ${identifier} = 1;`).join("\n");
        const { diagnostics } = ts.transpileModule(`import { ClassicLink } from "x";\n${text}`, {
          reportDiagnostics: true,
          compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
        });
        expect(diagnostics?.map(({ messageText }) => messageText)).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});
