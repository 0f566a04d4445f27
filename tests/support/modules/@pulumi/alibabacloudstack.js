/**
 * Stands in for the SDK that `pulumi package add terraform-provider` generates for the provider of Apsara Stack. The token is
 * that of the generated one.
 */
const pulumi = require("@pulumi/pulumi");

class Vpc extends pulumi.CustomResource {
  constructor(name, args, opts) {
    super("alibabacloudstack:index/vpc:Vpc", name, args, opts);
  }
}

module.exports = { Vpc };
