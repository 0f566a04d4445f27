/** Removes secrets from messages of services. */

/** What no message may contain. */
export type Secrets = readonly (string | undefined)[];

/** Some messages of ECS quote the request: as it was sent, or as the string to sign, with key and token. */
export function withoutSecrets(code: string, message: string, secrets: Secrets): string {
  if (code.includes("Signature")) return "";
  let said = message.replace(/\p{C}+/gu, " ");
  for (const secret of secrets) {
    for (const form of secret ? [secret, percentEncoded(secret), percentEncoded(percentEncoded(secret))] : []) {
      said = said.replaceAll(form, "…");
    }
  }
  // These need the square of its length. Secrets are removed first, so that none is cut in two.
  said = shortened(said, 2_000)
    .replace(/[a-z]+:\/\/\S+/gi, "…")
    .replace(/\S*(AccessKeyId|SecurityToken|Signature)(=|%)\S*/gi, "…");
  return shortened(said.replace(/\s+/g, " ").trim(), 300);
}

/** Without half a character at its end. */
function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most).replace(/\p{Cs}$/u, "")}…` : text;
}

/** As requests are encoded. Source: ECS API reference, signature. */
export function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
