/** Checks the version of Node. Import this file first: on an older Node, later imports fail with ERR_REQUIRE_ESM. */

/** From this version on, `require` loads packages that are written as ES modules only. As `engines` in package.json. */
const REQUIRED: readonly [major: number, minor: number] = [20, 19];

/** What is wrong with a version of Node, as a sentence. */
export function problemOfNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > REQUIRED[0] || (major === REQUIRED[0] && minor >= REQUIRED[1])) return undefined;
  return `pulumi-classiclink needs Node >= ${REQUIRED.join(".")}; ${process.execPath} is Node ${version}; install a newer one`;
}

const problem = problemOfNode(process.versions.node);
if (problem !== undefined) {
  const error = new Error(problem);
  // Hosts print the stack too. It would show this file and not the cause.
  error.stack = problem;
  throw error;
}
