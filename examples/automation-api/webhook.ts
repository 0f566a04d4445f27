/** Posts to a webhook what has drifted. */

import { type Drift, sentenceOf } from "./drift";

/** How long to wait for the webhook, in ms. */
const TIMEOUT_MS = 10_000;

/**
 * Posts `text`, a sentence a line, which Slack and Mattermost show as it is, and `drift`, the same for programs.
 *
 * @throws {Error} when the webhook cannot be reached or refuses. The message does not hold the address, which is a secret.
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
