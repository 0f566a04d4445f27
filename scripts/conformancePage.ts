/** `docs/conformance.md`: what every call promises, and the tests that prove it, found by the numbers in their names. */

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const REPOSITORY = join(__dirname, "..");

/** The tiers, from the lowest. A promise is proven in the lowest that can prove it. */
export const TIERS = ["unit", "resources", "hosts", "stories", "pages", "engine", "long"] as const;

/** So many tests of a file are named. The others are counted. */
const MOST_NAMED = 3;

interface Promised {
  readonly name: string;
  readonly text: string;
}

/** By chapter, the promises in the order of their numbers. */
const CHAPTERS: readonly (readonly [chapter: string, ...promises: Promised[]])[] = [
  [
    "Checking and comparing",
    {
      name: "Checking inputs",
      text: "The answer depends on the inputs alone: the same again and again, with a state and without. Unknown values pass, in every property. Each failure names its property, and says what to do. An instance that two resources of a program declare in one cloud is refused.",
    },
    {
      name: "Comparing",
      text: "Equal sides are equal, in whatever order, whatever else the state holds. Another instance, VPC or region replaces the link, and the old one goes first. Members of a `ClassicLinks` change in place.",
    },
    { name: "Comparing with unknown values", text: "A property that is not known yet will change, and no other." },
  ],
  [
    "Creating and updating",
    {
      name: "Creating what is there",
      text: "Creating twice makes one link. A link that is as declared is adopted. A link to another VPC is an error that names the VPC, and nothing is touched.",
    },
    {
      name: "Answers that prove nothing",
      text: "After a reset, a lost answer, a gateway's page, an empty body or half a JSON, the next try checks before it repeats. Whatever goes wrong at whichever call, the operation recovers, or ends with an error and a state from which the next operation recovers.",
    },
    {
      name: "Partially created resources",
      text: "A link that was accepted and is not listed in time is kept in the state with its id, its properties and the whole story as its reasons. It can be refreshed and destroyed, and the next up finishes it. The same holds for a `ClassicLinks` of which some members could not be linked.",
    },
    { name: "Updating", text: "An update returns whole outputs, and changes nothing without a reason." },
    { name: "Previewing", text: "The outputs follow from the inputs, so a preview knows them, and asks ECS nothing." },
  ],
  [
    "Reading",
    {
      name: "Reading what is true",
      text: "A link that is listed is read as it was, or with the VPC that it has now. One that is not listed, or whose instance is released, is gone. What cannot be read, or may not be read, is an error, and the state stays as it is.",
    },
    {
      name: "Reading by the id alone",
      text: "The id is enough, as for an import, and so is the environment where nothing was configured. Reading a link that does not exist is an error.",
    },
    { name: "Reading again", text: "A refresh after a refresh changes nothing." },
  ],
  [
    "Deleting",
    {
      name: "Deleting what is ours",
      text: "Deleting twice works. Where the link, the instance or the VPC is gone, there is nothing to do. A link that someone else made to another VPC is not touched. Where ECS does not offer ClassicLink any more, the error says so, and there is a way to drop the links.",
    },
  ],
  [
    "Time",
    {
      name: "Timeouts",
      text: "They hold within a tenth: `customTimeouts` in both hosts, the defaults otherwise. The error has the calls, the time, the last code and the request.",
    },
    {
      name: "Cancelling",
      text: "A cancel ends every wait: the plugin stops a create within two seconds, and the state knows of whatever may have been made.",
    },
  ],
  [
    "Settings",
    {
      name: "Configuring",
      text: "It is done at once and never fails. What is wrong is reported by the operation that needs it, by the name of the setting. Calls that start before it has settled all see it.",
    },
    {
      name: "Which source wins",
      text: "Region and credentials come from the documented places, in the documented order, in both hosts. A stack that is configured for `@pulumi/alicloud` needs nothing more in the dynamic host.",
    },
    {
      name: "Secrets",
      text: "None is in an output, a log or an error, and none in clear in a state. A provider of another package is refused, with what to do instead.",
    },
  ],
  [
    "States over time",
    {
      name: "The stored line",
      text: "It is the same text for ever, short, and loads a path that the package exports for ever.",
    },
    {
      name: "Old states",
      text: "The state of every released version refreshes, updates and is destroyed with today's code, and shows no difference.",
    },
    {
      name: "A kill at any moment",
      text: "After a `kill -9` at any phase of a create or a delete the next operation recovers, and the cloud holds exactly what is declared.",
    },
    {
      name: "From host to host",
      text: "Moving a link from the dynamic host to the plugin changes nothing in the cloud: ids and outputs are the same in both.",
    },
  ],
  [
    "Environments",
    {
      name: "Programs and installers",
      text: "CommonJS and ES modules, a program in a subfolder, the Automation API; installers that put all packages into one folder, as npm and yarn do, and those that keep them apart, as pnpm does.",
    },
    {
      name: "Versions",
      text: "The oldest and the newest `@pulumi/pulumi` of the peer range; Node.js 20, 22 and 24.",
    },
  ],
  [
    "Ownership",
    {
      name: "Success means that the cloud is as declared",
      text: "After an operation that succeeds, every link that the program declares exists, and every link that it gave up is gone. This holds for replacements that the engine decides on, renames, moves into components, other providers, other regions and moves between hosts; one by one and together.",
    },
    {
      name: "What others made stays",
      text: "A link that somebody has moved to another VPC is not touched by a destroy, or by taking the resource out of the program, before or after a refresh. An up whose program declares the instance takes it back.",
    },
    {
      name: "Handing over",
      text: "A link that a run has removed and that its program still declares is put back in the same run.",
    },
    {
      name: "Runs do not mix",
      text: "Two engines at once on one machine do not mix their runs. A run that died leaves nothing that a later one believes.",
    },
    {
      name: "The end of the engine",
      text: "An engine that is killed leaves no host at work for more than two seconds.",
    },
  ],
  [
    "Private clouds",
    {
      name: "Another organization or resource set",
      text: "Under another one than a link's own, refresh and delete are errors that name both, and an update that does not see the link is one too. The state and the cloud stay.",
    },
    {
      name: "A private endpoint is the only one",
      text: "With a private endpoint nothing is sent to a public host, signed or not.",
    },
    {
      name: "ASAPI",
      text: "Its refusals are errors with their own code and id, whatever the HTTP status. Its successes are successes.",
    },
    {
      name: "The vendor's settings",
      text: "The vendor's configuration keys alone are enough, and so are its environment variables alone.",
    },
  ],
  [
    "Waiting",
    {
      name: "Pace",
      text: "A quiet spell never makes a later wait longer. Two limits at once are met within 1.5 times the ideal time. A locked instance is asked at most about 20 times in ten minutes.",
    },
    {
      name: "What is waited for",
      text: "Progress and errors name the reason of a wait and the number of calls that were really made.",
    },
  ],
];

/** A test, or a group of tests, that carries numbers. */
interface Proof {
  readonly file: string;
  readonly numbers: readonly number[];
  readonly title: string;
}

/** The names of tests and groups that begin with numbers in brackets, in all files of tests. */
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

/** How many promises there are. */
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

const HEAD = `# What every call promises

<!-- Made by scripts/conformancePage.ts: npm run docs -->

There is no suite that a Pulumi provider could be held against, so this is ours: each promise in a sentence or two, and the tests that prove it. A
test carries the number of what it proves in brackets, in its name or in the name of its group. \`npx jest -t '\\[6\\]'\` runs all
that belong to the sixth. The folder of a test is its tier: \`unit\` (pure code), \`resources\` (the resources, without a host), \`hosts\` (what each host
translates, in its real process), \`stories\` (programs through an engine), \`pages\` (documentation and examples) and \`long\` (what is exhaustive; it runs
nightly and before a release).`;

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
