/** CheckConfig and DiffConfig: the calls on the provider's own inputs. */

import type { CheckRequest, DiffRequest, DiffResponse } from "@pulumi/pulumi/proto/provider_pb";
import { CheckResponse } from "@pulumi/pulumi/proto/provider_pb";
import type { CheckFailure, Properties } from "../../resources/inputs";
import { SECRET_SETTINGS, SETTING_NAMES, SWITCHES } from "../../settings/places";
import { diffResponse, failureList } from "./responses";
import { OBJECT_SETTINGS } from "./descriptions";
import { settingsOf } from "./session";
import { hasUnknown, unwrap, wrap } from "./values";

/** Reports wrong settings before they are used. Marks secret settings, and changes no value. */
export function checkConfig(request: CheckRequest): CheckResponse {
  const { values, secrets } = unwrap(request.getNews());
  const response = new CheckResponse();
  response.setInputs(wrap(values, new Set([...secrets, ...SECRET_SETTINGS])));
  response.setFailuresList(failureList(findFaults(values)));
  return response;
}

/**
 * Compares the settings. No change replaces the provider, because a replaced provider would replace all its links. A changed
 * region is compared for each link, by the diff of that link.
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
  // Settings depend on each other. So they are checked only when all are known.
  if (SETTING_NAMES.some((name) => hasUnknown(inputs[name]))) return [];
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
    // The region does not matter for the check of an endpoint. With an endpoint, each region is valid.
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
 * The setting at the start of a reason. Empty if the value is from the environment, or is secret: Pulumi prints the value of
 * the property that a failure names.
 */
function propertyOf(reason: string, inputs: Properties): string {
  const property = SETTING_NAMES.find((name) => reason.startsWith(name) || reason.startsWith(`classiclink:${name}`));
  if (property === undefined || SECRET_SETTINGS.has(property)) return "";
  return textOf(inputs[property]).includes("@") ? "" : property;
}

function faultOfType(property: string, value: unknown): CheckFailure | undefined {
  const isText = value === undefined || value === null || typeof value === "string";
  if (isText || (typeof value === "boolean" && SWITCHES.some((name) => name === property))) return undefined;
  // An object. SDKs send it as JSON text. Its members are checked with the other settings.
  if (Object.hasOwn(OBJECT_SETTINGS, property) && typeof value === "object") return undefined;
  const named = SECRET_SETTINGS.has(property) ? "" : property;
  return { property: named, reason: `${property} is of type ${typeof value}; set it to a string` };
}

/** The value as text. SDKs send settings as text, so "true" and true are equal. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
