// Preloaded into programs and providers: modules that @pulumi/pulumi needs only to serialize closures are loaded when they are
// first used. They are two thirds of its start.
const Module = require("node:module");

const load = Module._load;
const rare = ["typescript", "@npmcli/arborist"];

// `__esModule` keeps `import * as` from copying, and so from loading, the members.
const lazy = (open) => new Proxy({ __esModule: true }, { get: (own, key) => (key in own ? own : open())[key] });

Module._load = (request, ...rest) =>
  rare.includes(request) ? lazy(() => load(request, ...rest)) : load(request, ...rest);
