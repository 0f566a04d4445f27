/** Parts of `docs/cli.md`, made from the commands. */

import type { Command, Option } from "commander";
import { LESSONS } from "../cli/help";
import { createProgram } from "../cli/program";
import { markdownTable } from "./markdownTable";

const unused = async () => 0;
const { commands } = createProgram({ discover: unused, adopt: unused, check: unused, doctor: unused });

function find(name: string): { command: Command; lesson: (typeof LESSONS)[keyof typeof LESSONS] } {
  const command = commands.find((one) => one.name() === name);
  const [, lesson] = Object.entries(LESSONS).find(([known]) => known === name) ?? [];
  if (command === undefined || lesson === undefined) throw new Error(`there is no command ${name}`);
  return { command, lesson };
}

/** What a command does, with its examples. */
export function commandIntro(name: string): string {
  const { command, lesson } = find(name);
  const examples = lesson.examples.map(([line, what]) => `# ${what}\n${line}`);
  return `${command.description()}\n\n\`\`\`sh\n${examples.join("\n\n")}\n\`\`\``;
}

/** The options and the exit codes of a command. */
export function commandOptions(name: string): string {
  const { command, lesson } = find(name);
  const help = command.createHelp();
  const args = help.visibleArguments(command).map((one) => [`\`<${one.name()}>\``, help.argumentDescription(one)]);
  const options = help.visibleOptions(command).map((one) => [`\`${one.flags}\``, meaningOf(one)]);
  return [
    markdownTable(["option", "meaning"], [...args, ...options]),
    markdownTable(
      ["exit code", "meaning"],
      lesson.exitCodes.map(([code, when]) => [String(code), when]),
    ),
  ].join("\n\n");
}

function meaningOf({ description, defaultValue }: Option): string {
  return defaultValue === undefined ? description : `${description}; by default \`${String(defaultValue)}\``;
}
