/** A provider process of a run, for tests of what processes share: answers questions about its ledger over IPC. */

import { Ledger, Run } from "../../provider/links/ledger";

/** A method of the ledger, and what it is called with. */
export type Question = readonly [
  (
    | "declare"
    | "had"
    | "found"
    | "made"
    | "beginRemoval"
    | "endRemoval"
    | "stays"
    | "isRemoved"
    | "isGivenUp"
    | "isRemoving"
  ),
  string,
];

const [engine] = process.argv.slice(2);
const run = new Run(engine);
const ledger = new Ledger(run, () => "cloud");

/** `<instance> <vpc>` */
function toLink(text: string) {
  const [instanceId = "", vpcId = ""] = text.split(" ");
  return { regionId: "cn-hangzhou", instanceId, vpcId };
}

process.on("message", ([method, text]: Question) => {
  const link = toLink(text);
  if (method === "declare") ledger.declare([link], undefined);
  else if (method === "had") ledger.had([link]);
  else if (method === "found") ledger.found([link]);
  else process.send?.(ledger[method](link) ?? null);
  if (["declare", "had", "found"].includes(method)) process.send?.(null);
});
process.send?.(run.problem ?? "");
