/** The calls on one resource through the real process of a host, over gRPC. Needs a build. */

import { DiffResponse } from "@pulumi/pulumi/proto/provider_pb";
import type { CallContext } from "../../provider/links/operation";
import type { Properties } from "../../provider/resources/inputs";
import { asValues } from "../engine/values";
import { DynamicHost } from "../support/dynamicHost";
import { newEngineAddress } from "../support/engine";
import { PluginProcess } from "../support/pluginProcess";
import { LINKS_URN, type ProviderProcess, URN } from "../support/providerProcess";
import type { Host } from "../support/shop";
import type { Calls, Open } from "./calls";

/**
 * Reaches the resource in a new process for each run.
 *
 * @param processes where each process goes, for its end.
 */
export const openThrough =
  (host: Host, processes: ProviderProcess[]): Open =>
  async (resource, configuration) => {
    const start = host === "plugin" ? PluginProcess.start : DynamicHost.start;
    const provider: ProviderProcess = await start({}, newEngineAddress());
    processes.push(provider);
    // The dynamic host sees all of the configuration, a plugin what is its own.
    const short = Object.entries(configuration).map(([key, value]) => [key.replace("classiclink:", ""), value]);
    await provider.configure(asValues(host === "plugin" ? Object.fromEntries(short) : configuration));
    provider.urn = resource === "ClassicLink" ? URN : LINKS_URN;
    return callsTo(provider);
  };

function callsTo(provider: ProviderProcess): Calls {
  const how = ({ timeoutMs = 0 }: CallContext) => ({ timeout: timeoutMs / 1000 });
  const limited = (properties: Properties, context: CallContext) => {
    const { timeout } = how(context);
    return provider.limited(asValues(properties), { create: timeout, read: timeout, update: timeout, delete: timeout });
  };
  return {
    check: async (olds, news) => (await provider.check(asValues(news), asValues(olds))).failures,
    async diff(olds, news) {
      const { changes, replacesList } = await provider.diff(asValues(olds), asValues(news));
      return { replaces: replacesList.length > 0, changes: changes === DiffResponse.DiffChanges.DIFF_SOME };
    },
    async create(inputs, context) {
      const { properties } = await provider.create(limited(inputs, context), how(context));
      return { outputs: properties };
    },
    async read({ outputs, inputs }, context) {
      const sides = { properties: provider.state(limited(outputs, context)), inputs: provider.state(asValues(inputs)) };
      const answer = await provider.call("read", { ...sides, ...how(context) });
      return answer.id === "" ? undefined : { outputs: answer.properties, inputs: answer.inputs };
    },
    async update(olds, news, context) {
      return { outputs: await provider.update(asValues(olds), limited(news, context), how(context)) };
    },
    delete: (outputs, context) => provider.delete(limited(outputs, context), how(context)),
  };
}
