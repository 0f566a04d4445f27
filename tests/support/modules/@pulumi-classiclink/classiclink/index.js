/** Stands in for the SDK that `pulumi package add` generates: the tokens, and what the generated classes do with their arguments. */
const pulumi = require("@pulumi/pulumi");

const resource = (name) =>
  class extends pulumi.CustomResource {
    constructor(label, args, opts) {
      const aliases = [{ type: `pulumi-nodejs:dynamic/classiclink:${name}` }];
      const inputs = { regionId: undefined, ...args };
      super(`classiclink:index:${name}`, label, inputs, pulumi.mergeOptions({ aliases }, opts));
    }
  };

module.exports = {
  Provider: class extends pulumi.ProviderResource {
    constructor(name, args, opts) {
      super("classiclink", name, args, opts);
    }
  },
  ClassicLink: resource("ClassicLink"),
  ClassicLinks: resource("ClassicLinks"),
  getLinksOutput: (args, opts) => pulumi.runtime.invokeOutput("classiclink:index:getLinks", args, opts),
};
