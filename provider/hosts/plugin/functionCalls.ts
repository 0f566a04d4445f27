/** Invoke and List: the calls that list existing links. */

import { type InvokeRequest, InvokeResponse, type ListRequest, ListResponse } from "@pulumi/pulumi/proto/provider_pb";
import type { Link } from "../../ecs/client";
import type { Properties } from "../../resources/inputs";
import { type CheckedFilter, checkFilter, type LinkFilter, readLinks } from "../../resources/getLinks";
import { formatLinkId } from "../../resources/ids";
import { failureList } from "./responses";
import { RefusedCall } from "./grpcFailure";
import { GET_LINKS_TOKEN, LINK_TYPE } from "./schema";
import type { Session } from "./session";
import { hasUnknown, unwrap, wrap } from "./values";

/** Serves the function `getLinks`. */
export async function invoke(session: Session, request: InvokeRequest): Promise<InvokeResponse> {
  if (request.getTok() !== GET_LINKS_TOKEN) {
    throw new RefusedCall(`classiclink has no function "${request.getTok()}"; it has ${GET_LINKS_TOKEN}`);
  }
  const { values, secrets } = unwrap(request.getArgs());
  const { failures, filter } = check(session, values);
  const response = new InvokeResponse();
  if (failures !== undefined) return response.setFailuresList(failureList(failures));
  const links = (await linksOf(session, filter)).map(({ instanceId, vpcId }) => ({ instanceId, vpcId }));
  // Links that were found with a secret filter can reveal it, so they are secret too.
  return response.setReturn(wrap({ links }, new Set(secrets.size > 0 ? ["links"] : [])));
}

/** Lists the ids of existing links, page by page. */
export async function list(
  session: Session,
  request: ListRequest,
  emit: (response: ListResponse) => void,
): Promise<void> {
  if (request.getToken() !== LINK_TYPE) {
    throw new RefusedCall(`classiclink cannot list "${request.getToken()}"; it lists ${LINK_TYPE}`);
  }
  const { values } = unwrap(request.getQuery());
  if (hasUnknown(values)) return emit(new ListResponse().setComputed(new ListResponse.Computed()));
  const { failures, filter } = check(session, values);
  if (failures !== undefined) {
    throw new RefusedCall(failures.map(({ property, reason }) => `${property}: ${reason}`).join("; "));
  }
  const { emitted, after } = readToken(request.getContinuationToken());
  const limit = countOf(request.getLimit()) - emitted;
  const rest = (await linksOf(session, filter)).filter(({ instanceId }) => instanceId > after);
  const page = rest.slice(0, Math.min(countOf(request.getPageSize()), limit));
  for (const { regionId, instanceId } of page) {
    emit(new ListResponse().setResult(new ListResponse.Result().setId(formatLinkId(regionId, instanceId))));
  }
  const last = page.at(-1);
  if (last === undefined || page.length === rest.length || page.length === limit) return;
  const token = `${emitted + page.length}:${last.instanceId}`;
  emit(new ListResponse().setContinuation(new ListResponse.Continuation().setContinuationToken(token)));
}

/** A token has the number of listed links and the last instance id. So links may come and go between two pages. */
function readToken(token: string): { emitted: number; after: string } {
  if (token === "") return { emitted: 0, after: "" };
  const [, emitted, after] = /^(\d+):(.+)$/.exec(token) ?? [];
  if (emitted === undefined || after === undefined)
    throw new RefusedCall("the continuation token is not one of classiclink");
  return { emitted: Number(emitted), after };
}

/** The protocol sends 0 or less for "no limit". */
function countOf(count: number): number {
  return count < 1 ? Number.POSITIVE_INFINITY : count;
}

function check({ provider }: Session, args: Properties): CheckedFilter {
  return checkFilter(args, provider.defaultRegion);
}

async function linksOf(session: Session, filter: LinkFilter): Promise<readonly Link[]> {
  return await session.run("", 0, async (context) => readLinks(await session.provider.links(), filter, context));
}
