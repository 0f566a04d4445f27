/** Tables of settings, for the pages about configuration, private clouds and installation. */

import { OBJECT_SETTINGS, SETTING_DESCRIPTIONS } from "../provider/hosts/plugin/descriptions";
import {
  ASSUME_ROLE_MEMBERS,
  type Family,
  familyOf,
  isConfigKey,
  OIDC_MEMBERS,
  SECRET_SETTINGS,
  SETTING_NAMES,
  SETTINGS,
  VENDOR_SETTINGS,
} from "../provider/settings/places";
import { markdownTable } from "./markdownTable";

type Texts = Readonly<Record<string, string>>;
/** The members of each object, with the variables of each, and their descriptions. */
const MEMBERS: Readonly<Record<string, readonly [Readonly<Record<string, readonly string[]>>, Texts]>> = {
  assumeRole: [ASSUME_ROLE_MEMBERS, OBJECT_SETTINGS.assumeRole],
  assumeRoleWithOidc: [OIDC_MEMBERS, OBJECT_SETTINGS.assumeRoleWithOidc],
};

/** Names one below the other, so that the table fits a page. */
const lines = (names: readonly string[]) => names.map((name) => `\`${name}\``).join("<br>");

/** Every setting, and where a value of it is found. */
export function placesTable(): string {
  const rows = SETTING_NAMES.map((name) => {
    const of = (family: Family) => SETTINGS[name].filter((place) => familyOf(place) === family);
    const own = of("classiclink").filter((place) => !isConfigKey(place));
    return [`\`${name}\``, lines(own), lines(of("alicloud"))];
  });
  return markdownTable(["`classiclink:`", "variable", "`@pulumi/alicloud`"], rows);
}

/** The members of a role to assume. */
export function membersTable(name: string): string {
  const [variables, texts = {}] = MEMBERS[name] ?? [];
  if (variables === undefined) throw new Error(`there is no setting ${name} with members`);
  const rows = Object.entries(variables).map(([member, names]) => [
    `\`${member}\``,
    (texts[member] ?? "").replace(/ Environment: .*/, ""),
    names.map((variable) => `\`${variable}\``).join(", "),
  ]);
  return markdownTable(["member", "meaning", "environment"], rows);
}

/** The names of Apsara Stack's provider, beside ours. */
export function vendorsTable(): string {
  const places: (readonly [string, readonly string[]])[] = [
    ...SETTING_NAMES.map((name) => [`\`${name}\``, SETTINGS[name]] as const),
    ...Object.entries(ASSUME_ROLE_MEMBERS).map(([member, names]) => [`\`assumeRole.${member}\``, names] as const),
    ...Object.values(VENDOR_SETTINGS).map((names) => ["(none)", names] as const),
  ];
  const rows = places.flatMap(([name, all]) => {
    const vendors = all.filter((place) => familyOf(place) === "alibabacloudstack");
    return vendors.length === 0 ? [] : [[name, lines(vendors)]];
  });
  return markdownTable(["setting", "keys and variables"], rows);
}

/** What each setting means. */
export function settingsTable(): string {
  const rows = SETTING_DESCRIPTIONS.map(({ name, description }) => [
    `\`classiclink:${name}\``,
    `${description}${SECRET_SETTINGS.has(name) ? " Secret." : ""}`,
  ]);
  return markdownTable(["setting", "meaning"], rows);
}
