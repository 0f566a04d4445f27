#!/usr/bin/env node
/** The emulator as a command, `classiclink-emulator`. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type EmulatorOptions, type LinkSeed, startEmulator } from "./index";

const help = `Usage: classiclink-emulator [options]

An ECS on 127.0.0.1 for ClassicLink. It attaches, detaches and lists links, creates and
deletes VPCs, enables and disables ClassicLink, lists instances, and issues keys of roles.
It prints its endpoint, and the variables that make a Pulumi program use it. It runs until
you interrupt it. The operations are at / and, as on a private cloud, at /asapi/v3.

  --port <n>           port to listen on (default 4010; 0 takes a free one)
  --region <id>        region of the instances and VPCs (default cn-hangzhou)
  --instance <id>      a running classic instance; repeat for more
  --vpc <id>           a VPC with ClassicLink on; repeat for more
  --links <n>          this many more instances, linked to the VPCs in turn
  --state <file.json>  start from this file if it exists, and save every change to it:
                       { "instances": [{ "instanceId": "i-1", "status": "Running" }],
                         "vpcs": [{ "vpcId": "vpc-1", "classicLinkEnabled": true }],
                         "links": [{ "instanceId": "i-1", "vpcId": "vpc-1" }] }
  --generation <A|B|C> the edition of the API's errors (default C, the newest)
  --quota <n>          links that a VPC may have (default 1000)
  --organization <id>  private cloud: organization of the instances and VPCs
  --resource-set <id>  private cloud: their resource set
  --out-of-scope <how> how it hides an instance of another organization or resource set:
                       empty (default), not-found or not-belong
  --asapi-200          /asapi/v3 returns failures with HTTP status 200
  --tls-key <file>     serve HTTPS with this private key (PEM); needs --tls-cert
  --tls-cert <file>    the certificate of that key (PEM)
  --host <name>        a host name that it accepts besides 127.0.0.1; repeat for more
  --help               show this text

Without --instance, --vpc and --state, it has i-test1 to i-test3, vpc-test1 and
vpc-test2. While it runs, you can read and change everything with the control API:

  curl http://127.0.0.1:4010/-/links          the links; also /-/calls, /-/state
  curl -X DELETE http://127.0.0.1:4010/-/links/i-test1         unlink without Pulumi
  curl http://127.0.0.1:4010/-/faults -H 'content-type: application/json' \\
       -d '{"kind":"locked","instanceId":"i-test2","times":3}'  inject a fault
`;

function readArguments(argv: readonly string[]): EmulatorOptions | "help" {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: "string", default: "4010" },
      region: { type: "string" },
      instance: { type: "string", multiple: true },
      vpc: { type: "string", multiple: true },
      links: { type: "string", default: "0" },
      state: { type: "string" },
      generation: { type: "string", default: "C" },
      quota: { type: "string", default: "1000" },
      organization: { type: "string" },
      "resource-set": { type: "string" },
      "out-of-scope": { type: "string", default: "empty" },
      "asapi-200": { type: "boolean" },
      "tls-key": { type: "string" },
      "tls-cert": { type: "string" },
      host: { type: "string", multiple: true },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return "help";
  const errorGeneration = (["A", "B", "C"] as const).find((one) => one === values.generation);
  if (!errorGeneration) throw new Error("--generation must be A, B or C");
  const outOfScope = (["empty", "not-found", "not-belong"] as const).find((one) => one === values["out-of-scope"]);
  if (!outOfScope) throw new Error("--out-of-scope must be empty, not-found or not-belong");
  const [organizationId, resourceSetId] = [values.organization, values["resource-set"]];
  if (resourceSetId !== undefined && organizationId === undefined) {
    throw new Error("--resource-set needs --organization");
  }
  const scope = { organizationId, resourceSetId };
  const seeded = values.instance ?? values.vpc ?? values.state;
  const instances = values.instance ?? (seeded ? [] : ["i-test1", "i-test2", "i-test3"]);
  const vpcs = values.vpc ?? (seeded ? [] : ["vpc-test1", "vpc-test2"]);
  const links = linked(wholeNumber("--links", values.links, 100_000), vpcs);
  return {
    port: wholeNumber("--port", values.port, 65535),
    quota: wholeNumber("--quota", values.quota, 1_000_000),
    regionId: values.region,
    errorGeneration,
    stateFile: values.state,
    instances: [...instances, ...links.map(({ instanceId }) => instanceId)].map((instanceId) => ({
      instanceId,
      ...scope,
    })),
    vpcs: vpcs.map((vpcId) => ({ vpcId, ...scope })),
    links,
    outOfScope,
    asapiAlways200: values["asapi-200"],
    tls: readTls(values["tls-key"], values["tls-cert"]),
    hosts: values.host,
  };
}

function readTls(key: string | undefined, cert: string | undefined): EmulatorOptions["tls"] {
  if (key === undefined && cert === undefined) return undefined;
  if (key === undefined || cert === undefined) throw new Error("--tls-key and --tls-cert must be set together");
  return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
}

/** Instances i-linked001, i-linked002 and so on, linked to the VPCs in turn. */
function linked(count: number, vpcs: readonly string[]): LinkSeed[] {
  if (count > 0 && vpcs.length === 0) throw new Error("--links needs --vpc");
  return Array.from({ length: count }, (_, index) => ({
    instanceId: `i-linked${String(index + 1).padStart(Math.max(3, String(count).length), "0")}`,
    vpcId: vpcs[index % vpcs.length] ?? "",
  }));
}

function wholeNumber(flag: string, text: string, max: number): number {
  if (/^\d+$/.test(text) && Number(text) <= max) return Number(text);
  throw new Error(`${flag} must be a whole number up to ${max}`);
}

async function main(): Promise<void> {
  let options: EmulatorOptions | "help";
  try {
    options = readArguments(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`classiclink-emulator: ${error instanceof Error ? error.message : error}\nTry --help.\n`);
    process.exitCode = 2;
    return;
  }
  if (options === "help") return void process.stdout.write(help);

  const { port } = options;
  const emulator = await startEmulator(options).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "EADDRINUSE" ? new Error(`port ${port} is in use; choose another with --port`) : error;
  });
  const exports = Object.entries(emulator.environment).map(([name, value]) => `export ${name}=${value}\n`);
  process.stdout.write(`classiclink-emulator listens on ${emulator.endpoint}\n${exports.join("")}`);
  const stop = () => void emulator.close();
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`classiclink-emulator: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
});
