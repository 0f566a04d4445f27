/** CheckConfig and DiffConfig: the inputs of the provider itself. */

import type { CheckRequest, DiffRequest, DiffResponse } from "@pulumi/pulumi/proto/provider_pb";
import { CheckResponse } from "@pulumi/pulumi/proto/provider_pb";
import type { CheckFailure, Properties } from "../../resources/inputs";
import { SECRET_SETTINGS, SETTING_NAMES, SWITCHES } from "../../settings/places";
import { diffResponse, failureList } from "./answers";
import { OBJECT_SETTINGS } from "./descriptions";
import { settingsOf } from "./session";
import { holdsUnknown, unwrap, wrap } from "./values";

/** Reports wrong settings before they are used. Changes nothing except that it marks secrets. */
export function checkConfig(request: CheckRequest): CheckResponse {
  const { values, secrets } = unwrap(request.getNews());
  const response = new CheckResponse();
  response.setInputs(wrap(values, new Set([...secrets, ...SECRET_SETTINGS])));
  response.setFailuresList(failureList(findFaults(values)));
  return response;
}

/**
 * Nothing replaces the provider. A replaced provider would replace all its links: their new ones are created before the old
 * ones are deleted, and each link has a region of its own anyway, which its own Diff compares.
 */
export function diffConfig(request: DiffRequest): DiffResponse {
  const olds = unwrap(request.getOldInputs() ?? request.getOlds()).values;
  const news = unwrap(request.getNews()).values;
  const ignored = new Set(request.getIgnorechangesList());
  const changed = SETTING_NAMES.filter((name) => !ignored.has(name) && textOf(olds[name]) !== textOf(news[name]));
  return diffResponse({ olds, news, changed, replaces: [], deleteBeforeReplace: false });
}

function findFaults(inputs: Properties): CheckFailure[] {
  const wrongTypes = SETTING_NAMES.flatMap((name) => faultOfType(name, inputs[name]) ?? []);
  if (wrongTypes.length > 0) return wrongTypes;
  // Settings depend on each other, so they are checked when all are known.
  if (SETTING_NAMES.some((name) => holdsUnknown(inputs[name]))) return [];
  const settings = settingsOf(inputs);
  const given = (name: string) => textOf(inputs[name]) !== "";
  const checks = [
    () => settings.credentialsSource(),
    () => settings.refreshBeforeUpdate(),
    () => settings.forgetRetiredLinks(),
    () => settings.scope(),
    () => settings.insecure(),
    ...(given("vpcEndpoint") ? [() => settings.vpcEndpointOf("cn-hangzhou")] : []),
    ...(given("proxy") ? [() => settings.proxyFor("https://ecs.cn-hangzhou.aliyuncs.com")] : []),
    // An endpoint can be checked with any region. With an endpoint, any region is valid.
    ...(given("endpoint") || given("protocol") ? [() => settings.endpointOf("cn-hangzhou")] : []),
    ...(given("region") && !given("endpoint") ? [() => settings.endpointOf(settings.defaultRegion())] : []),
  ];
  const reasons = new Set(checks.flatMap((check) => reasonOf(check) ?? []));
  return [...reasons].map((reason) => ({ property: propertyOf(reason, inputs), reason }));
}

function reasonOf(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * The setting that a reason begins with. None if it is from the environment, or if it is secret: Pulumi prints the value of
 * a property that a failure names.
 */
function propertyOf(reason: string, inputs: Properties): string {
  const property = SETTING_NAMES.find((name) => reason.startsWith(name) || reason.startsWith(`classiclink:${name}`));
  if (property === undefined || SECRET_SETTINGS.has(property)) return "";
  return textOf(inputs[property]).includes("@") ? "" : property;
}

function faultOfType(property: string, value: unknown): CheckFailure | undefined {
  const isText = value === undefined || value === null || typeof value === "string";
  if (isText || (typeof value === "boolean" && SWITCHES.some((name) => name === property))) return undefined;
  // An object, or its text, as SDKs send it. Its members are checked with the other settings.
  if (Object.hasOwn(OBJECT_SETTINGS, property) && typeof value === "object") return undefined;
  const named = SECRET_SETTINGS.has(property) ? "" : property;
  return { property: named, reason: `${property} is of type ${typeof value}; set it to a string` };
}

/** SDKs send all settings as text, so "true" and true are the same setting. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
