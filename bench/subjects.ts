/** The subjects that the bench compares. */

/** A program that declares the links. */
export interface Subject {
  readonly name: string;
  /** A phrase for the report. */
  readonly about: string;
  /** The file in `programs/`, without its extension. */
  readonly program: string;
  /** The resource type that the plugin must have, for a program that needs the plugin. */
  readonly pluginType?: string;
  /** Whether it creates no links. */
  readonly doesNothing?: boolean;
}

export const FLOOR = "floor";
export const OBVIOUS = "obvious";
export const LINK_DYNAMIC = "ClassicLink, dynamic";
export const LINK_PLUGIN = "ClassicLink, plugin";
export const LINKS_DYNAMIC = "ClassicLinks, dynamic";
export const LINKS_PLUGIN = "ClassicLinks, plugin";

export const SUBJECTS: readonly Subject[] = [
  { name: FLOOR, about: "the same program over a provider that does nothing", program: "floor", doesNothing: true },
  { name: OBVIOUS, about: "a `pulumi.dynamic.Resource` as most people would write it", program: "obvious" },
  { name: LINK_DYNAMIC, about: "one resource for each link, in Pulumi's dynamic host", program: "classicLink" },
  {
    name: LINK_PLUGIN,
    about: "one resource for each link, in the plugin",
    program: "classicLinkPlugin",
    pluginType: "classiclink:index:ClassicLink",
  },
  { name: LINKS_DYNAMIC, about: "one resource for all links, in Pulumi's dynamic host", program: "classicLinks" },
  {
    name: LINKS_PLUGIN,
    about: "one resource for all links, in the plugin",
    program: "classicLinksPlugin",
    pluginType: "classiclink:index:ClassicLinks",
  },
];
