/** The setting of the scope: the organization and the resource set on a private cloud. */

import type { Scope } from "../ecs/privateCloud";
import { privatePlace } from "./endpoints";
import { type Found, type Lookup, SettingError } from "./lookup";
import { isConfigKey } from "./places";

/**
 * Reads the scope. A resource set belongs to one organization, so an id that is meant for another organization does not count.
 *
 * @throws {SettingError} if an id is missing or wrong, or is configured for the public cloud.
 */
export function scopeOf(lookup: Lookup): Scope {
  const organization = lookup.find("organizationId");
  const { set } = resourceSets(lookup, organization);
  const name = organization?.family === "classiclink" ? undefined : lookup.find("resourceGroupSetName");
  if (name !== undefined && (organization === undefined || set === undefined)) {
    throw new SettingError(
      `${name.place} is set, but this package cannot find the id for a name; set ${lookup.ownPlacesOf("organizationId")}, and ` +
        `${lookup.ownPlacesOf("resourceSetId")}, to the ids that the console shows (Enterprise > Organizations, Enterprise > Resource Sets)`,
    );
  }
  for (const found of [set, organization]) {
    if (found === undefined) continue;
    if (!/^[\w.-]{1,64}$/.test(found.value))
      throw new SettingError(`${found.place} is not an id; use the id that the console shows`);
    if (privatePlace(lookup) === undefined) return onPublicCloud(lookup, found);
  }
  if (organization === undefined && set !== undefined) {
    throw new SettingError(
      `organizationId is missing, while ${set.place} is set; checked ${lookup.placesOf("organizationId")}; set one of them`,
    );
  }
  if (organization !== undefined && set !== undefined && organization.family !== set.family) {
    throw new SettingError(
      `${set.place} is set, but the organization comes from ${organization.place}, which may not have that resource set; set ` +
        `${lookup.ownPlacesOf("organizationId")} too`,
    );
  }
  return {
    ...(organization === undefined ? {} : { organizationId: organization.value }),
    ...(set === undefined ? {} : { resourceSetId: set.value }),
  };
}

/** A resource set that has a value and is ignored, and the place of the organization. For `doctor`. */
export function ignoredSet(lookup: Lookup): { readonly place: string; readonly organization: string } | undefined {
  const organization = lookup.find("organizationId");
  const { ignored } = resourceSets(lookup, organization);
  return ignored && organization && { place: ignored.place, organization: organization.place };
}

interface ResourceSets {
  readonly set?: Found;
  readonly ignored?: Found;
}

/** A place that comes after that of the organization is ignored: it may be for the organization that has just lost. */
function resourceSets(lookup: Lookup, organization: Found | undefined): ResourceSets {
  const found = lookup.find("resourceSetId");
  if (found === undefined) return {};
  if (organization === undefined || rankOf(found) <= rankOf(organization)) return { set: found };
  return { ignored: found };
}

/** The rank of a place. The order of places in places.ts is the same. */
function rankOf({ key, family }: Found): number {
  return (isConfigKey(key) ? 0 : 2) + (family === "classiclink" ? 0 : 1);
}

/** The public cloud has no organizations. An environment variable may be for another stack, so only a configured scope is an error. */
function onPublicCloud(lookup: Lookup, { place, key }: Found): Scope {
  if (!isConfigKey(key)) return {};
  throw new SettingError(
    `${place} is set, but the endpoint is the public cloud's, which has no organizations; set ` +
      `${lookup.ownPlacesOf("endpoint")}, or leave it out`,
  );
}
