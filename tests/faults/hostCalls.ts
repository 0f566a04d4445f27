/** The calls on one resource through a real host, over gRPC. */

import { STORED_LINE, STORED_LINE_OF_LINKS } from "../../provider/hosts/dynamic/storedLine";
import { asValues } from "../engine/values";
import type { Host } from "../support/shop";
import type { Calls, Found, How, Props, Resource } from "./calls";
import type { Open } from "./faultCase";
import { newEngineAddress } from "../support/engine";
import type { KeptProvider } from "../support/keptProvider";

/** What a provider is called, in its own URN and in what is said of it. */
const PROVIDERS: Readonly<Record<Host, string>> = {
  dynamic: "pulumi:providers:pulumi-nodejs",
  plugin: "pulumi:providers:classiclink",
};

/** Opens the resource in a process that has forgotten all that was before. */
export function openHost(host: Host, kept: KeptProvider): Open {
  return async (resource, configuration) => {
    const provider = await kept.renew(newEngineAddress());
    const named = (type: string) => ({ urn: `urn:pulumi:dev::shop::${type}::one`, name: "one", type });
    // The dynamic host sees all of the configuration, a plugin what is its own.
    const short = Object.entries(configuration).map(([key, value]) => [key.replace("classiclink:", ""), value]);
    const args = asValues(host === "dynamic" ? configuration : Object.fromEntries(short));
    await provider.configure({ ...named(PROVIDERS[host]), id: "provider" }, args);
    const about = (id: string) => ({ ...named(typeOf(host, resource)), id });
    const sides = (how: How) => (properties: Props) => ({ ...properties, ...ownOf(host, resource, how) });
    return callsOf((name, fields) => provider.call(name, fields), about, sides);
  };
}

function typeOf(host: Host, resource: Resource): string {
  return host === "dynamic" ? `pulumi-nodejs:dynamic/classiclink:${resource}` : `classiclink:index:${resource}`;
}

/** What the SDK's class adds to properties for the dynamic host, which Pulumi tells nothing of timeouts. */
function ownOf(host: Host, resource: Resource, { timeoutMs }: How): Props {
  if (host === "plugin") return {};
  const seconds = timeoutMs === undefined ? undefined : timeoutMs / 1000;
  const timeouts = { create: seconds, read: seconds, update: seconds, delete: seconds };
  return {
    __provider: resource === "ClassicLink" ? STORED_LINE : STORED_LINE_OF_LINKS,
    ...(seconds === undefined ? {} : { __timeouts: timeouts }),
  };
}

type Send = Awaited<ReturnType<KeptProvider["renew"]>>["call"];

function callsOf(send: Send, about: (id: string) => object, sides: (how: How) => (properties: Props) => Props): Calls {
  const timeoutOf = ({ timeoutMs = 0 }: How) => ({ timeout: timeoutMs / 1000 });
  const change = async (name: string, id: string, fields: object, inputs: Props): Promise<Found> => {
    const answer = await send(name, { ...about(id), ...fields });
    return { id: answer.id ?? id, outputs: answer.properties ?? {}, inputs };
  };
  return {
    async check(olds, inputs) {
      const side = sides({});
      await send("check", { ...about(""), olds: side(olds), news: side(inputs) });
    },
    async diff(id, outputs, inputs) {
      const side = sides({});
      const request = { olds: side(outputs), news: side(inputs), oldInputs: side(inputs) };
      const { changes, replacesList = [] } = await send("diff", { ...about(id), ...request });
      // 2 stands for "some". Source: Pulumi's provider protocol, DiffResponse.
      return { changed: changes === 2, replaces: replacesList.length > 0 };
    },
    create: (inputs, how) => change("create", "", { properties: sides(how)(inputs), ...timeoutOf(how) }, inputs),
    async read(id, outputs, inputs, how) {
      const side = sides(how);
      const request = { properties: side(outputs), inputs: side(inputs), ...timeoutOf(how) };
      const answer = await send("read", { ...about(id), ...request });
      if (!answer.id) return undefined;
      return { id: answer.id, outputs: answer.properties ?? {}, inputs: answer.inputs ?? inputs };
    },
    update(id, outputs, inputs, how) {
      const side = sides(how);
      const request = { olds: side(outputs), news: side(inputs), oldInputs: side(inputs), ...timeoutOf(how) };
      return change("update", id, request, inputs);
    },
    async delete(id, outputs, how) {
      await send("delete", { ...about(id), properties: sides(how)(outputs), ...timeoutOf(how) });
    },
  };
}
