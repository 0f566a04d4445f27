/** Makes `docs/conformance.md`: the promises of each call, and the tests that prove them. The numbers in test names link both. */

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const REPOSITORY = join(__dirname, "..");

/** The tiers of tests, lowest first. A promise is proven in the lowest tier that can prove it. */
export const TIERS = ["unit", "resources", "hosts", "stories", "pages", "engine", "long"] as const;

/** At most this many tests of a file are named. The others are counted. */
const MOST_NAMED = 3;

interface Promised {
  readonly name: string;
  readonly text: string;
}

/** The chapters with their promises, in the order of their numbers. */
const CHAPTERS: readonly (readonly [chapter: string, ...promises: Promised[]])[] = [
  [
    "Checking and comparing",
    {
      name: "Checking inputs",
      text: "The result depends only on the inputs, and not on a state. Each property may be unknown. Each failure names its property, and says what to do. If two resources of a program declare the same instance in one cloud, the check fails.",
    },
    {
      name: "Comparing",
      text: "The order of members and other properties of the state do not count. Another instance, VPC or region replaces the link, and the old link is deleted first. Members of a `ClassicLinks` change in place.",
    },
    {
      name: "Comparing with unknown values",
      text: "A property whose value is unknown counts as changed. The others do not.",
    },
  ],
  [
    "Creating and updating",
    {
      name: "Creating an existing link",
      text: "Two creates make one link. A link that exists as declared is adopted. A link to another VPC is an error that names the VPC, and nothing changes.",
    },
    {
      name: "Unreadable answers",
      text: "After a reset, a lost answer, a gateway's page, an empty body or incomplete JSON, the operation checks the link before it retries. Each fault at each call ends in one of two ways. The operation recovers, or it fails with a state from which the next operation recovers.",
    },
    {
      name: "Partially created resources",
      text: "If an accepted link is not listed in time, the state has its id, its properties and the reasons. It can be refreshed and destroyed, and the next up completes it. The same is true if some members of a `ClassicLinks` could not be linked.",
    },
    { name: "Updating", text: "An update returns all outputs, and makes no unnecessary change." },
    { name: "Previewing", text: "A preview knows the outputs from the inputs, and does not call ECS." },
  ],
  [
    "Reading",
    {
      name: "Reading",
      text: "A listed link is read with the VPC that it has now. A link is gone if it is not listed, or its instance is released. If it cannot be read, or the key may not read it, the read fails, and the state does not change.",
    },
    {
      name: "Reading by id",
      text: "The id is enough to read a link, as in an import. Without a configuration, the environment is enough. If the link does not exist, the read fails.",
    },
    { name: "Reading again", text: "A refresh after a refresh changes nothing." },
  ],
  [
    "Deleting",
    {
      name: "Deleting",
      text: "Two deletes succeed. If the link, the instance or the VPC is gone, a delete succeeds. A link that someone else made to another VPC is not changed. If ECS no longer offers ClassicLink, the error says so, and a setting removes the links from the state.",
    },
  ],
  [
    "Time",
    {
      name: "Timeouts",
      text: "An operation ends within its timeout, plus a tenth at most: `customTimeouts` in both hosts, or the default. The error has the number of calls, the time, the last code and the request id.",
    },
    {
      name: "Cancelling",
      text: "A cancel ends each wait. The plugin stops a create within two seconds, and the state has each link that may exist.",
    },
  ],
  [
    "Settings",
    {
      name: "Configuring",
      text: "Configure never waits and never fails. The operation that needs a wrong setting reports it by name. Calls that start before Configure ends use the configuration too.",
    },
    {
      name: "Sources of settings",
      text: "Region and credentials come from the documented places, in the documented order, in both hosts. In the dynamic host, the configuration for `@pulumi/alicloud` is enough.",
    },
    {
      name: "Secrets",
      text: "No secret is in an output, a log or an error. A state has secrets only encrypted. A provider of another package is refused, and the error says what to do.",
    },
  ],
  [
    "States over time",
    {
      name: "The stored line",
      text: "Its text never changes. It is short, and loads a path that the package always exports.",
    },
    {
      name: "Old states",
      text: "Today's code refreshes, updates and destroys the state of each released version, and shows no difference.",
    },
    {
      name: "Killed processes",
      text: "After a `kill -9` in any phase of a create or a delete, the next operation recovers. Then the cloud is as declared.",
    },
    {
      name: "From host to host",
      text: "A link that moves from the dynamic host to the plugin host does not change in the cloud. Ids and outputs are the same in both.",
    },
  ],
  [
    "Environments",
    {
      name: "Programs and installers",
      text: "CommonJS and ES modules work, and so do a program in a subfolder and the Automation API. So do package managers with one folder for all packages, such as npm and yarn, and with a folder for each package, such as pnpm.",
    },
    {
      name: "Versions",
      text: "The oldest and the newest `@pulumi/pulumi` of the peer range work, with Node.js 20, 22 and 24.",
    },
  ],
  [
    "Ownership",
    {
      name: "The cloud is as declared",
      text: "After a successful operation, each declared link exists, and each link that is no longer declared is gone. This is true for forced replacements, renames, moves into components, other providers, other regions and moves between hosts, also in combination.",
    },
    {
      name: "Links that others moved",
      text: "Somebody may have moved a link to another VPC. A destroy does not change it, and neither does an up whose program no longer declares it, before or after a refresh. An up whose program declares the instance links it to the declared VPC again.",
    },
    {
      name: "Removed and still declared",
      text: "If a run removes a link that its program still declares, the same run creates it again.",
    },
    {
      name: "Runs do not mix",
      text: "Two engines on one machine do not mix their runs. A run that was killed leaves no records that a later run uses.",
    },
    {
      name: "The end of the engine",
      text: "When an engine is killed, its hosts end within two seconds.",
    },
  ],
  [
    "Private clouds",
    {
      name: "Another organization or resource set",
      text: "If another organization or resource set than the link's own is configured, refresh and delete fail with an error that names both. An update that does not see the link fails too. The state and the cloud do not change.",
    },
    {
      name: "Only private endpoints",
      text: "With a private endpoint, no request goes to a public host.",
    },
    {
      name: "ASAPI",
      text: "A failure has the code and the request id of ASAPI, with any HTTP status. A success is never an error.",
    },
    {
      name: "The vendor's settings",
      text: "The vendor's configuration keys are enough. So are its environment variables.",
    },
  ],
  [
    "Waiting",
    {
      name: "Rate limits",
      text: "A time without calls never makes a later wait longer. With two limits at once, the wait is at most 1.5 times the ideal time. A locked instance gets at most about 20 calls in ten minutes.",
    },
    {
      name: "Progress",
      text: "Progress and errors name the reason of a wait, and the number of calls that were sent.",
    },
  ],
];

