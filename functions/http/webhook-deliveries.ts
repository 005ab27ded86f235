import { InvalidRequestError, WebhookNotFoundError } from '../common/errors.ts';
import { once } from '../common/once.ts';
import { deliveryTable, webhookTable } from '../environment.ts';
import type { Delivery } from '../webhooks/delivery.ts';
import { type DeliveryTable, type LogPosition, readLog, readLogPosition } from '../webhooks/delivery-table.ts';
import { readWebhook, type WebhookTable } from '../webhooks/webhook-table.ts';
import { webhookDeliveriesOperation, webhookDeliveriesQuery } from './contract/webhooks.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { readQuery } from './request-reading.ts';
import { respond } from './response.ts';

/** Dependencies of the endpoint. */
export interface WebhookDeliveriesDependencies {
  readonly webhooks: WebhookTable;
  readonly deliveries: DeliveryTable;
}

/** Makes `GET /webhooks/deliveries`. */
export function createHandler(dependencies: () => WebhookDeliveriesDependencies): Endpoint {
  return createEndpoint(
    async (request) => {
      const { webhook_id: webhookId, limit, cursor } = readQuery(request, webhookDeliveriesQuery);
      const { webhooks, deliveries: table } = dependencies();
      if ((await readWebhook(webhooks, webhookId)) === undefined) {
        throw new WebhookNotFoundError();
      }
      const after = cursor === undefined ? undefined : positionAt(cursor, webhookId);
      const { deliveries, next } = await readLog(table, { webhookId, limit, order: 'newest first', after });
      return respond(200, {
        deliveries: deliveries.map(deliveryView),
        ...(next !== undefined && { next_cursor: cursorOf(next) }),
      });
    },
    { roles: webhookDeliveriesOperation.roles },
  );
}

function deliveryView(delivery: Delivery) {
  const { event_id, event_type, order_id, delivery_state, queued_at, attempts } = delivery;
  const { delivered_at, retry_at, latest_attempts } = delivery;
  return {
    event_id,
    type: event_type,
    order_id,
    state: delivery_state,
    queued_at,
    attempts,
    delivered_at,
    retry_at,
    latest_attempts,
  };
}

function cursorOf(position: LogPosition): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @throws InvalidRequestError for a cursor of another webhook, or of nothing */
function positionAt(cursor: string, webhookId: string): LogPosition {
  const position = readLogPosition(parsed(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (position?.webhook_id !== webhookId) {
    throw new InvalidRequestError([
      { path: 'cursor', message: 'must be the next_cursor of an answer to the same query' },
    ]);
  }
  return position;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `GET /webhooks/deliveries`. */
export const handler = createHandler(once(() => ({ webhooks: webhookTable(), deliveries: deliveryTable() })));
