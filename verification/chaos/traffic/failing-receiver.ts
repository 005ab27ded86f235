import { type ReceiverReply, startWebhookReceiver, type WebhookReceiver } from '../../client/webhook-receiver.ts';
import { subscribe } from '../../client/webhook-subscription.ts';
import type { WebhookRecord } from '../../invariants/told-events.ts';
import { Choices } from '../choices.ts';

/** A receiver of webhooks that fails now and then while the faults last. */
export interface FailingReceiver {
  /** What it took so far. */
  readonly record: WebhookRecord;
  /** Takes everything from now on, and asks for what it refused: an operator's replay. */
  readonly recover: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** How many requests of 100 fail. */
const FAILING_PERCENT = 10;

const FAILURES: readonly ReceiverReply[] = [{ status: 500 }, { status: 503 }, 'hang up'];

/**
 * Starts a receiver, and makes a webhook of all events for it.
 *
 * @param apiUrl the HTTP API, past the proxies
 */
export async function startFailingReceiver(apiUrl: string, seed: number): Promise<FailingReceiver> {
  const receiver: WebhookReceiver = await startWebhookReceiver();
  const choices = new Choices(seed, 'receiver of webhooks');
  receiver.reply = () => (choices.happens(FAILING_PERCENT) ? choices.pick(FAILURES) : { status: 204 });
  const { webhookId, since } = await subscribe(apiUrl, receiver.url);
  return {
    record: { since, taken: receiver.taken },
    recover: async () => {
      receiver.reply = () => ({ status: 204 });
      let next: string | undefined = since;
      while (next !== undefined) {
        next = await replaySince(apiUrl, webhookId, next);
      }
    },
    close: receiver.close,
  };
}

/** Returns where another replay goes on; undefined where nothing is left. */
async function replaySince(apiUrl: string, webhook_id: string, since: string): Promise<string | undefined> {
  const response = await fetch(`${apiUrl}/webhooks/replay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ webhook_id, since }),
  });
  if (!response.ok) {
    throw new Error(`the replay was answered with ${response.status}: ${await response.text()}`);
  }
  const { data } = (await response.json()) as { readonly data: { readonly next_since?: string } };
  return data.next_since;
}
