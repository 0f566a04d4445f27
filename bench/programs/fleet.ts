/** The links that each bench program declares: in one region, to one VPC. */

export const regionId = "cn-hangzhou";

/** It is as long as a real id, because the size of the state is measured. */
export const vpcId = "vpc-bp1000000000000000001";

/** Ids of instances. They are as long as real ids. */
export function instanceIdsOf(links: number): string[] {
  return Array.from({ length: links }, (_, index) => `i-bp1${String(index + 1).padStart(17, "0")}`);
}

/** The instances of this program. */
export const instanceIds = instanceIdsOf(Number(process.env.BENCH_LINKS));
