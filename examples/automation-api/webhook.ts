/** Posts drift to a webhook. */

import { type Drift, sentenceOf } from "./drift";

/** The longest wait for the webhook, in ms. */
const TIMEOUT_MS = 10_000;

/**
 * Posts `text` for people, with a sentence on each line, and `drift` for programs. Slack and Mattermost show `text`.
 *
 * @throws {Error} if the webhook cannot be reached, or refuses. The message does not contain the address, which is a secret.
 */
export async function postDrift(webhook: string, drift: readonly Drift[]): Promise<void> {
  const body = JSON.stringify({ text: drift.map(sentenceOf).join("\n"), drift });
  const headers = { "content-type": "application/json" };
  let status: number;
  try {
    ({ status } = await fetch(webhook, { method: "POST", headers, body, signal: AbortSignal.timeout(TIMEOUT_MS) }));
  } catch {
    throw new Error("the webhook cannot be reached; check WEBHOOK");
  }
  if (status >= 300) throw new Error(`the webhook answered with ${status}; check WEBHOOK`);
}
