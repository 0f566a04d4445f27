/** Names for what exists already: made from ids alone, so that the same links get the same names each time. */

/** A thing in a region. */
export interface Thing {
  readonly regionId: string;
  readonly id: string;
}

/**
 * Names of resources: the id, which no two instances or VPCs of a region share. Only where two regions use the same id,
 * as private clouds may, the region stands before it. Neither can be mistaken for the other: an id has no colon. Two
 * colons in a row are all that a URN forbids.
 */
export function namesOf(things: readonly Thing[]): readonly string[] {
  const uses = new Map<string, number>();
  for (const { id } of things) uses.set(id, (uses.get(id) ?? 0) + 1);
  return things.map(({ regionId, id }) => (uses.get(id) === 1 ? id : `${regionId}:${id}`));
}

/** What must not be declared in a module that is strict and imports the classes. */
const TAKEN = new Set(
  (
    "ClassicLink ClassicLinks arguments await break case catch class const continue debugger default delete do else enum eval " +
    "export extends false finally for function if implements import in instanceof interface let new null package private " +
    "protected public return static super switch this throw true try typeof var void while with yield async undefined NaN " +
    "Infinity exports require module globalThis"
  ).split(" "),
);

/** Identifiers of a TypeScript program for names, such as `iBp1web` for `i-bp1web`; a number is added to what is taken. */
export function identifiersOf(names: readonly string[]): readonly string[] {
  const taken = new Set(TAKEN);
  return names.map((name) => {
    const wanted = identifierOf(name);
    let identifier = wanted;
    for (let count = 2; taken.has(identifier); count += 1) identifier = `${wanted}_${count}`;
    taken.add(identifier);
    return identifier;
  });
}

function identifierOf(name: string): string {
  const [first = "", ...others] = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const words = [first, ...others.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join("");
  if (words === "") return "link";
  return /^\d/.test(words) ? `_${words}` : words;
}