/** A test, or a group of tests, that proves promises. */
interface Proof {
  readonly file: string;
  readonly numbers: readonly number[];
  readonly title: string;
}

/** The tests and groups whose names have numbers in brackets, in all test files. */
export function proofs(): Proof[] {
  const root = join(REPOSITORY, "tests");
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .map((entry) => relative(REPOSITORY, join(entry.parentPath, entry.name)))
    .filter((path) => /\.(test|long)\.ts$/.test(path));
  return files.sort().flatMap((file) => {
    const named = readFileSync(join(REPOSITORY, file), "utf8").matchAll(/(["`])((?:\[\d+\] ?)+)((?:(?!\1).)*)\1/g);
    return [...named].map(([, , marks = "", title = ""]) => ({
      file,
      numbers: [...marks.matchAll(/\d+/g)].map(Number),
      title: title.trim(),
    }));
  });
}

/** The number of promises. */
export const PROMISES = CHAPTERS.reduce((sum, [, ...promised]) => sum + promised.length, 0);

export function conformancePage(): string {
  const all = proofs();
  let number = 0;
  const chapters = CHAPTERS.map(([chapter, ...promised]) => {
    const sections = promised.map(({ name, text }) => {
      number += 1;
      return `### ${number}. ${name}\n\n${text}\n\n${listOf(all.filter(({ numbers }) => numbers.includes(number)))}`;
    });
    return [`## ${chapter}`, ...sections].join("\n\n");
  });
  return [HEAD, ...chapters].join("\n\n");
}

const HEAD = `# Promises

<!-- Made by scripts/conformancePage.ts: npm run docs -->

Pulumi has no test suite for providers. So this page lists the promises of this package, and the tests that prove each of them. The name of a test,
or of its group, has the number of its promise in brackets. \`npx jest -t '\\[6\\]'\` runs the tests of promise 6. The folder of a test is its tier:
\`unit\` (pure code), \`resources\` (the resources, without a host), \`hosts\` (each host, in its real process), \`stories\` (programs, through an
engine), \`pages\` (documentation and examples) and \`long\` (exhaustive tests, each night and before a release).`;

function listOf(found: readonly Proof[]): string {
  const files = [...new Set(found.map(({ file }) => file))].sort((a, b) => tierOf(a) - tierOf(b));
  return files
    .map((file) => {
      const titles = found.filter((proof) => proof.file === file).map(({ title }) => title || "a group of tests");
      const more = titles.length - MOST_NAMED;
      const named = titles.slice(0, MOST_NAMED).join("; ");
      return `- \`${file}\`: ${named}${more > 0 ? `; and ${more} more` : ""}`;
    })
    .join("\n");
}

function tierOf(file: string): number {
  return TIERS.findIndex((tier) => file.startsWith(`tests/${tier}/`));
}
