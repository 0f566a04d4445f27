/** Starts the provider plugin. Pulumi runs this file, by way of `PulumiPlugin.yaml` or `pulumi-resource-classiclink`. */

try {
  require("../dist/provider/hosts/prerequisites.js");
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
try {
  require.resolve("@pulumi/pulumi");
} catch {
  console.error(
    "pulumi-classiclink needs the package @pulumi/pulumi; run `npm install @pulumi/pulumi` in your project",
  );
  process.exit(1);
}
const { main } = require("../dist/provider/hosts/plugin/main.js");

main(require("../package.json"));
