/**
 * The obvious provider: a good provider that somebody could write in an afternoon. It retries while the instance is locked or ECS
 * throttles, reads drift, and replaces on a change. It handles no other fault.
 */

import RpcClient from "@alicloud/pop-core";
import * as pulumi from "@pulumi/pulumi";
import { instanceIds, regionId, vpcId } from "./fleet";

interface LinkInputs {
  readonly instanceId: string;
  readonly vpcId: string;
  readonly regionId: string;
}

interface DescribeAnswer {
  readonly Links: { readonly Link: readonly { readonly InstanceId: string; readonly VpcId: string }[] };
}

async function call<T>(action: string, link: LinkInputs): Promise<T> {
  const client = new RpcClient({
    accessKeyId: process.env.ALICLOUD_ACCESS_KEY ?? "",
    accessKeySecret: process.env.ALICLOUD_SECRET_KEY ?? "",
    endpoint: process.env.ALIBABA_CLOUD_ENDPOINT_ECS ?? `https://ecs.${link.regionId}.aliyuncs.com`,
    apiVersion: "2014-05-26",
  });
  const params = { RegionId: link.regionId, InstanceId: link.instanceId, VpcId: link.vpcId };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await client.request<T>(action, params, { method: "POST" });
    } catch (error) {
      if (attempt === 5 || !/Locked|Throttling/.test(String(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 3000));
    }
  }
}

const provider: pulumi.dynamic.ResourceProvider = {
  async diff(_id, olds: LinkInputs, news: LinkInputs) {
    const replaces = (["instanceId", "vpcId", "regionId"] as const).filter((name) => olds[name] !== news[name]);
    return { changes: replaces.length > 0, replaces, deleteBeforeReplace: true };
  },

  async create(inputs: LinkInputs) {
    await call("AttachClassicLinkVpc", inputs);
    return { id: `${inputs.regionId}:${inputs.instanceId}`, outs: inputs };
  },

  async read(id, props: LinkInputs) {
    const answer = await call<DescribeAnswer>("DescribeClassicLinkInstances", props);
    const found = answer.Links.Link.find((link) => link.InstanceId === props.instanceId);
    return found === undefined ? { id: "", props: {} } : { id, props: { ...props, vpcId: found.VpcId } };
  },

  async delete(_id, props: LinkInputs) {
    await call("DetachClassicLinkVpc", props);
  },
};

class ObviousLink extends pulumi.dynamic.Resource {
  constructor(name: string, args: LinkInputs) {
    super(provider, name, args);
  }
}

for (const instanceId of instanceIds) new ObviousLink(instanceId, { instanceId, vpcId, regionId });
