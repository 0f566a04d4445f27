/** An ECS for ClassicLink on loopback, as a library: for tests and demonstrations that need no cloud. */
import { setMaxListeners } from "node:events";
import type { Generation } from "./codes";
import { createControl } from "./control";
import { createGateway } from "./gateway";
import { type HeldCall, type HoldPoint, Holds } from "./holds";
import { type Call, Journal } from "./journal";
import { type Credentials, Keyring } from "./keyring";
import { createOperations, type Undocumented } from "./operations";
import { serve } from "./server";
import { readState, writeState } from "./stateFile";
import { Trouble } from "./trouble";
import type { TroubleRule } from "./troubleRules";
import { type InstanceSeed, type Link, type LinkSeed, type VpcSeed, World } from "./world";

export type { EcsAction, Generation } from "./codes";
export type { HeldCall, HoldPoint } from "./holds";
export type { Call } from "./journal";
export type { Credentials } from "./keyring";
export type { Undocumented } from "./operations";
export type { CodeFault, FaultName, FaultRule, TroubleRule } from "./troubleRules";
export type { Delay } from "./veil";
export type { InstanceSeed, InstanceStatus, Link, LinkSeed, NetworkType, VpcSeed } from "./world";

/** What an emulator starts with. Everything may be left out. */
export interface EmulatorOptions {
  /** The port to listen on, on 127.0.0.1. Default 0: any free one. */
  readonly port?: number | undefined;
  /** The id of the key that requests must be signed with. Default `"testid"`. */
  readonly accessKeyId?: string | undefined;
  /** Its secret. Default `"testsecret"`. */
  readonly accessKeySecret?: string | undefined;
  /** A token that every request must carry; without it, none may. */
  readonly securityToken?: string | undefined;
  /** The region of everything that names none. Default `"cn-hangzhou"`. */
  readonly regionId?: string | undefined;
  /** Regions that exist besides those of the instances and VPCs. */
  readonly regions?: readonly string[] | undefined;
  /** Regions that exist but never had the classic network: Attach says `InvalidInstanceId.LimitedRegion`. */
  readonly limitedRegions?: readonly string[] | undefined;
  /** ECS instances. What is not said of one: running, in the classic network, of the caller's account. */
  readonly instances?: readonly InstanceSeed[] | undefined;
  /** VPCs. What is not said of one: ClassicLink is on, of the caller's account. */
  readonly vpcs?: readonly VpcSeed[] | undefined;
  /** Links that are there already, between these instances and VPCs. */
  readonly links?: readonly LinkSeed[] | undefined;
  /** Links that a VPC may hold. Default 1000, as documented. */
  readonly quota?: number | undefined;
  /** Which edition of the documentation the errors follow. Default `"C"`, the newest. */
  readonly errorGeneration?: Generation | undefined;
  /** What ECS does where no document says it. */
  readonly undocumented?: Undocumented | undefined;
  /** JSON file to keep instances, VPCs and links in. If it exists, it wins over what the options say of the same ids. */
  readonly stateFile?: string | undefined;
  /** The emulator's clock, in milliseconds since the epoch. Default `Date.now`. Latency always takes real time. */
  readonly now?: (() => number) | undefined;
}

