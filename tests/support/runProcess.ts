/** A provider process of a run, for tests of what processes share: answers questions about its ledger over IPC. */

import { Ledger } from "../../provider/links/ledger";
import { Run } from "../../provider/links/run";

/** A method of the ledger, and the link that it is called with: `<instance> <vpc>`. */
export type Question = readonly [
  method: "declare" | "made" | "beginRemoval" | "stays" | "isRemoved" | "isRemoving",
  link: string,
];

const [engine] = process.argv.slice(2);
const run = new Run(engine);
const ledger = new Ledger(run, () => "cloud");

process.on("message", ([method, text]: Question) => {
  const [instanceId = "", vpcId = ""] = text.split(" ");
  const link = { regionId: "cn-hangzhou", instanceId, vpcId };
  if (method === "declare") ledger.declare([link], undefined);
  process.send?.(method === "declare" ? null : (ledger[method](link) ?? null));
});
process.send?.(run.problem ?? "");
