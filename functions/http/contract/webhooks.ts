import * as z from 'zod';
import { EVENT_TYPES } from '../../orders/order-event.ts';
import { MAX_LOG_PAGE } from '../../webhooks/delivery-table.ts';
import { MAX_WEBHOOKS } from '../../webhooks/webhook-table.ts';
import { objectRule } from './fields.ts';
import type { Operation } from './operation.ts';

const ID_RULE = 'must be the id of a webhook, such as wh_6f1c2a9be04d7358';
const URL_RULE = 'must be a URL, such as https://shop.example/orders';
const EVENTS_RULE = `must be a list of event types: ${EVENT_TYPES.join(', ')}`;
const SINCE_RULE = 'must be a time in UTC, such as 2026-11-28T12:00:00Z';
const EVENT_IDS_RULE = 'must be a list of 1 to 100 ids of events, as webhook-id has them';
const LIMIT_RULE = `must be a whole number from 1 to ${MAX_LOG_PAGE}`;
const CURSOR_RULE = 'must be the next_cursor of an answer to the same query';

const EXAMPLE_ID = 'wh_6f1c2a9be04d7358';
const EXAMPLE_EVENT = 'bdc38c99-c74d-4053-8897-7ea0dbd423f8-5';

const webhookId = z
  .string({ error: ID_RULE })
  .regex(/^wh_[0-9a-f]{16}$/, ID_RULE)
  .meta({ description: 'the id of the webhook', example: EXAMPLE_ID });

/** Body of `POST /webhooks`. */
export const createWebhookBody = z.strictObject(
  {
    url: z.string({ error: URL_RULE }).min(1, URL_RULE).meta({
      description: 'where events are sent; https and a public address',
      example: 'https://shop.example/orders',
    }),
    events: z
      .array(z.enum(EVENT_TYPES, { error: EVENTS_RULE }), { error: EVENTS_RULE })
      .min(1, EVENTS_RULE)
      .max(EVENT_TYPES.length, EVENTS_RULE)
      .transform((types) => [...new Set(types)])
      .optional()
      .meta({ description: 'the types to send; all where it is left out' }),
  },
  { error: objectRule('the body must be a JSON object with url and events') },
);

/** The path of `DELETE /webhooks/{id}`. */
export const webhookPath = z.object({ id: webhookId });

/** Body of `POST /webhooks/secret`. */
export const renewSecretBody = z.strictObject(
  { webhook_id: webhookId },
  { error: objectRule('the body must be a JSON object with webhook_id') },
);

/** Query of `GET /webhooks/deliveries`. */
export const webhookDeliveriesQuery = z.object({
  webhook_id: webhookId,
  limit: z.coerce
    .number({ error: LIMIT_RULE })
    .int(LIMIT_RULE)
    .min(1, LIMIT_RULE)
    .max(MAX_LOG_PAGE, LIMIT_RULE)
    .default(20)
    .meta({ description: 'most deliveries of the page' }),
  cursor: z
    .string({ error: CURSOR_RULE })
    .min(1, CURSOR_RULE)
    .max(2_048, CURSOR_RULE)
    .optional()
    .meta({ description: 'next_cursor of the page before' }),
});

/** Body of `POST /webhooks/replay`. */
export const replayBody = z.union(
  [
    z.strictObject({
      webhook_id: webhookId,
      since: z.iso.datetime({ error: SINCE_RULE }).meta({ description: 'all events that were queued since this time' }),
    }),
    z.strictObject({
      webhook_id: webhookId,
      event_ids: z
        .array(z.string({ error: EVENT_IDS_RULE }).min(1, EVENT_IDS_RULE).max(255, EVENT_IDS_RULE), {
          error: EVENT_IDS_RULE,
        })
        .min(1, EVENT_IDS_RULE)
        .max(100, EVENT_IDS_RULE)
        .transform((ids) => [...new Set(ids)])
        .meta({ description: 'these events' }),
    }),
  ],
  { error: objectRule('the body must be a JSON object with webhook_id and since, or webhook_id and event_ids') },
);

