/**
 * Stands in for `@pulumi/alicloud` in the programs of tests, which find it through NODE_PATH: 60 MB would be much to install
 * for four classes, of which programs only use `id`. The tokens are those of the real package; its types are not repeated,
 * since a program that is checked against a copy proves nothing. Each example checks itself against the real ones, with
 * `npm run typecheck`.
 */
const pulumi = require("@pulumi/pulumi");

const resource = (token) =>
  class extends pulumi.CustomResource {
    static get(name, id, state, opts) {
      return new this(name, state, { ...opts, id });
    }

    constructor(name, args = {}, opts = {}) {
      super(token, name, args, opts);
    }
  };

module.exports = {
  vpc: { Network: resource("alicloud:vpc/network:Network") },
  ecs: {
    Instance: resource("alicloud:ecs/instance:Instance"),
    SecurityGroup: resource("alicloud:ecs/securityGroup:SecurityGroup"),
    SecurityGroupRule: resource("alicloud:ecs/securityGroupRule:SecurityGroupRule"),
  },
};
