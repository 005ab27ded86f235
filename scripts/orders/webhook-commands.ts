import {
  deliveryLogSchema,
  madeWebhookSchema,
  removedWebhookSchema,
  renewedSecretSchema,
  replaySchema,
  webhookListSchema,
} from '../../functions/http/contract/webhooks.ts';
import { type Output, only, UsageError } from './arguments.ts';
import type { OrdersApi } from './orders-api.ts';
import { properties, short, table, time } from './table.ts';

/** Options of `webhooks`. */
export interface WebhookOptions {
  readonly events?: string;
  readonly since?: string;
  readonly limit?: string;
  readonly cursor?: string;
}

const KEEP_IT = 'Keep the secret: nobody can see it again.';

/** `webhooks`, and what follows it. @throws UsageError; OrdersApiError */
export function webhooks(api: OrdersApi, names: readonly string[], options: WebhookOptions): Promise<Output> {
  const [what, ...more] = names;
  switch (what) {
    case undefined:
      return list(api);
    case 'add':
      return add(api, only(more, 'URL'), options);
    case 'deliveries':
      return deliveries(api, only(more, 'ID'), options);
    case 'replay':
      return replay(api, more, options);
    case 'secret':
      return renewSecret(api, only(more, 'ID'));
    case 'remove':
      return remove(api, only(more, 'ID'));
    default:
      throw new UsageError('webhooks takes nothing, or add, deliveries, replay, secret or remove');
  }
}

async function list(api: OrdersApi): Promise<Output> {
  const data = await api.call({ path: '/webhooks' }, webhookListSchema);
  const rows = data.webhooks.map((webhook) => [
    webhook.webhook_id,
    webhook.state,
    short(webhook.url, 60),
    time(webhook.disabled_at ?? webhook.failing_since),
    short(webhook.disabled_reason ?? webhook.last_failure, 80),
  ]);
  return { text: rows.length === 0 ? 'no webhooks' : table(['ID', 'STATE', 'URL', 'SINCE (UTC)', 'WHY'], rows), data };
}

async function add(api: OrdersApi, url: string, { events }: WebhookOptions): Promise<Output> {
  const body = { url, ...(events !== undefined && { events: events.split(',') }) };
  const data = await api.call({ path: '/webhooks', body }, madeWebhookSchema);
  const text = properties([
    ['webhook', data.webhook_id],
    ['secret', data.secret],
    ['events', data.events.join(', ')],
  ]);
  return { text: `${text}\n\n${KEEP_IT}`, data };
}

async function deliveries(api: OrdersApi, webhook_id: string, { limit, cursor }: WebhookOptions): Promise<Output> {
  const query = { webhook_id, limit, cursor };
  const data = await api.call({ path: '/webhooks/deliveries', query }, deliveryLogSchema);
  const rows = data.deliveries.map((delivery) => {
    const last = delivery.latest_attempts.at(-1);
    return [
      delivery.event_id,
      delivery.type,
      delivery.state,
      String(delivery.attempts),
      time(last?.at),
      last === undefined ? '' : `${last.ms} ms`,
      short(last?.status === undefined ? last?.what : String(last.status), 60),
    ];
  });
  const titles = ['EVENT', 'TYPE', 'STATE', 'TRIES', 'LAST TRY (UTC)', 'TOOK', 'ANSWER'];
  const more = data.next_cursor === undefined ? '' : `\nThere are more: --cursor ${data.next_cursor}`;
  return { text: (rows.length === 0 ? 'no deliveries' : table(titles, rows)) + more, data };
}

async function replay(api: OrdersApi, names: readonly string[], { since }: WebhookOptions): Promise<Output> {
  const [webhook_id, ...event_ids] = names;
  if (webhook_id === undefined) {
    throw new UsageError('ID is missing');
  }
  if ((event_ids.length === 0) === (since === undefined)) {
    throw new UsageError('webhooks replay takes EVENT_IDs, or --since');
  }
  const body = since === undefined ? { webhook_id, event_ids } : { webhook_id, since };
  const data = await api.call({ path: '/webhooks/replay', body }, replaySchema);
  const lines = [
    `${data.replayed} events are sent again`,
    ...(data.unknown ?? []).map((id) => `there is no event ${id} for this webhook`),
    ...(data.next_since === undefined ? [] : [`more are left: --since ${data.next_since}`]),
  ];
  return { text: lines.join('\n'), data };
}

async function renewSecret(api: OrdersApi, webhook_id: string): Promise<Output> {
  const data = await api.call({ path: '/webhooks/secret', body: { webhook_id } }, renewedSecretSchema);
  const text = properties([
    ['secret', data.secret],
    ['earlier one', `signs too until ${time(data.earlier_secret_until)} UTC`],
  ]);
  return { text: `${text}\n\n${KEEP_IT}`, data };
}

async function remove(api: OrdersApi, id: string): Promise<Output> {
  const call = { path: `/webhooks/${encodeURIComponent(id)}`, method: 'DELETE' } as const;
  const data = await api.call(call, removedWebhookSchema);
  return { text: `${data.webhook_id} gets nothing more`, data };
}
