/** Removes secrets from messages of services. */

/** The texts that no message may contain. */
export type Secrets = readonly (string | undefined)[];

/**
 * The message of a service without secrets and addresses, at most 300 characters. Some messages of ECS quote the request, or
 * the string to sign, with the key and the token.
 *
 * @param code the error code. The messages of signature errors are left out.
 */
export function withoutSecrets(code: string, message: string, secrets: Secrets): string {
  if (code.includes("Signature")) return "";
  let text = message.replace(/\p{C}+/gu, " ");
  for (const secret of secrets) {
    for (const form of secret ? [secret, percentEncoded(secret), percentEncoded(percentEncoded(secret))] : []) {
      text = text.replaceAll(form, "…");
    }
  }
  // The patterns below take time that grows with the square of the length. Secrets go first, or shortening could cut one in two.
  text = shortened(text, 2_000)
    .replace(/[a-z]+:\/\/\S+/gi, "…")
    .replace(/\S*(AccessKeyId|SecurityToken|Signature)(=|%)\S*/gi, "…");
  return shortened(text.replace(/\s+/g, " ").trim(), 300);
}

/** Never ends with half a surrogate pair. */
function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most).replace(/\p{Cs}$/u, "")}…` : text;
}

/** Encodes a value of a request. Source: ECS API reference, signature. */
export function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
