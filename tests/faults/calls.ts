/** The calls of Pulumi's protocol on one resource, however they are reached, and the resource in this process. */

import type { CallContext } from "../../provider/links/operation";
import { Run } from "../../provider/links/run";
import { classicLink } from "../../provider/resources/classicLink";
import { classicLinks } from "../../provider/resources/classicLinks";
import type { Properties } from "../../provider/resources/inputs";
import { Provider } from "../../provider/resources/provider";
import type { Found } from "../../provider/resources/resource";
import { Settings } from "../../provider/settings";

const TYPES = { ClassicLink: classicLink, ClassicLinks: classicLinks };

/** The two resources. */
export const RESOURCES = ["ClassicLink", "ClassicLinks"] as const;
export type Resource = (typeof RESOURCES)[number];

/** What the state has of a resource. */
export type State = Omit<Found, "id">;

/** The calls on one resource, in one run of the engine. */
export interface Calls {
  /** What is wrong with the inputs. */
  check(olds: Properties, news: Properties): Promise<readonly unknown[]>;
  diff(olds: Properties, news: Properties): Promise<{ readonly replaces: boolean; readonly changes: boolean }>;
  create(inputs: Properties, context: CallContext): Promise<Pick<State, "outputs">>;
  /** Undefined if it is gone. */
  read(state: State, context: CallContext): Promise<State | undefined>;
  update(olds: Properties, news: Properties, context: CallContext): Promise<Pick<State, "outputs">>;
  delete(outputs: Properties, context: CallContext): Promise<void>;
}

/**
 * Begins a run.
 *
 * @param configuration settings, by the names of the stack's configuration.
 */
export type Open = (resource: Resource, configuration: Readonly<Record<string, string>>) => Promise<Calls>;

/** Reaches the resource without a host, and with a connection of its own, as in a new process. */
export const openInProcess: Open = async (resource, configuration) => {
  const type = TYPES[resource];
  const provider = new Provider(new Settings((key) => configuration[key]), new Run());
  return {
    check: async (olds, news) => type.check(provider, news, olds).failures,
    async diff(olds, news) {
      const { replaces, updates, isDue } = type.diff(provider, olds, news);
      return { replaces: replaces.length > 0, changes: isDue || updates.length > 0 };
    },
    create: (inputs, context) => type.create(provider, inputs, context),
    read: ({ outputs }, context) => type.read(provider, outputs, context),
    update: (olds, news, context) => type.update(provider, olds, news, context),
    delete: (outputs, context) => type.delete(provider, outputs, context),
  };
};