const time = z.iso.datetime();

/** A webhook, without its secret. */
export const webhookViewSchema = z.object({
  webhook_id: z.string(),
  url: z.string(),
  events: z.array(z.enum(EVENT_TYPES)),
  state: z.enum(['ACTIVE', 'FAILING', 'SWITCHED_OFF']),
  created_at: time,
  failing_since: time.optional(),
  last_failure: z.string().optional().meta({ description: 'what the last failed delivery met' }),
  disabled_at: time.optional(),
  disabled_reason: z.string().optional(),
});

const deliverySchema = z.object({
  event_id: z.string(),
  type: z.enum(EVENT_TYPES),
  order_id: z.uuid(),
  state: z.enum(['WAITING', 'DELIVERED']),
  queued_at: time,
  attempts: z.int().meta({ description: 'tries in all' }),
  delivered_at: time.optional(),
  retry_at: time.optional(),
  latest_attempts: z
    .array(
      z.object({
        at: time,
        ms: z.int(),
        status: z.int().optional().meta({ description: 'HTTP status of the receiver' }),
        what: z.string().optional().meta({ description: 'what happened where it did not answer' }),
      }),
    )
    .meta({ description: 'oldest first' }),
});

/** Data of `GET /webhooks`. */
export const webhookListSchema = z.object({ webhooks: z.array(webhookViewSchema) });

/** Data of `POST /webhooks`. */
export const madeWebhookSchema = webhookViewSchema.extend({ secret: z.string() });

/** Data of `POST /webhooks/secret`. */
export const renewedSecretSchema = z.object({
  webhook_id: z.string(),
  secret: z.string(),
  earlier_secret_until: time.meta({ description: 'until when the earlier secret signs too' }),
});

/** Data of `GET /webhooks/deliveries`. */
export const deliveryLogSchema = z.object({ deliveries: z.array(deliverySchema), next_cursor: z.string().optional() });

/** Data of `POST /webhooks/replay`. */
export const replaySchema = z.object({
  replayed: z.int().meta({ description: 'events that are sent again' }),
  unknown: z.array(z.string()).optional().meta({ description: 'ids that the webhook has no event of' }),
  next_since: time.optional(),
});

/** Data of `DELETE /webhooks/{id}`. */
export const removedWebhookSchema = z.object({ webhook_id: z.string() });

const EXAMPLE_WEBHOOK: z.input<typeof webhookViewSchema> = {
  webhook_id: EXAMPLE_ID,
  url: 'https://shop.example/orders',
  events: ['order.confirmed', 'order.rejected'],
  state: 'ACTIVE',
  created_at: '2026-11-28T12:00:00.000Z',
};
const EXAMPLE_SECRET = 'whsec_bm90IGEgc2VjcmV0LCBvbmx5IGFuIGV4YW1wbGU=';
const BODY_ERRORS = ['INVALID_REQUEST', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'WEBHOOKS_UNAVAILABLE'] as const;

/** `POST /webhooks`. */
export const createWebhookOperation: Operation = {
  id: 'createWebhook',
  tag: 'Webhooks',
  method: 'post',
  paths: ['/webhooks'],
  roles: ['operator'],
  summary: 'Have events sent to a URL',
  description:
    'Sends what happens to orders from now on, signed as Standard Webhooks describes. The answer has the secret; no other ' +
    `one shows it again. A URL has one webhook, and there are at most ${MAX_WEBHOOKS}.`,
  body: {
    schema: createWebhookBody,
    example: { url: 'https://shop.example/orders', events: ['order.confirmed', 'order.rejected'] },
  },
  success: {
    status: 201,
    data: madeWebhookSchema,
    example: { ...EXAMPLE_WEBHOOK, secret: EXAMPLE_SECRET },
  },
  errors: [...BODY_ERRORS, 'WEBHOOK_EXISTS', 'TOO_MANY_WEBHOOKS'],
};

