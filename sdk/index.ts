/** What a program imports from `pulumi-classiclink`. */

export { ClassicLink, type ClassicLinkArgs } from "./classicLink";
