/** Converts errors to the status that gRPC sends. */

import type { Metadata } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import type { PartiallyCreatedError } from "../../resources/partiallyCreated";
import { Any, grpc } from "./fromPulumi";
import { wrap } from "./values";

/** A failed call, as grpc-js needs it. */
export interface Failure {
  readonly code: number;
  readonly details: string;
  readonly metadata?: Metadata;
}

/** The call itself is wrong: it names something that this package does not have. */
export class RefusedCall extends Error {
  override readonly name = "RefusedCall";
}

/** A partially created resource, with the facts that the error lacks. */
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

/** Converts what a call threw. Only the message is sent. */
export function toFailure(error: unknown): Failure {
  const details = error instanceof Error ? error.message : String(error);
  if (error instanceof PartiallyCreatedResource) {
    return { code: grpc.status.UNKNOWN, details, metadata: partialMetadata(error, details) };
  }
  return { code: error instanceof RefusedCall ? grpc.status.INVALID_ARGUMENT : grpc.status.UNKNOWN, details };
}

/** Encodes a partially created resource. Source: Pulumi's provider protocol, ErrorResourceInitFailed; gRPC's richer error model. */
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
