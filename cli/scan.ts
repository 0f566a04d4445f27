/** A scan of the cloud: lists the links that the options choose. */

import type { Link } from "../provider/ecs/client";
import { connect, connectToVpcs } from "../provider/resources/connect";
import { parseLinkId, parseLinksId } from "../provider/resources/ids";
import { type LinkFilter, readLinks } from "../provider/resources/getLinks";
import { isClassicLinkOff, listVpcs } from "../provider/links/listVpcs";
import { type CallContext, plural } from "../provider/links/operation";
import type { Settings } from "../provider/settings";
import { idOf, LISTINGS_AT_A_TIME, regionsOf, settingsOf, underScope, warnOfConnection } from "./cloud";
import type { ScanOptions } from "./program";
import { forEachOf } from "./inTurn";
import { openProgress, type Progress } from "./progress";

/** What a scan has found. */
export interface Scan {
  /** By region, VPC and instance. */
  readonly links: readonly Link[];
  /** What was checked, as in "12 VPCs in cn-hangzhou", and on a private cloud the scope. */
  readonly checked: string;
  /** What could not be read, one sentence each. Then the links are not all. */
  readonly failures: readonly string[];
}

/**
 * Lists links.
 *
 * @throws when the options choose nothing, or a setting is wrong.
 */
export async function scan(options: ScanOptions): Promise<Scan> {
  const settings = settingsOf(options);
  warnOfConnection(settings);
  const progress = await openProgress();
  try {
    const listings = options.allVpcs ? await allVpcs(options, settings, progress) : listingsOf(options, settings);
    const { links, failures } = await readAll(listings, wanted(options, settings), settings, progress);
    const regions = listings.length === 0 ? regionsOf(options, settings) : listings.map(({ regionId }) => regionId);
    const under = regions[0] === undefined ? "" : underScope(settings, regions[0]);
    const checked = `${countOf(listings)} in ${[...new Set(regions)].join(", ")}${under}`;
    const all = new Set([...failures, ...movesIn(links)].sort());
    return { links: links.sort(byPlace), failures: [...all], checked };
  } finally {
    progress.end();
  }
}

/** One listing: of a VPC, or of instances. */
interface Listing extends LinkFilter {
  /** Whether the VPC cannot have a link. Then it does not matter that it cannot be listed. */
  readonly isOff?: () => Promise<boolean>;
}

async function allVpcs(options: ScanOptions, settings: Settings, progress: Progress): Promise<readonly Listing[]> {
  const client = await connectToVpcs(settings);
  const inRegion = async (regionId: string): Promise<readonly Listing[]> => {
    const context = { report: (message: string) => progress.note(`${regionId}: ${message}`) };
    const vpcIds = await listVpcs(client, regionId, context);
    return vpcIds.map((vpcId) => ({ regionId, vpcId, isOff: () => isClassicLinkOff(client, { regionId, vpcId }) }));
  };
  return (await Promise.all(regionsOf(options, settings).map(inRegion))).flat();
}

function listingsOf(options: ScanOptions, settings: Settings): readonly Listing[] {
  const { instance, vpc } = options;
  if (instance === undefined && vpc === undefined) {
    throw new Error("nothing to scan; give --vpc <id>, --instance <id> or --all-vpcs");
  }
  if (instance === undefined) return vpcsOf(options, settings);
  const inRegion = new Map<string, string[]>();
  for (const id of instance) {
    for (const regionId of id.includes(":") ? [""] : regionsOf(options, settings)) {
      const named = idOf("--instance", id, () => parseLinkId(id, () => regionId));
      inRegion.set(named.regionId, [...(inRegion.get(named.regionId) ?? []), named.instanceId]);
    }
  }
  return [...inRegion].map(([regionId, instanceIds]) => ({ regionId, instanceIds: [...new Set(instanceIds)] }));
}

/** The VPCs that are named. Only one region has a VPC, and the others refuse to list it. */
function vpcsOf(
  { vpc = [], ...options }: ScanOptions,
  settings: Settings,
): readonly { regionId: string; vpcId: string }[] {
  const theRegion = (id: string) => () => {
    const [regionId = "", ...others] = regionsOf(options, settings);
    if (others.length > 0) throw new Error(`--vpc ${id} does not say in which region; write --vpc ${regionId}:${id}`);
    return regionId;
  };
  const named = vpc.map((id) => idOf("--vpc", id, () => parseLinksId(id, theRegion(id))));
  return [...new Map(named.map((one) => [JSON.stringify(one), one])).values()];
}

/** Whether a link is chosen: with instances and VPCs, it has to match both. */
function wanted(options: ScanOptions, settings: Settings): (link: Link) => boolean {
  if (options.instance === undefined || options.vpc === undefined) return () => true;
  const vpcs = vpcsOf(options, settings);
  return (link) => vpcs.some(({ regionId, vpcId }) => link.regionId === regionId && link.vpcId === vpcId);
}

async function readAll(
  listings: readonly Listing[],
  isWanted: (link: Link) => boolean,
  settings: Settings,
  progress: Progress,
): Promise<{ links: Link[]; failures: string[] }> {
  const steps = await connect(settings);
  const links: Link[] = [];
  const failures: string[] = [];
  progress.begin(listings.length, listings.some(({ vpcId }) => vpcId !== undefined) ? "VPCs" : "regions");

  await forEachOf(listings, LISTINGS_AT_A_TIME, async ({ isOff, ...filter }) => {
    const context: CallContext = {
      report: (message) => progress.note(`${filter.vpcId ?? filter.regionId}: ${message}`),
    };
    try {
      const found = (await readLinks(steps, filter, context)).filter(isWanted);
      links.push(...found);
      progress.step(found.length);
    } catch (error) {
      if (!(await isOff?.())) failures.push(error instanceof Error ? error.message : String(error));
      progress.step(0);
    }
  });
  return { links, failures };
}

/** As in "12 VPCs". */
function countOf(listings: readonly Listing[]): string {
  const instances = listings.reduce((count, { instanceIds = [] }) => count + instanceIds.length, 0);
  return instances > 0 ? plural(instances, "instance", "instances") : plural(listings.length, "VPC", "VPCs");
}

/** An instance has at most one link. So one that is listed with two VPCs was moved between the two listings. */
function movesIn(links: readonly Link[]): string[] {
  const seen = new Map<string, string>();
  return links.flatMap(({ regionId, instanceId, vpcId }) => {
    const before = seen.get(`${regionId}:${instanceId}`);
    seen.set(`${regionId}:${instanceId}`, vpcId);
    if (before === undefined) return [];
    return [`${instanceId} in ${regionId} was moved between ${before} and ${vpcId} meanwhile; run the command again`];
  });
}

/** By region, VPC and instance, in the order of their characters, which is the same on every machine. */
function byPlace(a: Link, b: Link): number {
  const key = ({ regionId, vpcId, instanceId }: Link) => `${regionId}:${vpcId}:${instanceId}`;
  return key(a) < key(b) ? -1 : 1;
}
