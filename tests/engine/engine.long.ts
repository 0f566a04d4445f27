// What the engine promises beyond the recordings: failures leave a true state, secrets stay secret, limits hold.
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { type Fixture, openFixture, readWorld, removeFixtures, setWorld, type World } from "./fixture/stack";
import type { RecordedCall, StackOptions } from "./index";

afterAll(removeFixtures);

const open = (fixture: Fixture, program: string, more: Partial<StackOptions> = {}) =>
  fixture.open({ ...more, env: { CL_PROGRAM: program, ...more.env } });

function resources(fixture: Fixture) {
  const stored = open(fixture, "none").export()?.deployment.resources ?? [];
  return stored.filter(({ type }) => type.includes("ClassicLink"));
}

async function until<T>(look: () => T | undefined): Promise<T> {
  for (let tries = 0; tries < 2400; tries++) {
    const seen = look();
    if (seen !== undefined) return seen;
    await new Promise((done) => setTimeout(done, 25));
  }
  throw new Error("waited a minute in vain");
}

const hanging = (fixture: Fixture): number | undefined => {
  try {
    return readWorld(fixture).hanging;
  } catch {
    return undefined;
  }
};

describe("a failure leaves a true state", () => {
  test.concurrent("a create that ends halfway is kept with its reasons; the next up diffs, then updates", async () => {
    const fixture = openFixture();
    setWorld(fixture, { links: {}, partiallyCreated: ["i-web"] });
    const first = await open(fixture, "one").up();
    expect(first.ok).toBe(false);
    expect(first.output).toContain("* i-web:vpc-1 is not listed yet");
    expect(resources(fixture)).toMatchObject([{ id: "i-web:vpc-1", initErrors: ["i-web:vpc-1 is not listed yet"] }]);

    setWorld(fixture, { links: { "i-web": "vpc-1" } });
    const calls: string[] = [];
    const second = await open(fixture, "one", { recordCalls: ({ call }) => calls.push(call) }).up();
    expect(second).toMatchObject({ ok: true, summary: { update: 1 } });
    expect(calls.filter((call) => /Check|Diff|Create|Update$/.test(call)).slice(-3)).toEqual([
      "ResourceProvider/Check",
      "ResourceProvider/Diff",
      "ResourceProvider/Update",
    ]);
    expect(resources(fixture)[0]?.initErrors).toBeUndefined();
  });

  test.concurrent("a create that fails leaves no resource; what ran beside it is kept, what depends on it is not tried", async () => {
    const fixture = openFixture();
    setWorld(fixture, { links: {}, failCreate: ["i-web"] });
    const result = await open(fixture, "links").up();
    expect(result).toMatchObject({ ok: false, summary: { errored: 1 } });
    expect(result.output).toContain("error: i-web is locked");
    expect(resources(fixture).map(({ id }) => id)).toEqual(["i-db:vpc-1"]);
  });

  test.concurrent("a check that refuses names the property, and nothing is called", async () => {
    const fixture = openFixture();
    const result = await open(fixture, "one", { env: { CL_WEB_VPC: "bad" } }).preview();
    expect(result.ok).toBe(false);
    expect(result.output).toMatch(/ClassicLink web error: vpcId: there is no such VPC/);
  });

  test.concurrent("an option that this engine does not know is refused, not ignored", async () => {
    const result = await open(openFixture(), "ignoring").preview();
    expect(result.ok).toBe(false);
    expect(result.output).toContain("this engine does not know what the resource is declared with");
  });

  test.concurrent("a provider that dies in a create fails that create; the next up makes it", async () => {
    const fixture = openFixture();
    setWorld(fixture, { links: {}, hang: ["i-web"] });
    const stack = open(fixture, "one");
    const running = stack.up();
    const pid = await until(() => hanging(fixture));
    expect(stack.export()?.deployment.pending_operations).toMatchObject([{ type: "creating" }]);
    process.kill(pid, "SIGKILL");
    expect((await running).ok).toBe(false);
    expect(resources(fixture)).toEqual([]);
    // As with Pulumi: an engine that saw the call fail has nothing pending.
    expect(stack.export()?.deployment.pending_operations).toEqual([]);

    setWorld(fixture, { links: {} });
    expect(await open(fixture, "one").up()).toMatchObject({ ok: true, summary: { create: 1 } });
  });

  test.concurrent("an engine that dies in a create leaves it pending; the next up warns and makes it, a refresh can forget it", async () => {
    const fixture = openFixture();
    setWorld(fixture, { links: {}, hang: ["i-web"] });
    const script = join(__dirname, "fixture", "up.ts");
    const engine = spawn(process.execPath, ["--import", "tsx", script, fixture.folder, "one"], { stdio: "ignore" });
    const provider = await until(() => hanging(fixture));
    engine.kill("SIGKILL");
    process.kill(provider, "SIGKILL");
    expect(existsSync(fixture.stateFile)).toBe(true);

    setWorld(fixture, { links: {} });
    const next = await open(fixture, "one").up();
    expect(next).toMatchObject({ ok: true, summary: { create: 1 } });
    expect(next.output).toContain("ClassicLink web warning: its creation was interrupted");
    const stack = open(fixture, "one");
    expect(stack.export()?.deployment.pending_operations).toHaveLength(1);
    expect(await stack.refresh({ clearPendingCreates: true })).toMatchObject({ ok: true, summary: { same: 2 } });
    expect(stack.export()?.deployment.pending_operations).toEqual([]);
  });

  test.concurrent("a read that fails fails its resource only: its state stays, the others are refreshed", async () => {
    const fixture = openFixture();
    await open(fixture, "links").up();
    setWorld(fixture, { links: { "i-web": "vpc-7", "i-db": "vpc-1" }, failRead: ["i-db"] });
    const result = await open(fixture, "links").refresh();
    expect(result).toMatchObject({ ok: false, summary: { update: 1, delete: 1, errored: 1 } });
    expect(result.output).toContain("error: i-db cannot be read");
    expect(result.output).toContain('~ vpcId     : "vpc-1" => "vpc-7"');
    const kept = resources(fixture).map(({ id, outputs }) => [id, outputs.vpcId]);
    expect(kept).toEqual([
      ["i-web:vpc-1", "vpc-7"],
      ["i-db:vpc-1", "vpc-1"],
    ]);
  });
});

