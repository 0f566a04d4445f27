/** What the states of dynamic resources always have: their types, and the lines of code that manage them. */

/** The type of `ClassicLink` in states. */
export const LINK_TYPE = "pulumi-nodejs:dynamic/classiclink:ClassicLink";

/** The type of `ClassicLinks` in states. */
export const LINKS_TYPE = "pulumi-nodejs:dynamic/classiclink:ClassicLinks";

/**
 * Loads the dynamic host from the package in the user's project. Pulumi runs this line from the state in its host for dynamic
 * providers. That host's working directory is the folder of the program. A plain `require` would search from the folder of
 * `@pulumi/pulumi` instead.
 *
 * It never changes: the states of all versions have it, twice for each resource. Refresh and destroy run the line of the
 * state.
 */
export const STORED_LINE =
  'exports.handler=()=>require("module").createRequire(process.cwd()+"/")("pulumi-classiclink/dynamic")';

/** The line for `ClassicLinks`. */
export const STORED_LINE_OF_LINKS = `${STORED_LINE}.classicLinks`;
