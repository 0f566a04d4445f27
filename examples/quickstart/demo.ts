/** `npm run demo`: the life of three links, from preview to destroy. It checks each step with an emulated ECS. */

import { type Call, type Emulator, startEmulator } from "pulumi-classiclink/emulator";
import { makeProject } from "../../tests/support/project";
import { openStack, type Run, type Stack } from "../../tests/support/stack";

/** One step: an operation, and the claims that must be true afterwards. */
interface Step {
  readonly title: string;
  /** Changes the cloud before the operation. */
  readonly before?: (emulator: Emulator) => void;
  readonly run: (stack: Stack) => Promise<Run>;
  /** The claims, and whether they are true. `calls` are the calls to ECS in this step. */
  readonly claims: (seen: { run: Run; links: string; calls: readonly Call[] }) => Readonly<Record<string, boolean>>;
}

const ALL_LINKED = "i-cache→vpc-shop i-db→vpc-shop i-web→vpc-shop";

const STEPS: readonly Step[] = [
  {
    title: "preview: what would be created",
    run: (stack) => stack.preview(),
    claims: ({ run, links, calls }) => ({
      "three links and the stack are to be created": run.summary.create === 4,
      "nothing is linked, and ECS was not called": links === "" && calls.length === 0,
    }),
  },
  {
    title: "up: create the links, while another task locks i-web",
    before: (emulator) => emulator.injectFault({ kind: "locked", instanceId: "i-web", times: 4 }),
    run: (stack) => stack.up(),
    claims: ({ run, links }) => ({
      "three links and the stack are created": run.summary.create === 4,
      "the wait for i-web is reported": run.output.includes("i-web: locked"),
      "all three are linked": links === ALL_LINKED,
    }),
  },
  {
    title: "up again: nothing to do",
    run: (stack) => stack.up(),
    claims: ({ run, calls }) => ({
      "four resources are unchanged": run.summary.same === 4,
      "ECS was not called": calls.length === 0,
    }),
  },
  {
    title: "refresh: someone has unlinked i-web, and moved i-db to vpc-other",
    before: (emulator) => {
      emulator.unlink("i-web");
      emulator.link("i-db", "vpc-other");
    },
    run: (stack) => stack.refresh(),
    claims: ({ run, links, calls }) => ({
      "the refresh reports the lost link": run.summary.delete === 1 && run.output.includes("ClassicLink::web"),
      "the refresh reports the moved link":
        run.summary.update === 1 && /vpcId *: "vpc-shop" => "vpc-other"/.test(run.output),
      "the refresh changed nothing in the cloud":
        links === "i-cache→vpc-shop i-db→vpc-other" && calls.every(isDescribe),
    }),
  },
  {
    title: "up: repair the drift",
    run: (stack) => stack.up(),
    claims: ({ run, links }) => ({
      "the lost link is created": run.summary.create === 1,
      "the moved link is replaced": run.summary.replace === 1,
      "all three are linked as declared": links === ALL_LINKED,
    }),
  },
  {
    title: "up: move everything to vpc-new",
    run: async (stack) => {
      await stack.configure("shop:vpcId", "vpc-new");
      return await stack.up();
    },
    claims: ({ run, links, calls }) => ({
      "three links are replaced": run.summary.replace === 3,
      "each was detached before it was attached": ["i-web", "i-db", "i-cache"].every((id) => detachedFirst(id, calls)),
      "all three are linked to vpc-new": links === ALL_LINKED.replaceAll("vpc-shop", "vpc-new"),
    }),
  },
  {
    title: "destroy: remove the links",
    run: (stack) => stack.destroy(),
    claims: ({ run, links }) => ({
      "four resources are deleted": run.summary.delete === 4,
      "nothing is linked": links === "",
    }),
  },
];

function isDescribe({ action }: Call): boolean {
  return action === "DescribeClassicLinkInstances";
}

function detachedFirst(instanceId: string, calls: readonly Call[]): boolean {
  const changes = calls.filter(
    (call) => !isDescribe(call) && call.params.InstanceId === instanceId && call.outcome === "ok",
  );
  return changes.map(({ action }) => action).join() === "DetachClassicLinkVpc,AttachClassicLinkVpc";
}

async function main(): Promise<number> {
  const startedAt = performance.now();
  const emulator = await startEmulator({
    instances: [{ instanceId: "i-web" }, { instanceId: "i-db" }, { instanceId: "i-cache" }],
    vpcs: [{ vpcId: "vpc-shop" }, { vpcId: "vpc-other" }, { vpcId: "vpc-new" }],
  });
  const project = makeProject(
    { "Pulumi.yaml": "name: shop\nruntime: nodejs\nmain: index.ts\n" },
    "examples/quickstart",
  );
  const stack = await openStack({
    project,
    config: {
      "classiclink:region": "cn-hangzhou",
      "classiclink:accessKey": "testid",
      "classiclink:secretKey": { secret: "testsecret" },
      "classiclink:endpoint": emulator.endpoint,
    },
    onLine: (line) => console.log(`  ${line}`),
  });
  console.log(`ECS: an emulator on ${emulator.endpoint}; no account is used`);
  console.log(`Pulumi: ${stack.drivenBy}`);
  if (!stack.drivenBy.startsWith("Pulumi")) {
    console.log(
      "  (the Pulumi CLI is not on PATH; install it from https://www.pulumi.com/docs/install/ to see it drive this)",
    );
  }

  let failed = 0;
  try {
    for (const [index, { title, before, run: operation, claims }] of STEPS.entries()) {
      console.log(`\n${index + 1}. ${title}\n`);
      before?.(emulator);
      emulator.clearCalls();
      const run = await operation(stack);
      const links = emulator.links().map(({ instanceId, vpcId }) => `${instanceId}→${vpcId}`);
      const seen = { run, links: links.join(" "), calls: emulator.calls() };
      console.log("");
      for (const [claim, isTrue] of Object.entries({ "it succeeded": run.ok, ...claims(seen) })) {
        console.log(`  ${isTrue ? "✓" : "✗"} ${claim}`);
        if (!isTrue) failed += 1;
      }
      if (failed > 0) break;
    }
  } finally {
    await stack.close();
    await emulator.close();
    project.remove();
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(failed === 0 ? `\nEach step passed, in ${seconds} s.` : `\n${failed} claims failed.`);
  return failed === 0 ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
