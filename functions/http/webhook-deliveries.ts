import { WebhookNotFoundError } from '../common/errors.ts';
import { once } from '../common/once.ts';
import { deliveryTable, webhookTable } from '../environment.ts';
import type { Delivery } from '../webhooks/delivery.ts';
import { type DeliveryTable, type LogPosition, readLog, readLogPosition } from '../webhooks/delivery-table.ts';
import { readWebhook, type WebhookTable } from '../webhooks/webhook-table.ts';
import { webhookDeliveriesOperation, webhookDeliveriesQuery } from './contract/webhooks.ts';
import { cursorOf, readCursor } from './cursor.ts';
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
      const after = cursor === undefined ? undefined : readCursor(cursor, (value) => positionIn(webhookId, value));
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

/** Undefined for a position in the log of another webhook. */
function positionIn(webhookId: string, value: unknown): LogPosition | undefined {
  const position = readLogPosition(value);
  return position?.webhook_id === webhookId ? position : undefined;
}

/** `GET /webhooks/deliveries`. */
export const handler = createHandler(once(() => ({ webhooks: webhookTable(), deliveries: deliveryTable() })));
