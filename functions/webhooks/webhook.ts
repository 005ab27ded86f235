import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { EVENT_TYPES, type EventType } from '../orders/order-event.ts';

const secretSchema = z.object({
  /** `whsec_` and the key in base64, as Standard Webhooks writes it. */
  secret: z.string(),
  /** ISO time from which it signs no more; absent for the current one. */
  until: z.string().optional(),
});

/** A webhook as it stands in its table. */
export const webhookSchema = z.object({
  webhook_id: z.string(),
  /** Where its events are sent. */
  receiver_url: z.string(),
  /** The types that it asked for. */
  event_types: z.array(z.enum(EVENT_TYPES)),
  /** Secrets: only the answer that made one shows it, and no log. */
  secrets: z.array(secretSchema).min(1),
  created_at: z.string(),
  /** Deliveries that failed since the last one that succeeded. Absent: none. */
  failures: z.int().min(1).optional(),
  failing_since: z.string().optional(),
  /** What the last failed delivery met, in words. */
  last_failure: z.string().optional(),
  /** While a receiver seems dead, no delivery is tried before this time. */
  next_try_at: z.string().optional(),
  /** When it was switched off. Its events are kept, and sent after a replay. */
  disabled_at: z.string().optional(),
  disabled_reason: z.string().optional(),
  /** When a replay last switched it on again or forgot its failures: its 24 hours begin anew. Absent: never. */
  switched_on_at: z.string().optional(),
});

/** A webhook as it stands in its table. */
export type Webhook = z.output<typeof webhookSchema>;

const SECRET_BYTES = 24;

/** A new secret. */
export function newSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** The secrets that sign at this time, the current one first. */
export function signingSecrets({ secrets }: Webhook, now: Date): readonly string[] {
  return secrets
    .filter(({ until }) => until === undefined || now.toISOString() < until)
    .map(({ secret }) => secret)
    .toReversed();
}

/** True where the webhook asked for events of the type. */
export function wants({ event_types }: Webhook, type: EventType): boolean {
  return event_types.includes(type);
}
