/** [17] A stack with every source of credentials, through both hosts, faults and all: no secret is in anything it leaves behind. */

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { answerNames } from "../../emulator";
import { leaksIn } from "../support/leaks";
import { makeProject, type Project } from "../support/project";
import { HOSTS, type Host, programOf } from "../support/shop";
import { openSources, type SecretSource, type SecretSources } from "../support/sources";
import { openStack, type Run, type Stack } from "../support/stack";

/** The source that the stack itself is configured with. The others are those of explicit providers. */
const CONFIGURED = "keys";

function shopOf(host: Host, sources: readonly SecretSource[], vpcId: string): string {
  const declarations = sources.map(({ name, settings }) => {
    const provider = name === CONFIGURED ? "undefined" : `new Provider("p-${name}", ${JSON.stringify(settings)})`;
    const args = JSON.stringify({ instanceId: `i-${name}`, vpcId });
    return `new ClassicLink("${name}", ${args}, { provider: ${provider} });`;
  });
  return programOf(host, ...declarations);
}

// One story: each test goes on where the one before it ended.
describe.each(HOSTS)("a stack of the %s host with every source of credentials", (host) => {
  let opened: SecretSources;
  let project: Project;
  let stack: Stack;
  /** Everything that was printed and kept. */
  const left: string[] = [];
  const secrets = () => opened.sources.flatMap((source) => source.secrets);
  const linked = () => opened.sources.flatMap(({ ecs }) => ecs.links()).map(({ vpcId }) => vpcId);

  /** Runs an operation and keeps what it leaves behind. */
  async function run(operation: () => Promise<Run>): Promise<Run> {
    const done = await operation();
    left.push(done.output, JSON.stringify(await stack.export()));
    return done;
  }

  beforeAll(async () => {
    opened = await openSources();
    project = makeProject({ "index.js": shopOf(host, opened.sources, "vpc-1") });
    const { settings = {} } = opened.sources.find(({ name }) => name === CONFIGURED) ?? {};
    stack = await openStack({ project, env: opened.env, onLine: (line) => left.push(line) });
    for (const [name, value] of Object.entries(settings)) {
      const isSecret = ["secretKey", "securityToken"].includes(name);
      await stack.configure(`classiclink:${name}`, isSecret ? { secret: value } : value);
    }
  });
  afterAll(async () => {
    await stack?.close();
    await opened?.close();
    project?.remove();
  });

  test("makes a link with each, and refreshes them", async () => {
    expect(await run(() => stack.up())).toMatchObject({ ok: true });
    expect(linked()).toHaveLength(opened.sources.length);
    expect(await run(() => stack.refresh())).toMatchObject({ ok: true });
  });

  test("replaces them while every call meets a fault", async () => {
    const faults = answerNames.filter((fault) => fault !== "timeout");
    for (const [index, { ecs }] of opened.sources.entries()) {
      for (const on of ["AttachClassicLinkVpc", "DetachClassicLinkVpc", "DescribeClassicLinkInstances"] as const) {
        const fault = faults[index % faults.length];
        if (fault !== undefined) ecs.injectFault({ kind: "answer", action: on, answer: fault });
      }
    }
    project.write("index.js", shopOf(host, opened.sources, "vpc-2"));
    expect(await run(() => stack.up())).toMatchObject({ ok: true });
    expect(linked()).toEqual(opened.sources.map(() => "vpc-2"));
  });

  test("fails when every source is broken, and names the setting", async () => {
    for (const source of opened.sources) source.spoil();
    const { ok, output } = await run(() => stack.refresh());
    expect(ok).toBe(false);
    for (const setting of ["profile: ", "credentialsUri: ", "assumeRole: ", "assumeRoleWithOidc: ", "the proxy 127"]) {
      expect(output).toContain(setting);
    }
    for (const { ecs } of opened.sources) ecs.unlink(ecs.links()[0]?.instanceId ?? "");
    project.write("index.js", shopOf(host, opened.sources, "vpc-1"));
    expect((await run(() => stack.up())).ok).toBe(false);
  });

  test("removes them when the sources are whole again", async () => {
    for (const source of opened.sources) source.mend();
    expect((await run(() => stack.destroy())).ok).toBe(true);
    expect(linked()).toEqual([]);
  });

  test("[17] has left no secret behind: printed, kept in states and history, or in the journals of the emulators", () => {
    const journals = opened.sources.map(({ ecs }) => JSON.stringify(ecs.calls()));
    const everything = [...left, stack.kept(), ...journals].join("\n");
    // What was looked through is what was meant to be.
    expect(everything).toContain("cn-hangzhou:i-role");
    expect(journals.every((journal) => journal.includes("AttachClassicLinkVpc"))).toBe(true);
    expect(leaksIn(everything, secrets())).toEqual([]);
  });
});