/** A running emulator. Changes made here are drift: no signature, no trouble, seen at once. */
export interface Emulator {
  /** Its address, such as `http://127.0.0.1:4010`. */
  readonly endpoint: string;
  /** The environment variables that point a Pulumi program at this emulator. */
  readonly environment: Readonly<Record<string, string>>;
  /** Every link, whether Describe shows it yet or not, by instance id. */
  links(): Link[];
  /** Links the instance, or moves its link to this VPC. Throws if either is unknown. */
  link(instanceId: string, vpcId: string): void;
  /** Takes the instance's link away, if it has one. */
  unlink(instanceId: string): void;
  /** Adds an instance, as `instances` does at the start. */
  addInstance(instance: InstanceSeed): void;
  /** Changes what is said, keeps the rest. */
  setInstance(instanceId: string, change: Omit<InstanceSeed, "instanceId">): void;
  /** Releases the instance; its link goes with it. */
  removeInstance(instanceId: string): void;
  /** Adds a VPC, as `vpcs` does at the start. */
  addVpc(vpc: VpcSeed): void;
  /** Changes what is said, keeps the rest. */
  setVpc(vpcId: string, change: Omit<VpcSeed, "vpcId">): void;
  /** Deletes the VPC; its links go with it. */
  removeVpc(vpcId: string): void;
  /** The journal, oldest call first; at most the newest 20000. */
  calls(): Call[];
  /** Empties the journal. */
  clearCalls(): void;
  /** Adds a rule. Of several that fit a call each counts; the first with something to do strikes. */
  trouble(rule: TroubleRule): void;
  /** Stops one call on its way, for something to happen meanwhile. */
  hold(point: HoldPoint): HeldCall;
  /** Forgets every rule, shows what was still unseen, and lets go of the calls that are held. */
  clearTrouble(): void;
  /** Another key from now on, or the same one again after `revokeKey`. A token is not carried over. */
  rotateKey(credentials?: Partial<Credentials>): void;
  /** The key stops working: `InvalidAccessKeyId.Inactive`, with a token `InvalidSecurityToken.Expired`. */
  revokeKey(): void;
  /** Cuts every connection and frees the port. May be called twice. */
  close(): Promise<void>;
}

/** Starts an emulator. Rejects when the port is taken or the state file cannot be read. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { regionId = "cn-hangzhou", limitedRegions = [], now = Date.now, stateFile } = options;
  const { accessKeyId = "testid", accessKeySecret = "testsecret", securityToken } = options;
  const kept = stateFile === undefined ? undefined : readState(stateFile);
  const world = new World(regionId, new Set([...(options.regions ?? []), ...limitedRegions]), now);
  for (const instance of [...(options.instances ?? []), ...(kept?.instances ?? [])]) world.putInstance(instance);
  for (const vpc of [...(options.vpcs ?? []), ...(kept?.vpcs ?? [])]) world.putVpc(vpc);
  // The file knows which links were taken away since.
  for (const link of kept?.links ?? options.links ?? []) world.link(link.instanceId, link.vpcId);
  if (stateFile !== undefined) {
    world.changed = () => writeState(stateFile, world.snapshot());
    world.changed();
  }

  const journal = new Journal();
  const trouble = new Trouble(now);
  const holds = new Holds();
  const keyring = new Keyring({ accessKeyId, accessKeySecret, securityToken }, now);
  const rules = {
    generation: options.errorGeneration ?? "C",
    quota: options.quota ?? 1000,
    limitedRegions: new Set(limitedRegions),
    undocumented: options.undocumented ?? {},
  };
  const closing = new AbortController();
  // Each call that is made late waits on it; Node would warn at the eleventh.
  setMaxListeners(0, closing.signal);
  const operations = createOperations(world, trouble, rules);
  const gateway = createGateway({
    keyring,
    trouble,
    holds,
    journal,
    rules,
    operations,
    now,
    signal: closing.signal,
  });
  const server = await serve(options.port ?? 0, gateway, createControl(world, trouble, journal));
  const address = server.address();
  const endpoint = `http://127.0.0.1:${typeof address === "object" ? address?.port : address}`;
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
    links: () => world.links(),
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
    trouble: (rule) => trouble.add(rule),
    hold: (point) => holds.add(point),
    clearTrouble: () => {
      trouble.clear();
      holds.clear();
      world.showAll();
    },
    rotateKey: (credentials = {}) => keyring.rotate(credentials),
    revokeKey: () => keyring.revoke(),
    close: () => {
      closed ??= new Promise((resolve) => {
        closing.abort();
        holds.cut();
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closed;
    },
  };
}
