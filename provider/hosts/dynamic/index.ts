/** The dynamic door: what the lines in states load. The path of this module and the shape of its export never change. */

import "../prerequisites";
import { DynamicClassicLink } from "./classicLink";
import { DynamicClassicLinks } from "./classicLinks";

/** The provider of `ClassicLink`, and as its member the provider of `ClassicLinks`. */
export = Object.assign(new DynamicClassicLink(), { classicLinks: new DynamicClassicLinks() });
