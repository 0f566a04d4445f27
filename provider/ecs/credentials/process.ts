/** Runs a command that prints credentials. Source: the `aliyun` command line, `aliyun configure --mode External`. */

import { execFile } from "node:child_process";
import { platform } from "node:os";
import { promisify } from "node:util";
import { fieldsOf, textOf } from "../answerFields";
import { SourceFailure } from "./sourceFailure";
import type { Session } from "./renewal";

/** The longest time for the command, in ms. */
const TIMEOUT_MS = 60_000;

/** Runs the command. @throws {SourceFailure} if it prints no credentials. The message quotes nothing of its output. */
export async function processSession(command: string): Promise<Session> {
  const [file = "", ...args] = wordsOf(command);
  const { stdout } = await promisify(execFile)(file, args, { timeout: TIMEOUT_MS }).catch(() => {
    throw new SourceFailure("its process_command failed");
  });
  const printed = fieldsOf(parsed(stdout));
  const [accessKeyId, accessKeySecret, securityToken] = [
    textOf(printed.access_key_id),
    textOf(printed.access_key_secret),
    textOf(printed.sts_token),
  ];
  const needsToken = printed.mode === "StsToken" && securityToken === "";
  if (accessKeyId === "" || accessKeySecret === "" || needsToken) {
    throw new SourceFailure("its process_command did not print credentials");
  }
  const credentials = { accessKeyId, accessKeySecret, ...(securityToken === "" ? {} : { securityToken }) };
  const expiresAt = Date.parse(textOf(printed.expiration));
  return Number.isNaN(expiresAt) ? { credentials } : { credentials, expiresAt };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SourceFailure("its process_command did not print JSON");
  }
}

/** Splits a command into words. Quotes work as in a shell. On Windows, `\` escapes only quotes, because paths contain it. */
function wordsOf(command: string): string[] {
  const isWindows = platform() === "win32";
  const word = isWindows
    ? /(?:[^\s"']|"(?:\\"|[^"])*"|'[^']*')+/g
    : /(?:[^\s"'\\]|\\[\s\S]|"(?:\\[\s\S]|[^"\\])*"|'[^']*')+/g;
  if (command.replace(word, "").trim() !== "")
    throw new SourceFailure("its process_command has a quote without an end");
  const part = isWindows ? /'([^']*)'|"((?:\\"|[^"])*)"/g : /'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"|\\([\s\S])/g;
  const escaped = isWindows ? /\\(")/g : /\\(["\\$`])/g;
  return (command.match(word) ?? []).map((text) =>
    text.replace(part, (_, single?: string, double?: string, one?: string) => {
      return single ?? double?.replace(escaped, "$1") ?? one ?? "";
    }),
  );
}
