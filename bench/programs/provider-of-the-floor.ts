/** A dynamic provider that does nothing. It shows the cost of Pulumi itself. */

import type * as pulumi from "@pulumi/pulumi";

const provider: pulumi.dynamic.ResourceProvider = {
  check: async (_olds, inputs) => ({ inputs }),
  diff: async () => ({ changes: false }),
  create: async (inputs) => ({ id: `${inputs.regionId}:${inputs.instanceId}`, outs: inputs }),
  read: async (id, props) => ({ id, props: props ?? {} }),
  update: async (_id, _olds, news) => ({ outs: news }),
  delete: async () => {},
};

export = provider;
