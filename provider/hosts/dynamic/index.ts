/** The dynamic host: what the lines in states load. The path of this module and the shape of its export never change. */

import "../prerequisites";
import { classicLink } from "../../resources/classicLink";
import { classicLinks } from "../../resources/classicLinks";
import { DynamicResource } from "./resource";

/** The provider of `ClassicLink`, and as its member the provider of `ClassicLinks`. */
export = Object.assign(new DynamicResource(classicLink), { classicLinks: new DynamicResource(classicLinks) });
