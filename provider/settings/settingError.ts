/** What is said of a setting that cannot be used. */

/** A setting is missing or wrong. The message names the setting and every place that was checked, and never a value that may be secret. */
export class SettingError extends Error {
  override readonly name = "SettingError";
}
