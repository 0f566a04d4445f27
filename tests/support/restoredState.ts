/** What `pulumi stack export` gives, for the repository's own engine, whose states leave nothing out. */

import type { Exported, ResourceState } from "../engine/state";

/** An export. Of its resources only what the engine does not need to be told is sure to be there. */
interface ExportedByPulumi {
  readonly deployment: {
    readonly resources: readonly (Partial<ResourceState> & Pick<ResourceState, "urn" | "type" | "custom">)[];
  };
}

export function restoredState({ deployment }: ExportedByPulumi): Exported {
  const empty = { id: "", parent: "", provider: "", inputs: {}, outputs: {} };
  const resources = deployment.resources.map((resource): ResourceState => ({ ...empty, ...resource }));
  return { version: 3, deployment: { resources, pending_operations: [] } };
}
