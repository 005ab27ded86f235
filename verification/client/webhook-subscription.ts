import * as z from 'zod';
import type { EventType } from '../../functions/orders/order-event.ts';

/** A webhook that was made for a receiver. */
export interface WebhookSubscription {
  readonly webhookId: string;
  readonly secret: string;
  /** ISO time; events from then on are sent. */
  readonly since: string;
  readonly remove: () => Promise<void>;
}

const madeSchema = z.object({
  data: z.object({ webhook_id: z.string(), secret: z.string(), created_at: z.string() }),
});

/**
 * Makes a webhook, as an operator.
 *
 * @param apiUrl the base URL of the HTTP API
 * @param events absent: all types
 * @throws Error with the answer of the API where it refuses
 */
export async function subscribe(
  apiUrl: string,
  receiverUrl: string,
  events?: readonly EventType[],
  headers: Readonly<Record<string, string>> = {},
): Promise<WebhookSubscription> {
  const call = async (method: 'POST' | 'DELETE', path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${apiUrl}${path}`, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${method} ${path} was answered with ${response.status}: ${text.slice(0, 300)}`);
    }
    return JSON.parse(text);
  };
  const made = await call('POST', '/webhooks', { url: receiverUrl, ...(events !== undefined && { events }) });
  const { webhook_id, secret, created_at } = madeSchema.parse(made).data;
  return {
    webhookId: webhook_id,
    secret,
    since: created_at,
    remove: async () => {
      await call('DELETE', `/webhooks/${webhook_id}`);
    },
  };
}
