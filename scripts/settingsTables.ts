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

type Variables = Readonly<Record<string, readonly string[]>>;
const MEMBERS: Readonly<Record<"assumeRole" | "assumeRoleWithOidc", Variables>> = {
  assumeRole: ASSUME_ROLE_MEMBERS,
  assumeRoleWithOidc: OIDC_MEMBERS,
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
export function membersTable(name: keyof typeof MEMBERS): string {
  const rows = Object.entries(MEMBERS[name]).map(([member, variables]) => [
    `\`${member}\``,
    (OBJECT_SETTINGS[name][member] ?? "").replace(/ Environment: .*/, ""),
    variables.map((variable) => `\`${variable}\``).join(", "),
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
export function meaningsTable(): string {
  const rows = SETTING_DESCRIPTIONS.map(({ name, description }) => [
    `\`classiclink:${name}\``,
    `${description}${SECRET_SETTINGS.has(name) ? " Secret." : ""}`,
  ]);
  return markdownTable(["setting", "meaning"], rows);
}
