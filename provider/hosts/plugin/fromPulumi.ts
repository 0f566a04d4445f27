/** gRPC and protobuf: the same copies that Pulumi's generated messages use. */

import { createRequire } from "node:module";
import type * as Grpc from "@grpc/grpc-js";
import type * as AnyMessages from "google-protobuf/google/protobuf/any_pb";
import type * as EmptyMessages from "google-protobuf/google/protobuf/empty_pb";
import type * as StructMessages from "google-protobuf/google/protobuf/struct_pb";

// Resolved from the folder of `@pulumi/pulumi`. A generated message accepts only values of its own copy of google-protobuf,
// and package managers such as pnpm hide that copy from other packages.
const requireOfPulumi = createRequire(require.resolve("@pulumi/pulumi/package.json"));

export const grpc: typeof Grpc = requireOfPulumi("@grpc/grpc-js");

const anyMessages: typeof AnyMessages = requireOfPulumi("google-protobuf/google/protobuf/any_pb.js");
const structMessages: typeof StructMessages = requireOfPulumi("google-protobuf/google/protobuf/struct_pb.js");
const emptyMessages: typeof EmptyMessages = requireOfPulumi("google-protobuf/google/protobuf/empty_pb.js");

export const { Any } = anyMessages;
export const { Struct } = structMessages;
export const { Empty } = emptyMessages;
