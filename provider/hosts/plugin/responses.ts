/** Parts of responses that several calls share. */

import { CheckFailure as CheckFailureMessage, DiffResponse, PropertyDiff } from "@pulumi/pulumi/proto/provider_pb";
import type { CheckFailure, Properties } from "../../resources/inputs";

export function failureList(failures: readonly CheckFailure[]): CheckFailureMessage[] {
  return failures.map(({ property, reason }) => {
    const message = new CheckFailureMessage();
    message.setProperty(property);
    message.setReason(reason);
    return message;
  });
}

/** The result of a diff, between the state and the inputs. */
export interface Comparison {
  readonly olds: Properties;
  readonly news: Properties;
  /** The names of the properties that differ. */
  readonly changed: readonly string[];
  /** The names of the changed properties that replace the resource. */
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
  /** Whether an update is needed although no property differs. */
  readonly isDue?: boolean;
}

/** The response of a diff. The protocol requires the same names in `diffs` and in `detailedDiff`. */
export function diffResponse(comparison: Comparison): DiffResponse {
  const { olds, news, changed, replaces, deleteBeforeReplace, isDue = false } = comparison;
  const response = new DiffResponse();
  const { DIFF_SOME, DIFF_NONE } = DiffResponse.DiffChanges;
  response.setChanges(changed.length > 0 || isDue ? DIFF_SOME : DIFF_NONE);
  response.setDiffsList([...changed]);
  response.setReplacesList([...replaces]);
  response.setDeletebeforereplace(deleteBeforeReplace);
  response.setHasdetaileddiff(true);
  for (const name of changed) {
    const diff = new PropertyDiff();
    diff.setKind(kindOf(name in olds, name in news, replaces.includes(name)));
    response.getDetaileddiffMap().set(name, diff);
  }
  return response;
}

function kindOf(hadIt: boolean, hasIt: boolean, replaces: boolean): PropertyDiff.Kind {
  const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } = PropertyDiff.Kind;
  if (!hadIt) return replaces ? ADD_REPLACE : ADD;
  if (!hasIt) return replaces ? DELETE_REPLACE : DELETE;
  return replaces ? UPDATE_REPLACE : UPDATE;
}
