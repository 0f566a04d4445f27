/** An account that has been in use for years: 250 links to three VPCs. */

import type { EmulatorOptions } from "../../emulator";

/** 150 links to vpc-shop, which are two pages, 50 to vpc-jobs and 50 to vpc-data, and VPCs without links. */
export function fleetOf250({ emptyVpcs = 0 } = {}): EmulatorOptions {
  const vpcOf = ["vpc-shop", "vpc-jobs", "vpc-data", "vpc-shop", "vpc-shop"];
  const links = Array.from({ length: 250 }, (_, index) => ({
    instanceId: `i-${String(index + 1).padStart(3, "0")}`,
    vpcId: vpcOf[index % vpcOf.length] ?? "",
  }));
  const empty = Array.from({ length: emptyVpcs }, (_, index) => `vpc-empty${index + 1}`);
  return {
    instances: links.map(({ instanceId }) => ({ instanceId })),
    vpcs: [...new Set(vpcOf), ...empty].map((vpcId) => ({ vpcId })),
    links,
  };
}
