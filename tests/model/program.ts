/** The program that the model changes: which links it declares, under which names. */

import type { Host } from "../support/shop";

/** A link, which has one instance, or a fleet. */
export interface Declared {
  readonly kind: "link" | "fleet";
  readonly vpcId: string;
  readonly instanceIds: readonly string[];
}

/** What a program declares. An instance is declared once at most, as the SDK demands. */
export interface Program {
  /** Which resources it takes: those of the dynamic host, or later on those of the plugin with their aliases. */
  host: Host;
  /** By name. */
  readonly resources: Map<string, Declared>;
  /** Names of resources → their explicit provider. The others have the default one. */
  readonly providers: Map<string, ProviderName>;
  /** The region of the explicit providers. Each resource names its own. */
  region: string;
  /** Instances that do not exist at present, whatever it declares. */
  readonly released: Set<string>;
  /** Something has changed since the last operation. */
  isChanged: boolean;
}

/** Few of each, so that they meet. */
export const INSTANCES = ["i-a", "i-b", "i-c", "i-d", "i-e"] as const;
export const VPCS = ["vpc-1", "vpc-2", "vpc-3"] as const;
export const NAMES = { link: ["one", "two", "three"], fleet: ["blue", "green"] } as const;

export const PROVIDER_NAMES = ["west", "north"] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

export const REGION = "cn-hangzhou";

/** Instance → VPC. */
export type Links = Readonly<Record<string, string>>;

/** The links that resources ask for. */
export const declaredBy = (resources: Iterable<Declared>): Links =>
  Object.fromEntries(
    [...resources].flatMap(({ vpcId, instanceIds }) => instanceIds.map((instanceId) => [instanceId, vpcId] as const)),
  );
