/** What a change of a link needs, and how one instance is read. */

import type { Caller, EcsClient, Link } from "../ecs/client";
import { EcsError } from "../ecs/errors";
import type { LinkReader } from "../ecs/linkReader";
import type { Ledger } from "./ledger";

/** How much later than ECS accepts a change its listing may follow, in ms. */
export const LISTING_LAG_MS = 120_000;

/** What a change of a link needs. */
export interface Connection {
  readonly client: EcsClient;
  readonly reader: LinkReader;
  readonly ledger: Ledger;
  /** Whether links may be dropped if ECS no longer offers ClassicLink. May throw. */
  readonly mayForgetRetired: () => boolean;
}

/** Reads which VPC an instance is linked to now. A released instance has none. */
export async function currentVpc(connection: Connection, link: Link, caller: Caller): Promise<string | undefined> {
  return await noneIfGone(connection.reader.vpcOf({ ...link, fresh: true }, caller));
}

/** A released instance has no link. */
export async function noneIfGone(reading: Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof EcsError && error.kind === "gone") return undefined;
    throw error;
  }
}
