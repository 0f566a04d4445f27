/** The emulator as a library: an ECS for ClassicLink on loopback, for tests and demos. */
import { setMaxListeners } from "node:events";
import type { IncomingHttpHeaders } from "node:http";
import { Keys } from "./authentication";
import { createEcsOperations } from "./ecs";
import type { Generation } from "./errorTable";
import { Faults, Pauses } from "./faults";
import { createGateway } from "./gateway";
import { Journal } from "./journal";
import { readState, writeState } from "./parse";
import { createControl, isFromProgram, serve } from "./server";
import { createStsOperations, createVpcOperations } from "./services";
import type {
  Call,
  Credentials,
  FaultRule,
  Hiding,
  InstanceSeed,
  Link,
  LinkSeed,
  PausedCall,
  PausePoint,
  TlsKeyPair,
  Undocumented,
  VpcSeed,
} from "./types";
import { World } from "./world";

export type { Action, Generation } from "./errorTable";
export {
  type AnswerName,
  answerNames,
  type Call,
  type Credentials,
  type ErrorAnswer,
  type FaultRule,
  type Hiding,
  type InstanceSeed,
  type InstanceStatus,
  type Link,
  type LinkSeed,
  type NetworkType,
  type PausedCall,
  type PausePoint,
  type TlsKeyPair,
  type Undocumented,
  type VpcSeed,
} from "./types";

/** The options of an emulator. All are optional. */
export interface EmulatorOptions {
  /** The port to listen on, on 127.0.0.1. Default 0: any free one. */
  readonly port?: number | undefined;
  /** The id of the key that signs requests. Default `"testid"`. */
  readonly accessKeyId?: string | undefined;
  /** Its secret. Default `"testsecret"`. */
  readonly accessKeySecret?: string | undefined;
  /** The token that every request must have. Without it, requests must have none. */
  readonly securityToken?: string | undefined;
  /** The organization of that key's user, on a private cloud. It is the scope of requests that name none. */
  readonly organizationId?: string | undefined;
  /** More keys that it accepts, each with its own organization. */
  readonly keys?: readonly Credentials[] | undefined;
  /** The default region of instances and VPCs. Default `"cn-hangzhou"`. */
  readonly regionId?: string | undefined;
  /** Regions that exist besides those of the instances and VPCs. */
  readonly regions?: readonly string[] | undefined;
  /** Regions without a classic network. Attach answers `InvalidInstanceId.LimitedRegion`. */
  readonly limitedRegions?: readonly string[] | undefined;
  /** ECS instances. By default, they are running, in the classic network, and in the caller's account. */
  readonly instances?: readonly InstanceSeed[] | undefined;
  /** VPCs. By default, they have ClassicLink enabled, and are in the caller's account. */
  readonly vpcs?: readonly VpcSeed[] | undefined;
  /** Links that exist at the start, between these instances and VPCs. */
  readonly links?: readonly LinkSeed[] | undefined;
  /** Links that a VPC may have. Default 1000, as documented. */
  readonly quota?: number | undefined;
  /** The edition of the documentation whose errors it returns. Default `"C"`, the newest. */
  readonly errorGeneration?: Generation | undefined;
  /** How Describe hides an instance of another organization or resource set: `"empty"` (the default), `"not-found"`, `"not-belong"`. */
  readonly outOfScope?: Hiding | undefined;
  /** Whether `/asapi/v3` returns failures with HTTP status 200. Default false. */
  readonly asapiAlways200?: boolean | undefined;
  /** Serves HTTPS instead of HTTP, with this private key and certificate (PEM). */
  readonly tls?: TlsKeyPair | undefined;
  /** More host names than `127.0.0.1` and `localhost`, for requests through a proxy. */
  readonly hosts?: readonly string[] | undefined;
  /** The answers that are not documented. */
  readonly undocumented?: Undocumented | undefined;
  /** A JSON file that saves instances, VPCs and links. If it exists, it wins over the options for the same ids. */
  readonly stateFile?: string | undefined;
  /** The emulator's clock, in milliseconds since the epoch. Default `Date.now`. Latency always uses real time. */
  readonly now?: (() => number) | undefined;
}

/** A running emulator. Changes by its methods are drift: they need no signature, have no faults, and are listed at once. */
export interface Emulator {
  /** Its address, such as `http://127.0.0.1:4010`. */
  readonly endpoint: string;
  /** The environment variables that make a Pulumi program use this emulator. */
  readonly environment: Readonly<Record<string, string>>;
  /** All links, by instance id, also those that Describe does not list yet. */
  links(): Link[];
  /** Links the instance, or moves its link to this VPC. Throws if one of them is unknown. */
  link(instanceId: string, vpcId: string): void;
  /** Removes the instance's link, if it has one. */
  unlink(instanceId: string): void;
  /** Adds an instance, as `instances` does at the start. */
  addInstance(instance: InstanceSeed): void;
  /** Changes the given properties. */
  setInstance(instanceId: string, change: Omit<InstanceSeed, "instanceId">): void;
  /** Releases the instance, with its link. */
  removeInstance(instanceId: string): void;
  /** Adds a VPC, as `vpcs` does at the start. */
  addVpc(vpc: VpcSeed): void;
  /** Changes the given properties. */
  setVpc(vpcId: string, change: Omit<VpcSeed, "vpcId">): void;
  /** Deletes the VPC, with its links. */
  removeVpc(vpcId: string): void;
  /** The journal, oldest call first. It has at most the newest 20000 calls. */
  calls(): Call[];
  /** Empties the journal. */
  clearCalls(): void;
  /** Injects a fault. All rules that match a call apply to it. Of several answers, the first one counts. */
  injectFault(rule: FaultRule): void;
  /** Pauses a call, so that a test can act during it. */
  pause(point: PausePoint): PausedCall;
  /** Removes all faults, lists hidden changes, and resumes paused calls. */
  clearFaults(): void;
  /** Replaces the key, or restores it after `revokeKey`. Removes the token, unless it gets a new one. */
  rotateKey(credentials?: Partial<Credentials>): void;
  /** Revokes the key: calls fail with `InvalidAccessKeyId.Inactive`, with a token `InvalidSecurityToken.Expired`. */
  revokeKey(): void;
  /** Closes all connections and the port. May be called twice. */
  close(): Promise<void>;
}

