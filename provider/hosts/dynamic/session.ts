/** What both dynamic resources share in a process: the settings, and the connection to ECS. */

import type * as pulumi from "@pulumi/pulumi";
import type { Link } from "../../ecs/client";
import type { LinkSteps } from "../../linkSteps";
import { Settings } from "../../settings";
import { Turns } from "../../turns";
import { connect } from "../connect";

/** Filled by diffs too, most of which need no connection. */
const turns = new Turns();
let settings = new Settings();
let configured = false;
let connected: Promise<LinkSteps> | undefined;

/**
 * Takes the whole configuration of the stack. What is wrong with a setting is told by the call that needs it. The host
 * calls this for each of the two resources, with the same configuration, which must not cut off the other's connection.
 */
export function configure({ config }: pulumi.dynamic.ConfigureRequest): void {
  if (configured) return;
  configured = true;
  settings = new Settings((key) => {
    try {
      return config.get(key);
    } catch {
      // Where the engine configures nothing, the host passes on a configuration that throws instead of being empty.
      return undefined;
    }
  });
  connected = undefined;
}

/** The region of resources that name none. */
export function defaultRegion(): string {
  return settings.defaultRegion();
}

/** Notes links that the program of this update declares. */
export function declare(links: readonly Link[]): void {
  turns.declare(links);
}

/** Remembers that a resource of this update goes on to declare links that it has. */
export function keep(links: readonly Link[], holder: string | undefined): void {
  turns.keep(links, holder);
}

/** The steps, over one connection, so that reads of the whole process are gathered and rateLimited together. */
export function steps(): Promise<LinkSteps> {
  connected ??= connect(settings, turns);
  return connected;
}
