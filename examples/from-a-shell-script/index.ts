import { ClassicLinks } from "pulumi-classiclink";

// The lines of instances.txt, and the two variables of attach.sh.
const shop = new ClassicLinks("shop", {
  regionId: "cn-hangzhou",
  vpcId: "vpc-shop",
  instanceIds: ["i-web1", "i-web2", "i-db1", "i-cache1"],
});

export const linked = shop.instanceIds;
