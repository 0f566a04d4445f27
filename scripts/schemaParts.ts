/** Parts of `docs/reference.md`, from the descriptions of the schema. */

import {
  CLASSIC_LINK,
  CLASSIC_LINKS,
  GET_LINKS,
  OBJECT_SETTINGS,
  SETTING_DESCRIPTIONS,
} from "../provider/hosts/plugin/descriptions";
import { markdownTable } from "./markdownTable";

const { links, ...link } = GET_LINKS.result;

const TEXTS: Readonly<Record<string, string>> = {
  ClassicLink: CLASSIC_LINK.resource,
  ClassicLinks: CLASSIC_LINKS.resource,
  getLinks: GET_LINKS.function,
};

/** By its name on the page, the head of each table and its rows. */
const TABLES: Readonly<Record<string, readonly [head: string, rows: Readonly<Record<string, string>>]>> = {
  "ClassicLink.inputs": ["input", CLASSIC_LINK.inputs],
  "ClassicLink.outputs": ["output", CLASSIC_LINK.outputs],
  "ClassicLinks.inputs": ["input", CLASSIC_LINKS.inputs],
  "ClassicLinks.outputs": ["output", CLASSIC_LINKS.outputs],
  "getLinks.args": ["argument", GET_LINKS.args],
  "getLinks.result": [
    "result",
    { links, ...Object.fromEntries(Object.entries(link).map(([name, text]) => [`links[].${name}`, text])) },
  ],
  settings: ["setting", Object.fromEntries(SETTING_DESCRIPTIONS.map(({ name, description }) => [name, description]))],
  ...Object.fromEntries(Object.entries(OBJECT_SETTINGS).map(([name, members]) => [name, ["member", members]])),
};

function named<T>(all: Readonly<Record<string, T>>, name: string): T {
  const found = all[name];
  if (found === undefined) throw new Error(`there is no ${name}; there are ${Object.keys(all).join(", ")}`);
  return found;
}

/** What a resource or a function is. */
export const schemaText = (name: string): string => named(TEXTS, name);

/** The properties of one, and what they mean. */
export function schemaTable(name: string): string {
  const [head, rows] = named(TABLES, name);
  return markdownTable(
    [head, "meaning"],
    Object.entries(rows).map(([property, meaning]) => [`\`${property}\``, meaning]),
  );
}
