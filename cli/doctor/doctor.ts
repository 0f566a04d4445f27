/** `pulumi-classiclink doctor`: finds out why a link cannot be created or listed. It only reads. */

import type { Page } from "../../provider/ecs/pages";
import { connectInspector, type Inspector } from "../../provider/resources/connect";
import { parseLinkId, parseLinksId } from "../../provider/resources/ids";
import type { Settings } from "../../provider/settings";
import { idOf, settingsOf, warnOfConnection } from "../cloud";
import type { DoctorOptions } from "../program";
import { openStatusLine } from "../terminal";
import { checkCall, concernsAll, notAsked, OPERATIONS } from "./calls";
import { checkCredentials } from "./credentials";
import { type Asked, asked, type Finding, type Section } from "./finding";
import { checkInstance } from "./instance";
import { checkReached, isReached, reach } from "./network";
import { asJson, sectionText, summaryOf } from "./report";
import { checkSettings, checkTargets, type Derived } from "./settings";
import { checkVpc } from "./vpc";

/** No instance has this id. A call for it shows whether the operation is allowed. */
const NO_INSTANCE = "i-0000000000000000000";

/** Prints the sections one by one. Resolves with the exit code: 1 if there is a problem. */
export async function doctor(options: DoctorOptions): Promise<number> {
  const sections: Section[] = [];
  const status = openStatusLine();
  const show = (what: string) => {
    if (!options.json) status.show(`${what} …`);
  };
  try {
    for await (const section of examine(options, show)) {
      sections.push(section);
      status.clear();
      if (!options.json) process.stdout.write(sectionText(section));
    }
  } finally {
    status.clear();
  }
  if (options.json) process.stdout.write(asJson(sections));
  else process.stderr.write(summaryOf(sections));
  return sections.some(({ findings }) => findings.some(({ state }) => state === "problem")) ? 1 : 0;
}

/** Called before each call that may be slow, with what is done. */
type Show = (what: string) => void;

async function* examine(options: DoctorOptions, show: Show): AsyncGenerator<Section> {
  const settings = settingsOf(options);
  warnOfConnection(settings);
  const targets = targetsOf(options, settings);
  const derived = await derivedFrom(settings, targets.regionId);
  yield { title: "Settings", findings: [...checkSettings(settings.found()), ...checkTargets(derived)] };

  show("Getting credentials");
  const inspector = await asked(() => connectInspector(settings));
  const keys = await asked(async () => await orThrow(inspector).credentials());
  yield { title: "Credentials", findings: checkCredentials(keys, Date.now()) };
  if (inspector.error !== undefined || derived.endpoint.error !== undefined || derived.regionId.error !== undefined)
    return;

  const endpoints = [derived.endpoint, derived.vpcEndpoint].flatMap(({ answer }) =>
    answer === undefined ? [] : [answer],
  );
  const findings: Finding[] = [];
  let reachesEcs = true;
  for (const endpoint of new Set(endpoints)) {
    show(`Connecting to ${endpoint}`);
    const reached = await asked(() => reach(endpoint, inspector.answer.agents));
    if (reached.error !== undefined) findings.push({ state: "problem", text: reached.error.message });
    else findings.push(...checkReached(reached.answer, Date.now()));
    if (endpoint === derived.endpoint.answer) reachesEcs = reached.answer !== undefined && isReached(reached.answer);
  }
  yield { title: "Network", findings };

  const all = Object.values(OPERATIONS);
  if (!reachesEcs || keys.error !== undefined) {
    const why = reachesEcs ? "because there are no credentials" : "because ECS cannot be reached";
    yield { title: "Permissions", findings: [notAsked(all, why)] };
    return;
  }
  yield* examineCloud(inspector.answer, { ...targets, regionId: derived.regionId.answer }, derived, show);
}

interface Targets {
  readonly regionId: string;
  readonly instanceId: string | undefined;
  readonly vpcId: string | undefined;
}

