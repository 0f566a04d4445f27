/** Starts the provider plugin. Pulumi runs this file, by way of `PulumiPlugin.yaml` or `pulumi-resource-classiclink`. */

const { main } = require("../dist/provider/hosts/plugin/main.js");

main(require("../package.json"));
