/** What the states of dynamic resources hold for ever: their types, and the lines of code that manage them. */

/** The type of `ClassicLink` in states. */
export const LINK_TYPE = "pulumi-nodejs:dynamic/classiclink:ClassicLink";

/** The type of `ClassicLinks` in states. */
export const LINKS_TYPE = "pulumi-nodejs:dynamic/classiclink:ClassicLinks";

/**
 * Loads the dynamic door of the package that is installed in the user's project. Pulumi runs this text, out of the state,
 * in its host for dynamic providers, whose working directory is the folder of the program; a plain `require` would
 * search from the folder of `@pulumi/pulumi` instead.
 *
 * It never changes: the states of all versions hold it, twice for each resource, and whatever is in it is run by refresh
 * and destroy for as long as those states live.
 */
export const STORED_LINE =
  'exports.handler=()=>require("module").createRequire(process.cwd()+"/")("pulumi-classiclink/dynamic")';

/** The same for {@link STORED_LINE}'s sibling, the resource that holds many links. */
export const STORED_LINE_OF_LINKS = `${STORED_LINE}.classicLinks`;
