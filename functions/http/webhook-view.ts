import type * as z from 'zod';
import type { Webhook } from '../webhooks/webhook.ts';
import type { webhookViewSchema } from './contract/webhooks.ts';

/** A webhook as the API shows it: without its secrets. */
export function webhookView(webhook: Webhook): z.input<typeof webhookViewSchema> {
  const { webhook_id, receiver_url, event_types, created_at, failures, failing_since, last_failure } = webhook;
  const { disabled_at, disabled_reason } = webhook;
  const onState = failures === undefined ? 'ACTIVE' : 'FAILING';
  return {
    webhook_id,
    url: receiver_url,
    events: event_types,
    state: disabled_at === undefined ? onState : 'SWITCHED_OFF',
    created_at,
    failing_since,
    last_failure,
    disabled_at,
    disabled_reason,
  };
}
