/** What every program of the bench declares: so many links of one region to one VPC. */

export const regionId = "cn-hangzhou";

/** As long as the ids of the public cloud, because the bytes of the state are counted. */
export const vpcId = "vpc-bp1000000000000000001";

/** Ids of instances, as long as real ones. */
export function instanceIdsOf(links: number): string[] {
  return Array.from({ length: links }, (_, index) => `i-bp1${String(index + 1).padStart(17, "0")}`);
}

/** The instances of the program that runs. */
export const instanceIds = instanceIdsOf(Number(process.env.BENCH_LINKS));