/** Starts an emulator. Rejects if the port is in use or the state file cannot be read. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { regionId = "cn-hangzhou", limitedRegions = [], now = Date.now, stateFile } = options;
  const { accessKeyId = "testid", accessKeySecret = "testsecret", securityToken, organizationId } = options;
  const saved = stateFile === undefined ? undefined : readState(stateFile);
  const world = new World(regionId, new Set([...(options.regions ?? []), ...limitedRegions]), now);
  for (const instance of [...(options.instances ?? []), ...(saved?.instances ?? [])]) world.putInstance(instance);
  for (const vpc of [...(options.vpcs ?? []), ...(saved?.vpcs ?? [])]) world.putVpc(vpc);
  // The file wins. It lacks links of the options that were removed later.
  for (const link of saved?.links ?? options.links ?? []) world.link(link.instanceId, link.vpcId);
  if (stateFile !== undefined) {
    world.changed = () => writeState(stateFile, world.snapshot());
    world.changed();
  }

  const rules = {
    generation: options.errorGeneration ?? "C",
    quota: options.quota ?? 1000,
    limitedRegions: new Set(limitedRegions),
    undocumented: options.undocumented ?? {},
  };
  const journal = new Journal();
  const faults = new Faults(now, rules.generation);
  const pauses = new Pauses();
  const serverNow = () => now() + faults.clockAhead();
  const keys = new Keys({ accessKeyId, accessKeySecret, securityToken, organizationId }, options.keys ?? [], serverNow);
  const clearFaults = () => {
    faults.clear();
    pauses.clear();
    world.listAll();
  };
  const closing = new AbortController();
  // Each delayed call adds a listener. Node would warn at eleven.
  setMaxListeners(0, closing.signal);
  const operations = {
    ...createEcsOperations(world, faults, rules),
    ...createVpcOperations(world, rules.generation),
    ...createStsOperations(keys),
  };
  const scheme = options.tls === undefined ? "http" : "https";
  const callers = { scheme, hosts: options.hosts ?? [] } as const;
  const parts = {
    world,
    faults,
    journal,
    isFromProgram: (headers: IncomingHttpHeaders) => isFromProgram(callers, headers),
  };
  const api = createGateway({
    ...parts,
    keys,
    pauses,
    operations,
    generation: rules.generation,
    hiding: options.outOfScope ?? "empty",
    asapiAlways200: options.asapiAlways200 ?? false,
    now,
    signal: closing.signal,
  });
  const control = createControl({ ...parts, clearFaults });
  const server = await serve({ port: options.port ?? 0, tls: options.tls, date: serverNow, api, control });
  const address = server.address();
  const endpoint = `${scheme}://127.0.0.1:${typeof address === "object" ? address?.port : address}`;
  let closed: Promise<void> | undefined;

  return {
    endpoint,
    environment: {
      ALICLOUD_ACCESS_KEY: accessKeyId,
      ALICLOUD_SECRET_KEY: accessKeySecret,
      ...(securityToken === undefined ? {} : { ALICLOUD_SECURITY_TOKEN: securityToken }),
      ALICLOUD_REGION: regionId,
      ALIBABA_CLOUD_ENDPOINT_ECS: endpoint,
      ALIBABA_CLOUD_ENDPOINT_VPC: endpoint,
    },
    links: () => {
      world.settle();
      return world.links();
    },
    link: (instanceId, vpcId) => world.link(instanceId, vpcId),
    unlink: (instanceId) => world.unlink(instanceId),
    addInstance: (instance) => world.putInstance(instance),
    setInstance: (instanceId, change) => world.putInstance({ ...change, instanceId }),
    removeInstance: (instanceId) => world.removeInstance(instanceId),
    addVpc: (vpc) => world.putVpc(vpc),
    setVpc: (vpcId, change) => world.putVpc({ ...change, vpcId }),
    removeVpc: (vpcId) => world.removeVpc(vpcId),
    calls: () => journal.calls(),
    clearCalls: () => journal.clear(),
    injectFault: (rule) => faults.add(rule),
    pause: (point) => pauses.add(point),
    clearFaults,
    rotateKey: (credentials = {}) => keys.rotate(credentials),
    revokeKey: () => keys.revoke(),
    close: () => {
      closed ??= new Promise((resolve) => {
        closing.abort();
        pauses.cut();
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closed;
    },
  };
}
