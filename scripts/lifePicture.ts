/** `npm run pictures`: takes a link through its life, and draws what was done, what ECS was asked, and who believed what. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Call } from "pulumi-classiclink/emulator";
import { REPOSITORY } from "../tests/support/project";
import { instancesOf, openShop, programOf, type Shop, vpcsOf } from "../tests/support/shop";
import type { Run } from "../tests/support/stack";

/** One thing that happens to the link. */
interface Step {
  /** A command, or what somebody else does. */
  readonly who: string;
  readonly why: string;
  readonly what: (shop: Shop) => Promise<Run> | undefined;
}

const STEPS: readonly Step[] = [
  {
    who: "$ pulumi up",
    why: "Waits while the instance is locked, and then until the link is listed.",
    what: ({ emulator, stack }) => {
      emulator.injectFault({ kind: "locked", instanceId: "i-web", times: 1 });
      emulator.injectFault({ kind: "invisible", describes: 1 });
      return stack.up();
    },
  },
  {
    who: "Somebody removes the link in the console",
    why: "Drift. The state does not know of it.",
    what: ({ emulator }) => {
      emulator.unlink("i-web");
      return undefined;
    },
  },
  {
    who: "$ pulumi refresh",
    why: "Now it does. Reading changes nothing in ECS.",
    what: ({ stack }) => stack.refresh(),
  },
  { who: "$ pulumi up", why: "Repaired.", what: ({ stack }) => stack.up() },
  {
    who: "Somebody links the instance to another VPC",
    why: "Drift again.",
    what: ({ emulator }) => {
      emulator.link("i-web", "vpc-other");
      return undefined;
    },
  },
  { who: "$ pulumi refresh", why: "The state now names the other VPC.", what: ({ stack }) => stack.refresh() },
  {
    who: "$ pulumi up",
    why: "Replaced: the wrong link is detached before the right one is attached.",
    what: ({ stack }) => stack.up(),
  },
  { who: "$ pulumi destroy", why: "Waits until the link is no longer listed.", what: ({ stack }) => stack.destroy() },
];

/** What a step has led to. */
interface Seen extends Step {
  readonly asked: string;
  /** The VPC that the instance is linked to, and the one that Pulumi's state names. */
  readonly inEcs: string | undefined;
  readonly inState: string | undefined;
}

async function live(): Promise<Seen[]> {
  const link = 'exports.web = new ClassicLink("web", { instanceId: "i-web", vpcId: "vpc-shop" }).id;';
  const shop = await openShop({
    files: { "index.js": programOf("dynamic", link) },
    instances: instancesOf("i-web"),
    vpcs: vpcsOf("vpc-shop", "vpc-other"),
  });
  const seen: Seen[] = [];
  try {
    for (const step of STEPS) {
      shop.emulator.clearCalls();
      const run = await step.what(shop);
      if (run?.ok === false) throw new Error(run.output);
      const asked = askedIn(shop.emulator.calls());
      shop.emulator.clearFaults();
      const inEcs = shop.emulator.links()[0]?.vpcId;
      seen.push({ ...step, asked, inEcs, inState: vpcInState(await shop.stack.export()) });
    }
  } finally {
    await shop.close();
  }
  return seen;
}

/** Calls in a few words: `Attach (InstanceLocked) · Attach · Describe × 2`. */
function askedIn(calls: readonly Call[]): string {
  const words = calls.map(({ action, outcome }) => {
    const name = /^[A-Z][a-z]+/.exec(action)?.[0] ?? action;
    return outcome === "ok" ? name : `${name} (${outcome.split(".").at(-1)})`;
  });
  const runs: { word: string; count: number }[] = [];
  for (const word of words) {
    const last = runs.at(-1);
    if (last?.word === word) last.count += 1;
    else runs.push({ word, count: 1 });
  }
  return runs.map(({ word, count }) => (count === 1 ? word : `${word} × ${count}`)).join(" · ");
}

function vpcInState(exported: unknown): string | undefined {
  const text = JSON.stringify(exported);
  return /"outputs":\{[^{}]*"vpcId":"([^"]+)"/.exec(text)?.[1];
}

const [WIDTH, ROW, TOP] = [760, 78, 52];
const LANES = [
  { head: "ECS", x: 500, of: ({ inEcs }: Seen) => inEcs },
  { head: "Pulumi’s state", x: 630, of: ({ inState }: Seen) => inState },
] as const;
const LANE_WIDTH = 110;

const STYLE = `
  text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #24292f }
  .who { font-weight: 600 } .command { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace } .faint { fill: #57606a }
  .asked { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #57606a } .middle { text-anchor: middle }
  .page { fill: #f6f8fa; stroke: #d0d7de } .line { stroke: #d0d7de }
  .lane { stroke-width: 1.5 }
  .shop { fill: #dafbe1; stroke: #1a7f37 } .other { fill: #fff8c5; stroke: #9a6700 } .none { fill: none; stroke: #8c959f; stroke-dasharray: 4 3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .faint, .asked { fill: #9198a1 } .page { fill: #161b22; stroke: #30363d } .line { stroke: #30363d }
    .shop { fill: #12361f; stroke: #3fb950 } .other { fill: #3b2e0a; stroke: #d29922 } .none { stroke: #6e7681 }
  }`;

function picture(seen: readonly Seen[]): string {
  const height = TOP + seen.length * ROW + 12;
  const title =
    "The life of a link: what is done to it, and after each step the VPC it has in ECS and in Pulumi’s state";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${title}">`,
    `  <style>${STYLE}\n  </style>`,
    `  <rect class="page" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>`,
    ...LANES.map(({ head, x }) => text(x + LANE_WIDTH / 2, 32, "who middle", head)),
    ...seen.flatMap((step, index) => row(step, TOP + index * ROW)),
    "</svg>",
    "",
  ].join("\n");
}

function row(step: Seen, y: number): string[] {
  const { who, why, asked } = step;
  return [
    `  <line class="line" x1="16" y1="${y}" x2="${WIDTH - 16}" y2="${y}"/>`,
    text(20, y + 24, who.startsWith("$") ? "who command" : "who", who),
    ...(asked === "" ? [] : [text(20, y + 44, "asked", asked)]),
    text(20, y + (asked === "" ? 44 : 64), "faint", why),
    ...LANES.flatMap(({ x, of }) => lane(of(step), x, y)),
  ];
}

function lane(vpcId: string | undefined, x: number, y: number): string[] {
  const kind = vpcId === undefined ? "none" : vpcId.replace("vpc-", "");
  return [
    `  <rect class="lane ${kind}" x="${x}" y="${y + 8}" width="${LANE_WIDTH}" height="${ROW - 16}" rx="6"/>`,
    text(
      x + LANE_WIDTH / 2,
      y + ROW / 2 + 4,
      `middle ${vpcId === undefined ? "faint" : "command"}`,
      vpcId ?? "no link",
    ),
  ];
}

const text = (x: number, y: number, kind: string, words: string) =>
  `  <text x="${x}" y="${y}" class="${kind}">${words}</text>`;

void live().then((seen) => writeFileSync(join(REPOSITORY, "docs/images/life.svg"), picture(seen)));
