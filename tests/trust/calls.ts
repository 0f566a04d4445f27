/** The calls of Pulumi's protocol on one resource, however they are reached, and the lifecycle reached without a door. */

import { HalfMadeError, isHalfMade } from "../../provider/classicLinkError";
import { connect } from "../../provider/hosts/connect";
import { CLASSIC_LINK_CALLS } from "../../provider/hosts/plugin/classicLink";
import { CLASSIC_LINKS_CALLS } from "../../provider/hosts/plugin/classicLinks";
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

/** A resource that was made, or may have been, but is not finished. */
export class HalfMade extends Error {
  constructor(
    message: string,
    readonly id: string,
    readonly outputs: Props,
  ) {
    super(message);
  }
}

/** Calls on one resource. Create and update throw a {@link HalfMade} where something is left for the state. */
export interface Calls {
  diff(id: string, outputs: Props, inputs: Props): Promise<{ readonly changed: boolean; readonly replaces: boolean }>;
  create(inputs: Props, how: How): Promise<Found>;
  /** Undefined when it is gone. */
  read(id: string, outputs: Props, inputs: Props, how: How): Promise<Found | undefined>;
  update(id: string, outputs: Props, inputs: Props, how: How): Promise<Found>;
  delete(id: string, outputs: Props, how: How): Promise<void>;
}

/** Where and as whom to call: settings by the names of the stack's configuration. */
export type Configuration = Readonly<Record<string, string>>;

/** The lifecycle with a connection of its own, as a new provider process has it. */
export async function connectLifecycle(resource: Resource, configuration: Configuration): Promise<Calls> {
  const type = resource === "ClassicLink" ? CLASSIC_LINK_CALLS : CLASSIC_LINKS_CALLS;
  const steps = await connect(new Settings((key) => configuration[key]));
  const holder = "the resource";
  const change = async (work: Promise<{ id: string; outputs: Props; declared: Props }>): Promise<Found> => {
    try {
      const { id, outputs, declared } = await work;
      return { id, outputs, inputs: declared };
    } catch (error) {
      throw error instanceof HalfMadeError ? new HalfMade(error.message, error.id, error.properties) : error;
    }
  };
  return {
    async diff(_, outputs, inputs) {
      const { replaces, updates } = type.diff(outputs, inputs);
      const changed = replaces.length + updates.length > 0 || isHalfMade(outputs);
      return { changed, replaces: replaces.length > 0 };
    },
    create: (inputs, how) => change(type.create(steps, inputs, { ...how, holder })),
    async read(_, outputs, __, how) {
      const found = await type.read(steps, outputs, { ...how, holder });
      return found && { id: found.id, outputs: found.outputs, inputs: found.declared };
    },
    update: (_, outputs, inputs, how) => change(type.update(steps, outputs, inputs, { ...how, holder })),
    delete: (_, outputs, how) => type.delete(steps, outputs, { ...how, holder }),
  };
}
