/** The calls of Pulumi's protocol on one resource, however they are reached, and the resource without a host. */

import { Run } from "../../provider/links/run";
import { classicLink } from "../../provider/resources/classicLink";
import { classicLinks } from "../../provider/resources/classicLinks";
import { Provider } from "../../provider/resources/provider";
import { Settings } from "../../provider/settings";

/** Property values, in clear. */
export type Props = Readonly<Record<string, unknown>>;

/** The two resources. */
export const RESOURCES = ["ClassicLink", "ClassicLinks"] as const;
export type Resource = (typeof RESOURCES)[number];

/** How a call is made, besides its properties. */
export interface How {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A resource as it was found or made. */
export interface Found {
  readonly id: string;
  readonly outputs: Props;
  readonly inputs: Props;
}

/** Calls on one resource. The errors of create and update have an id and properties where something is left for the state. */
export interface Calls {
  /** @param olds the inputs in the state; empty for a resource that is new. */
  check(olds: Props, inputs: Props): Promise<void>;
  diff(id: string, outputs: Props, inputs: Props): Promise<{ readonly changed: boolean; readonly replaces: boolean }>;
  create(inputs: Props, how: How): Promise<Found>;
  /** Undefined when it is gone. */
  read(id: string, outputs: Props, inputs: Props, how: How): Promise<Found | undefined>;
  update(id: string, outputs: Props, inputs: Props, how: How): Promise<Found>;
  delete(id: string, outputs: Props, how: How): Promise<void>;
}

/** Where and as whom to call: settings by the names of the stack's configuration. */
export type Configuration = Readonly<Record<string, string>>;

/** The resource in a process of its own run, with a connection of its own, as a new provider process has it. */
export async function openResource(resource: Resource, configuration: Configuration): Promise<Calls> {
  const type = resource === "ClassicLink" ? classicLink : classicLinks;
  const provider = new Provider(new Settings((key) => configuration[key]), new Run());
  return {
    async check(olds, inputs) {
      const { failures } = type.check(provider, inputs, olds);
      if (failures.length > 0) throw new Error(JSON.stringify(failures));
    },
    async diff(_, outputs, inputs) {
      const { replaces, updates, isDue } = type.diff(provider, outputs, inputs);
      return { changed: replaces.length + updates.length > 0 || isDue, replaces: replaces.length > 0 };
    },
    create: (inputs, how) => type.create(provider, inputs, how),
    read: (_, outputs, __, how) => type.read(provider, outputs, how),
    update: (_, outputs, inputs, how) => type.update(provider, outputs, inputs, how),
    delete: (_, outputs, how) => type.delete(provider, outputs, how),
  };
}
