/** The inline program. It declares the links. */

import { ClassicLink, ClassicLinks } from "pulumi-classiclink";

export async function program(): Promise<Record<string, unknown>> {
  const web = new ClassicLink("web", { instanceId: "i-web", vpcId: "vpc-shop" });
  const workers = new ClassicLinks("workers", { vpcId: "vpc-shop", instanceIds: ["i-worker1", "i-worker2"] });
  return { links: [web.id, workers.id] };
}
