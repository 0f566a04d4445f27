/** Settings: are they complete, and where does each come from? */

import type { Scope } from "../../provider/ecs/privateCloud";
import type { FoundSetting } from "../../provider/settings";
import { type Asked, type Finding, ok, problem, warning } from "./finding";

/** What the settings mean, or what is wrong with them. */
export interface Derived {
  readonly regionId: Asked<string>;
  readonly endpoint: Asked<string>;
  readonly vpcEndpoint: Asked<string>;
  readonly isPrivate: boolean;
  readonly scope: Asked<Scope>;
  /** A resource set that is ignored, and the place of the organization. */
  readonly ignoredSet?: { readonly place: string; readonly organization: string } | undefined;
}

/** Each setting with its place. The input has no values that may be secret. */
export function checkSettings(found: readonly FoundSetting[]): readonly Finding[] {
  return found.map((setting) => {
    if (setting.problem !== undefined) return problem(setting.problem);
    const { name, place, value } = setting;
    return ok(value === undefined ? `${name} is set, by ${place}` : `${name} is ${value}, from ${place}`);
  });
}

/** Whether the settings name the region and the addresses. */
export function checkTargets(derived: Derived): readonly Finding[] {
  const { regionId, endpoint, vpcEndpoint, isPrivate } = derived;
  if (regionId.error !== undefined) return [problem(regionId.error.message)];
  if (endpoint.error !== undefined) return [problem(endpoint.error.message)];
  const cloud = isPrivate ? "a private cloud" : "the public cloud";
  return [
    ok(`Calls for ${regionId.answer} go to ${endpoint.answer}, ${cloud}`),
    vpcEndpoint.error === undefined
      ? ok(`Calls about VPCs go to ${vpcEndpoint.answer}`)
      : warning("The VPC service has no address, so VPCs are not checked", vpcEndpoint.error.message),
    ...checkScope(derived),
  ];
}

function checkScope({ isPrivate, scope, ignoredSet }: Derived): readonly Finding[] {
  if (scope.error !== undefined) return [problem(scope.error.message)];
  if (!isPrivate) return [];
  const { organizationId, resourceSetId } = scope.answer;
  if (organizationId !== undefined) {
    const set = resourceSetId === undefined ? "all its resource sets" : `resource set ${resourceSetId}`;
    const found = ok(`Requests name organization ${organizationId} and ${set}`);
    if (ignoredSet === undefined) return [found];
    const { place, organization } = ignoredSet;
    const text = `${place} is ignored: it may be for another organization than that of ${organization}`;
    return [found, warning(text, "to use that resource set, give --resource-set too")];
  }
  return [
    warning(
      "No organization is set, so the cloud uses that of the key's user",
      "if links or instances are missing below, give --organization and --resource-set",
    ),
  ];
}
