/**
 * Stands in for the SDK that `pulumi package add` makes of the plugin's schema, in tests that have no Pulumi CLI to make it: the
 * tokens, and what the generated classes do with their arguments. `tests/integration/examples.test.ts` compiles the example
 * against the real one where the CLI is on PATH.
 */
const pulumi = require("@pulumi/pulumi");

const resource = (token) =>
  class extends pulumi.CustomResource {
    constructor(name, args, opts) {
      super(token, name, { regionId: undefined, movedAway: undefined, ...args }, opts);
    }
  };

module.exports = {
  Provider: class extends pulumi.ProviderResource {
    constructor(name, args, opts) {
      super("classiclink", name, args, opts);
    }
  },
  ClassicLink: resource("classiclink:index:ClassicLink"),
  ClassicLinks: resource("classiclink:index:ClassicLinks"),
  getLinksOutput: (args, opts) => pulumi.runtime.invokeOutput("classiclink:index:getLinks", args, opts),
};
