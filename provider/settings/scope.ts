/** The setting of the scope: the organization and the resource set on a private cloud. */

import type { Scope } from "../ecs/privateCloud";
import { privatePlace } from "./endpoints";
import { type Found, type Lookup, SettingError } from "./lookup";
import { isConfigKey } from "./places";

/** Reads the scope. @throws {SettingError} if an id is missing or wrong, or is configured for the public cloud. */
export function scopeOf(lookup: Lookup): Scope {
  const organization = lookup.find("organizationId");
  const set = lookup.find("resourceSetId");
  const name = lookup.find("resourceGroupSetName");
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
  return {
    ...(organization === undefined ? {} : { organizationId: organization.value }),
    ...(set === undefined ? {} : { resourceSetId: set.value }),
  };
}

/** The public cloud has no organizations. An environment variable may be for another stack, so only a configured scope is an error. */
function onPublicCloud(lookup: Lookup, { place, key }: Found): Scope {
  if (!isConfigKey(key)) return {};
  throw new SettingError(
    `${place} is set, but the endpoint is the public cloud's, which has no organizations; set ` +
      `${lookup.ownPlacesOf("endpoint")}, or leave it out`,
  );
}
