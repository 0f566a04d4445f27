// Preloaded into programs and providers: what @pulumi/pulumi needs only to serialize closures is loaded when it is first used.
// That is three quarters of its start.
const Module = require("node:module");

const load = Module._load;
const rare = ["typescript", "@npmcli/arborist"];

// `__esModule` keeps `import * as` from copying, and so from loading, the members.
const lazy = (open) => new Proxy({ __esModule: true }, { get: (own, key) => (key in own ? own : open())[key] });

Module._load = (request, ...rest) => {
  if (rare.includes(request)) return lazy(() => load(request, ...rest));
  // The program's runner starts Node's debugger ahead, for the places of functions in messages about closures.
  if (request === "../../runtime/closure/v8Hooks") return { isInitializedAsync: async () => {} };
  return load(request, ...rest);
};
