/** Reads a list of links in JSON or YAML: a file, Pulumi's output for a stack, or answers of DescribeClassicLinkInstances. */

import { parseAllDocuments } from "yaml";
import { entryOf, type PlacedEntry } from "./entry";

/** The types of link resources in states, of both hosts. */
const TYPE = /^(pulumi-nodejs:dynamic\/classiclink|classiclink:index):ClassicLinks?$/;

/**
 * The entries of a text. They may be at any depth.
 *
 * @param accept which link resources of a stack count.
 * @throws if the text is neither JSON nor YAML, or has only some pages of an answer.
 */
export function entriesInDocuments(text: string, name: string, accept: AcceptState): readonly PlacedEntry[] {
  const documents = documentsIn(text, name);
  requireAllPages(documents, name);
  return documents.flatMap((document) => [...entriesOf(document, "", accept)]);
}

/** A link resource in the output of `pulumi stack export`. */
export interface StateOfLinks {
  readonly urn: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Whether a link resource of a stack counts. */
export type AcceptState = (state: StateOfLinks) => boolean;

/** The link resources of a stack, if the text is the output of `pulumi stack export`. Otherwise none. */
export function statesIn(text: string, name: string): readonly StateOfLinks[] {
  return documentsIn(text, name).flatMap((document) => resourcesOfState(document) ?? []);
}

/** The documents in a text. `aliyun` prints one JSON document for each page, and YAML may have several too. */
function documentsIn(text: string, name: string): readonly unknown[] {
  try {
    return jsonValues(text) ?? yamlDocuments(text);
  } catch (error) {
    // The lines after the first quote the text.
    const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new Error(`${name} is neither JSON nor YAML (${reason?.replace(/:$/, "")}); correct it there`);
  }
}

function yamlDocuments(text: string): readonly unknown[] {
  return parseAllDocuments(text, { merge: true, logLevel: "error" }).map((document) => {
    for (const error of document.errors) throw error;
    return document.toJS();
  });
}

/** JSON values, one after the other. Undefined if the text is something else. */
function jsonValues(text: string): readonly unknown[] | undefined {
  const values: unknown[] = [];
  let rest = text.trim();
  while (rest !== "") {
    const value = rest.slice(0, endOfValue(rest));
    try {
      values.push(JSON.parse(value));
    } catch {
      return undefined;
    }
    rest = rest.slice(value.length).trim();
  }
  return values;
}

/** The length of the object or list at the start of a text. */
function endOfValue(text: string): number {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === "{" || token === "[") depth += 1;
    if (token === "}" || token === "]") depth -= 1;
    if (depth === 0) return index + token.length;
  }
  return text.length;
}

/** Refuses an incomplete listing. With it, `check` would report links as drift. */
function requireAllPages(documents: readonly unknown[], name: string): void {
  const pages = documents.flatMap((document) => {
    const links = isObject(document) && isObject(document.Links) ? document.Links.Link : undefined;
    const total = isObject(document) ? Number(document.TotalCount) : Number.NaN;
    return Array.isArray(links) && Number.isInteger(total) ? [{ links, total }] : [];
  });
  const ofVpc = new Map<string, { listed: number; total: number }>();
  for (const { links, total } of pages) {
    const vpcIds = new Set(links.map((link: unknown) => (isObject(link) ? String(link.VpcId) : "")));
    const vpcId = vpcIds.size === 1 ? [...vpcIds].join() : "";
    const known = ofVpc.get(vpcId);
    ofVpc.set(vpcId, { listed: (known?.listed ?? 0) + links.length, total: Math.max(known?.total ?? 0, total) });
  }
  for (const { listed, total } of ofVpc.values()) {
    if (listed >= total) continue;
    throw new Error(
      `${name} has ${listed} of the ${total} links of an answer of DescribeClassicLinkInstances; add its other pages`,
    );
  }
}

function* entriesOf(value: unknown, where: string, accept: AcceptState): Generator<PlacedEntry> {
  const deployed = resourcesOfState(value);
  if (deployed !== undefined) {
    for (const { urn, inputs } of deployed.filter(accept)) yield [`${urn}.`, inputs];
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* entriesOf(item, `${where}[${index}]`, accept);
  } else if (isObject(value)) {
    const entry = entryOf(value);
    const isLink = entry.vpcId !== undefined && (entry.instanceId !== undefined || entry.instanceIds !== undefined);
    // In a list, an instance without a VPC is a mistake. Elsewhere it may be something else, such as an output of a stack.
    const isHalf = entry.instanceId !== undefined && where.endsWith("]");
    if (isLink || isHalf) {
      yield [where === "" ? "" : `${where}.`, entry];
      return;
    }
    for (const [key, member] of Object.entries(value))
      yield* entriesOf(member, where === "" ? key : `${where}.${key}`, accept);
  }
}

/**
 * The links in the output of `pulumi stack export`. Their inputs are as the program declared them. The outputs may have drifted.
 * External resources are left out: the program only reads them.
 */
function resourcesOfState(value: unknown): readonly StateOfLinks[] | undefined {
  const resources = isObject(value) && isObject(value.deployment) ? value.deployment.resources : undefined;
  if (!Array.isArray(resources)) return undefined;
  return resources.filter(isObject).flatMap(({ type, urn, inputs, outputs, external }): StateOfLinks[] => {
    if (external === true || typeof type !== "string" || !TYPE.test(type) || !isObject(inputs)) return [];
    return [{ urn: String(urn), inputs, outputs: isObject(outputs) ? outputs : {} }];
  });
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
