/** How a call fails: errors of the lifecycle as the status that gRPC sends. */

import type { Metadata } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import type { PartiallyCreatedError } from "../../resources/partiallyCreated";
import { Any, grpc } from "./fromPulumi";
import { wrap } from "./values";

/** What grpc-js takes for a failure. */
export interface Failure {
  readonly code: number;
  readonly details: string;
  readonly metadata?: Metadata;
}

/** A call that cannot be served as it was sent. */
export class RefusedCall extends Error {
  override readonly name = "RefusedCall";
}

/** A partially created resource, with what Pulumi has to know of it besides the error. */
export class PartiallyCreatedResource extends Error {
  override readonly name = "PartiallyCreatedResource";
  readonly error: PartiallyCreatedError;
  readonly secrets: ReadonlySet<string>;
  readonly refreshBeforeUpdate: boolean;

  constructor(error: PartiallyCreatedError, secrets: ReadonlySet<string>, refreshBeforeUpdate: boolean) {
    super(error.message);
    this.error = error;
    this.secrets = secrets;
    this.refreshBeforeUpdate = refreshBeforeUpdate;
  }
}

/** Turns whatever a call threw into a failure: its message, and nothing else of it. */
export function toFailure(error: unknown): Failure {
  const details = error instanceof Error ? error.message : String(error);
  if (error instanceof PartiallyCreatedResource) {
    return { code: grpc.status.UNKNOWN, details, metadata: partialMetadata(error, details) };
  }
  return { code: error instanceof RefusedCall ? grpc.status.INVALID_ARGUMENT : grpc.status.UNKNOWN, details };
}

/** Source: Pulumi's provider protocol, ErrorResourceInitFailed; it travels as gRPC's richer error model has it. */
function partialMetadata({ error, secrets, refreshBeforeUpdate }: PartiallyCreatedResource, message: string): Metadata {
  const failed = new ErrorResourceInitFailed();
  failed.setId(error.id);
  failed.setProperties(wrap(error.properties, secrets));
  failed.setReasonsList([...error.reasons]);
  failed.setRefreshBeforeUpdate(refreshBeforeUpdate);
  const any = new Any();
  any.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(message);
  status.addDetails(any);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return metadata;
}
