/** One call of an operation, as the operation itself sees it. */
import type { WireFields } from "../api/answers";
import type { Action } from "../api/errorTable";
import type { KnownKey } from "../api/keys";
import { instanceIdsOf, type Params } from "../api/request";
import type { WorldView } from "./scopes";

/** What fault rules are matched with. */
export interface CalledFor {
  readonly action: Action;
  readonly regionId: string;
  readonly instanceIds: readonly string[];
}

export interface OperationCall extends CalledFor {
  readonly params: Params;
  /** The key that signed it. */
  readonly key: KnownKey;
  /** What this caller can see of the cloud. */
  readonly view: WorldView;
  /** Makes the change, or only checks that it can be made. */
  readonly commit: (change: () => void) => void;
}

/** Returns its answer without the RequestId, or throws a `Refusal`. */
export type Operation = (call: OperationCall) => WireFields;

export function calledFor(action: Action, params: Params): CalledFor {
  return { action, regionId: params.get("RegionId") ?? "", instanceIds: instanceIdsOf(params) };
}
