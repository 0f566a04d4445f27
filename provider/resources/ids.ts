/** The grammar of ids: `<regionId>:<instanceId>` for a link, `<regionId>:<vpcId>` for a fleet. */

import { quote } from "../quote";

/** The id of a link. An instance has at most one, so region and instance identify it. */
export function formatLinkId(regionId: string, instanceId: string): string {
  return `${regionId}:${instanceId}`;
}

/** The id of many links to one VPC. */
export function formatLinksId(regionId: string, vpcId: string): string {
  return `${regionId}:${vpcId}`;
}

/**
 * Reads the id of a link: `<regionId>:<instanceId>`, or the bare instance id, whose region is then the configured one.
 *
 * @param id as it stands in a state or was typed for an import.
 * @param defaultRegion asked only for a bare instance id; may throw.
 * @throws {TypeError} when the id is neither form.
 */
export function parseLinkId(id: string, defaultRegion: () => string): { regionId: string; instanceId: string } {
  const parts = partsOf(id);
  if (parts === undefined) {
    throw new TypeError(
      `"${quote(id)}" is not the id of a link: use <regionId>:<instanceId>, such as cn-hangzhou:i-bp1abc`,
    );
  }
  return { regionId: parts.regionId ?? defaultRegion(), instanceId: parts.last };
}

/** Reads the id of many links to one VPC, `<regionId>:<vpcId>` or the bare VPC id. As {@link parseLinkId}. */
export function parseLinksId(id: string, defaultRegion: () => string): { regionId: string; vpcId: string } {
  const parts = partsOf(id);
  if (parts === undefined) {
    throw new TypeError(
      `"${quote(id)}" is not the id of links: use <regionId>:<vpcId>, such as cn-hangzhou:vpc-bp1abc`,
    );
  }
  return { regionId: parts.regionId ?? defaultRegion(), vpcId: parts.last };
}

function partsOf(id: string): { regionId?: string; last: string } | undefined {
  const parts = id.split(":");
  const [first = "", second] = parts;
  if (parts.length > 2 || parts.some((part) => faultOfId(part) !== undefined)) return undefined;
  return second === undefined ? { last: first } : { regionId: first, last: second };
}

/**
 * What is wrong with an instance, VPC or region id, or undefined. Private clouds have ids of other forms, so this refuses only
 * what breaks a list of ids, the id of a link, or a terminal.
 */
export function faultOfId(id: string): string | undefined {
  if (id === "") return "is empty";
  if (/[\s,:\p{C}]/u.test(id)) return "contains white space, a comma, a colon or a control character";
  if (id.length > 128) return "is longer than 128 characters";
  return undefined;
}