describe("the life of a stack", () => {
  test.concurrent("all providers of one operation get one engine address, and those of the next another", async () => {
    const fixture = openFixture();
    const stack = open(fixture, "providers");
    const addresses = async (operate: () => Promise<{ ok: boolean }>) => {
      writeFileSync(`${fixture.worldFile}.engines`, "");
      expect((await operate()).ok).toBe(true);
      return readFileSync(`${fixture.worldFile}.engines`, "utf8").trim().split("\n");
    };
    const [preview, up] = [await addresses(stack.preview), await addresses(stack.up)];
    expect([preview.length, new Set(preview).size]).toEqual([2, 1]);
    expect([up.length, new Set(up).size]).toEqual([2, 1]);
    expect(up[0]).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(up[0]).not.toBe(preview[0]);
  });

  test.concurrent("an alias renames without a change; what the program drops is deleted, unless that fails", async () => {
    const fixture = openFixture();
    await open(fixture, "one").up();
    expect(await open(fixture, "renamed").up()).toMatchObject({ ok: true, summary: { same: 2, create: 0, delete: 0 } });
    const world: World = { links: { "i-web": "vpc-1" } };
    setWorld(fixture, { ...world, failDelete: ["i-web"] });
    expect(await open(fixture, "none").up()).toMatchObject({ ok: false, summary: { errored: 1 } });
    expect(resources(fixture).map(({ urn }) => urn.split("::").at(-1))).toEqual(["site"]);
    setWorld(fixture, world);
    const result = await open(fixture, "none").up();
    expect(result).toMatchObject({ ok: true, summary: { same: 1, delete: 1 } });
    expect(readWorld(fixture).links).toEqual({});
  });

  test.concurrent("a protected resource is not deleted; one that is retained, or ends with another, is only forgotten", async () => {
    const fixture = openFixture();
    expect(await open(fixture, "endings").up()).toMatchObject({ ok: true, summary: { create: 5 } });
    const refused = await open(fixture, "endings").destroy();
    expect(refused.ok).toBe(false);
    expect(refused.output).toContain("kept error: cannot be deleted because it is protected");
    expect(readWorld(fixture).links).toHaveProperty("i-kept");

    await open(fixture, "endings", { env: { CL_UNPROTECTED: "1" } }).up();
    expect(await open(fixture, "endings").destroy()).toMatchObject({ ok: true });
    expect(Object.keys(readWorld(fixture).links).sort()).toEqual(["i-guest", "i-left"]);
  });

  test.concurrent("no more calls run at once than `parallel`", async () => {
    const fixture = openFixture();
    setWorld(fixture, { links: {}, delay: 400 });
    expect((await open(fixture, "many", { parallel: 3 }).up()).ok).toBe(true);
    expect(readWorld(fixture).peak).toBe(3);
  });

  test.concurrent("secrets are encrypted in the state, hidden in the output, and open only to the passphrase", async () => {
    const fixture = openFixture();
    const result = await open(fixture, "secret").up();
    expect(result.outputs).toEqual({ region: "cn-hidden" });
    expect(result.output).toContain("region: [secret]");
    const text = readFileSync(fixture.stateFile, "utf8");
    for (const hidden of ["hunter2", "cn-hidden"]) expect(result.output + text).not.toContain(hidden);
    expect(await open(fixture, "secret").refresh()).toMatchObject({ ok: true, summary: { same: 2 } });
    const stranger = open(fixture, "secret", { env: { PULUMI_CONFIG_PASSPHRASE: "wrong" } });
    await expect(stranger.destroy()).rejects.toThrow();
  });

  test.concurrent("an explicit provider has its own process and its own configuration, in a refresh and a destroy too", async () => {
    const fixture = openFixture();
    const result = await open(fixture, "providers").up();
    expect(result).toMatchObject({ ok: true, outputs: { regions: ["cn-hangzhou", "cn-west"] } });
    const configured: unknown[] = [];
    const recordCalls = ({ call, request }: RecordedCall) => {
      if (call.endsWith("/Configure")) configured.push(request.variables);
    };
    expect(await open(fixture, "providers", { recordCalls }).destroy()).toMatchObject({
      ok: true,
      summary: { delete: 4 },
    });
    expect(configured).toHaveLength(2);
    expect(configured).toContainEqual({
      "pulumi-nodejs:config:classiclink:region": "cn-west",
      "pulumi-nodejs:config:key": "k-west",
    });
  });

  test.concurrent("a get reads, and what cannot be read fails the program", async () => {
    const fixture = openFixture();
    setWorld(fixture, { links: { "i-web": "vpc-5" } });
    expect(await open(fixture, "get").up()).toMatchObject({
      ok: true,
      outputs: { vpc: "vpc-5" },
      summary: { read: 1 },
    });
    setWorld(fixture, { links: {}, failRead: ["i-web"] });
    const result = await open(fixture, "get").up();
    expect(result.ok).toBe(false);
    expect(result.output).toContain("error: i-web cannot be read");
  });

  test.concurrent("a stand-in answers for a package, with its outputs unknown in a preview", async () => {
    const fixture = openFixture();
    const alicloud: NonNullable<StackOptions["standIns"]>[string] = ({ kind }) =>
      kind === "function" ? { id: "", outputs: { zone: "b" } } : { id: "i-vm", outputs: { privateIp: "10.0.0.7" } };
    const preview = await open(fixture, "beside", { standIns: { alicloud } }).preview();
    expect(preview.ok).toBe(true);
    expect(preview.output).toMatch(/instanceId: \[unknown\][\s\S]*ip *: \[unknown\]/);
    const result = await open(fixture, "beside", { standIns: { alicloud } }).up();
    expect(result).toMatchObject({ ok: true, outputs: { ip: "10.0.0.7", link: "i-vm:vpc-1", zone: "b" } });
  });
});