/** `GET /webhooks`. */
export const listWebhooksOperation: Operation = {
  id: 'listWebhooks',
  tag: 'Webhooks',
  method: 'get',
  paths: ['/webhooks'],
  roles: ['operator'],
  summary: 'All webhooks',
  description: 'The webhooks, oldest first. One that was switched off says when and why.',
  success: {
    status: 200,
    data: webhookListSchema,
    example: { webhooks: [EXAMPLE_WEBHOOK] },
  },
  errors: ['WEBHOOKS_UNAVAILABLE'],
};

/** `DELETE /webhooks/{id}`. */
export const deleteWebhookOperation: Operation = {
  id: 'deleteWebhook',
  tag: 'Webhooks',
  method: 'delete',
  paths: ['/webhooks/{id}'],
  roles: ['operator'],
  summary: 'Remove a webhook',
  description: 'Sends nothing more to it. Events that wait are not sent either.',
  path: webhookPath,
  success: { status: 200, data: removedWebhookSchema, example: { webhook_id: EXAMPLE_ID } },
  errors: ['INVALID_REQUEST', 'WEBHOOK_NOT_FOUND', 'WEBHOOKS_UNAVAILABLE'],
};

/** `POST /webhooks/secret`. */
export const renewSecretOperation: Operation = {
  id: 'renewWebhookSecret',
  tag: 'Webhooks',
  method: 'post',
  paths: ['/webhooks/secret'],
  roles: ['operator'],
  summary: 'Give a webhook another secret',
  description:
    'Events are signed with the earlier secret too for 24 hours. Renewed again within them, a webhook has up to five earlier secrets.',
  body: { schema: renewSecretBody, example: { webhook_id: EXAMPLE_ID } },
  success: {
    status: 200,
    data: renewedSecretSchema,
    example: { webhook_id: EXAMPLE_ID, secret: EXAMPLE_SECRET, earlier_secret_until: '2026-11-29T12:00:00.000Z' },
  },
  errors: [...BODY_ERRORS, 'WEBHOOK_NOT_FOUND'],
};

/** `GET /webhooks/deliveries`. */
export const webhookDeliveriesOperation: Operation = {
  id: 'webhookDeliveries',
  tag: 'Webhooks',
  method: 'get',
  paths: ['/webhooks/deliveries'],
  roles: ['operator'],
  summary: 'What became of the events for a webhook',
  description: 'Each event with its latest tries, newest first, in pages.',
  query: webhookDeliveriesQuery,
  success: {
    status: 200,
    data: deliveryLogSchema,
    example: {
      deliveries: [
        {
          event_id: EXAMPLE_EVENT,
          type: 'order.confirmed',
          order_id: 'bdc38c99-c74d-4053-8897-7ea0dbd423f8',
          state: 'DELIVERED',
          queued_at: '2026-11-28T12:00:01.000Z',
          attempts: 1,
          delivered_at: '2026-11-28T12:00:01.120Z',
          latest_attempts: [{ at: '2026-11-28T12:00:01.050Z', ms: 70, status: 204 }],
        },
      ],
    },
  },
  errors: ['INVALID_REQUEST', 'WEBHOOK_NOT_FOUND', 'WEBHOOKS_UNAVAILABLE'],
};

/** `POST /webhooks/replay`. */
export const replayWebhookOperation: Operation = {
  id: 'replayWebhook',
  tag: 'Webhooks',
  method: 'post',
  paths: ['/webhooks/replay'],
  roles: ['operator'],
  summary: 'Send events once more',
  description:
    'Sends events again that were queued for the webhook in the last 30 days, delivered or not, with the same ids. Switches ' +
    'the webhook on again. next_since is there where more events are left: send it as since for those.',
  body: { schema: replayBody, example: { webhook_id: EXAMPLE_ID, since: '2026-11-28T12:00:00Z' } },
  success: {
    status: 202,
    data: replaySchema,
    example: { replayed: 12 },
  },
  errors: [...BODY_ERRORS, 'WEBHOOK_NOT_FOUND'],
};