async function* examineCloud(
  { ecs, vpcs, details }: Inspector,
  { regionId, instanceId, vpcId }: Targets,
  derived: Derived,
  show: Show,
): AsyncGenerator<Section> {
  const { vpcEndpoint } = derived;
  const scope = derived.isPrivate ? (derived.scope.answer ?? {}) : undefined;
  show(`Calling ${OPERATIONS.links.action}`);
  const links = await asked(() => ecs.describe({ regionId, instanceIds: [instanceId ?? NO_INSTANCE] }));
  const findings = [checkCall(OPERATIONS.links, links)];
  if (concernsAll(links.error)) {
    const { instance, vpcs, vpc } = OPERATIONS;
    yield { title: "Permissions", findings: [...findings, notAsked([instance, vpcs, vpc], "because that failed")] };
    return;
  }
  show(`Calling ${OPERATIONS.instance.action}`);
  const instance = await asked(() => details.instance(regionId, instanceId ?? NO_INSTANCE));
  findings.push(checkCall(OPERATIONS.instance, instance));
  const noAddress: Asked<never> = { error: new Error("the VPC service has no address") };
  show(`Calling ${OPERATIONS.vpcs.action}`);
  const listed: Asked<Page<string>> = vpcEndpoint.error
    ? noAddress
    : await asked(() => vpcs.describeVpcs({ regionId, pageNumber: 1 }));
  const someVpc = vpcId ?? listed.answer?.items[0] ?? "vpc-0000000000000000000";
  show(`Calling ${OPERATIONS.vpc.action}`);
  const vpc = vpcEndpoint.error ? noAddress : await asked(() => details.vpc(regionId, someVpc));
  findings.push(
    ...(vpcEndpoint.error
      ? [notAsked([OPERATIONS.vpcs, OPERATIONS.vpc], "because the VPC service has no address")]
      : [checkCall(OPERATIONS.vpcs, listed), checkCall(OPERATIONS.vpc, vpc)]),
  );
  yield { title: "Permissions", findings };

  if (instanceId !== undefined) {
    const linkedTo: Asked<string | undefined> =
      links.error === undefined
        ? { answer: links.answer.links.find((link) => link.instanceId === instanceId)?.vpcId }
        : { error: links.error };
    const facts = { instanceId, regionId, details: instance, linkedTo, wantedVpc: vpcId, scope };
    yield { title: `Instance ${instanceId}`, findings: checkInstance(facts) };
  }
  if (vpcId !== undefined) {
    show(`Calling ${OPERATIONS.links.action}`);
    const count = await asked(async () => (await ecs.describe({ regionId, vpcId })).totalCount);
    yield { title: `VPC ${vpcId}`, findings: checkVpc({ vpcId, regionId, details: vpc, links: count, scope }) };
  }
}

/** @throws when an id is none, or the two name different regions. */
function targetsOf({ instance, vpc }: DoctorOptions, settings: Settings) {
  const none = () => "";
  const ofInstance =
    instance === undefined ? undefined : idOf("--instance", instance, () => parseLinkId(instance, none), false);
  const ofVpc = vpc === undefined ? undefined : idOf("--vpc", vpc, () => parseLinksId(vpc, none), false);
  const named = [ofInstance?.regionId, ofVpc?.regionId].filter((id) => id !== undefined && id !== "");
  if (new Set(named).size > 1)
    throw new Error("--instance and --vpc name different regions; a link is within one region");
  return {
    regionId: async () => named[0] ?? settings.defaultRegion(),
    instanceId: ofInstance?.instanceId,
    vpcId: ofVpc?.vpcId,
  };
}

async function derivedFrom(settings: Settings, region: () => Promise<string>): Promise<Derived> {
  const regionId = await asked(region);
  const ofRegion = <T>(of: (id: string) => T) => asked(async () => of(orThrow(regionId)));
  return {
    regionId,
    endpoint: await ofRegion((id) => settings.endpointOf(id)),
    vpcEndpoint: await ofRegion((id) => settings.vpcEndpointOf(id)),
    isPrivate: (await ofRegion((id) => settings.isPrivate(id))).answer ?? false,
    scope: await asked(async () => settings.scope()),
    ignoredSet: (await asked(async () => settings.ignoredSet())).answer,
  };
}

function orThrow<Answer>({ answer, error }: Asked<Answer>): Answer {
  if (error !== undefined) throw error;
  return answer;
}
