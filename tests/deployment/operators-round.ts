import assert from 'node:assert/strict';
import * as z from 'zod';
import { eventually } from '../../embedded/eventually.ts';
import type { EmbeddedStack } from '../../embedded/stack.ts';
import { acceptedRefundSchema } from '../../functions/http/contract/refund-order.ts';
import { webhookListSchema } from '../../functions/http/contract/webhooks.ts';
import { OrderApiClient } from '../../verification/client/order-api-client.ts';
import { startWebhookReceiver } from '../../verification/client/webhook-receiver.ts';
import { subscribe } from '../../verification/client/webhook-subscription.ts';
import { changeRow, invokeNow, stopExecution } from '../support/embedded-stack.ts';

// What operators and schedules do, and the end-to-end checks do not: so that a run calls all that can be called on purpose.

const ITEM = 'dad78a5a-3c27-449f-8696-fd745260884e';
const END_WITHIN_SECONDS = 60;
const resumptionSchema = z.object({ started: z.int() });

/** @throws Error where a request is refused, or a schedule's function fails */
export async function makeOperatorsRound(stack: EmbeddedStack): Promise<void> {
  const api = new OrderApiClient(stack.urls.http);
  await sendWebhooksAgain(stack, api);
  await refundAndLook(api);
  await startStrandedOrder(stack, api);
  for (const query of ['owner=ann', 'refunds=NEEDS_ATTENTION']) {
    await operate(api, `/orders?${query}`);
  }
  await operate(api, '/orders/redrive', { parked_step: 'CommitInventory' });
  await operate(api, '/orders/redrive', { parked_step: 'RefundPayment' });
  for (const name of ['reconcileOrders', 'reconcilePayments', 'reportMetrics']) {
    await invokeNow(stack, name);
  }
}

async function operate(api: OrderApiClient, path: string, body?: object): Promise<unknown> {
  const answer = await api.operate({ path, ...(body !== undefined && { body }) });
  assert.ok(answer.success, `${path}: ${JSON.stringify(answer)}`);
  return answer.data;
}

async function sendWebhooksAgain(stack: EmbeddedStack, api: OrderApiClient): Promise<void> {
  const receiver = await startWebhookReceiver();
  const { webhookId: webhook_id, since, remove } = await subscribe(stack.urls.http, receiver.url);
  try {
    const { webhooks } = webhookListSchema.parse(await operate(api, '/webhooks'));
    assert.ok(webhooks.some((each) => each.webhook_id === webhook_id));
    const orderId = await confirmed(api);
    await eventually(async () => receiver.taken.filter((event) => event.orderId === orderId).length >= 5, {
      withinMs: 60_000,
      what: 'the webhook is told of the order',
    });
    await operate(api, `/webhooks/deliveries?webhook_id=${webhook_id}`);
    await operate(api, '/webhooks/secret', { webhook_id });
    await operate(api, '/webhooks/replay', { webhook_id, since });
    const event_ids = receiver.taken.filter((event) => event.orderId === orderId).map(({ id }) => id);
    await operate(api, '/webhooks/replay', { webhook_id, event_ids: [...new Set(event_ids)] });
    await eventually(() => isResumed(stack, `${webhook_id}#${orderId}`), {
      withinMs: 60_000,
      what: 'a lost delivery is resumed',
    });
  } finally {
    await remove();
    await receiver.close();
  }
}

/** As if the run that delivers had been lost. False where one that still ran has taken the queue off meanwhile. */
async function isResumed(stack: EmbeddedStack, queue: string): Promise<boolean> {
  await changeRow(stack, 'webhook-deliveries', {
    Key: { delivery_queue: { S: queue }, delivery_entry: { S: 'head' } },
    UpdateExpression: 'SET delivery_due = :yes, delivery_due_at = :past',
    ExpressionAttributeValues: { ':yes': { S: 'Y' }, ':past': { S: '2026-01-01T00:00:00.000Z' } },
  });
  return resumptionSchema.parse(await invokeNow(stack, 'resumeWebhookDeliveries')).started > 0;
}

async function refundAndLook(api: OrderApiClient): Promise<void> {
  const order_id = await confirmed(api);
  const asked = await operate(api, '/orders/refund', { order_id, reason: 'sent back' });
  const { refund_id } = acceptedRefundSchema.parse(asked);
  await operate(api, `/orders/saga?order_id=${order_id}&refund_id=${refund_id}`);
}

/** An order whose saga was never started, as far as its record tells. */
async function startStrandedOrder(stack: EmbeddedStack, api: OrderApiClient): Promise<void> {
  const orderId = await api.place({ list: [{ id: ITEM, count: 1 }] });
  await api.waitForStatus(orderId, END_WITHIN_SECONDS, ['AWAITING_PAYMENT']);
  await stopExecution(stack, 'order-saga', orderId);
  await changeRow(stack, 'orders', {
    Key: { order_id: { S: orderId } },
    UpdateExpression: 'SET start_pending = :yes, created_at = :past',
    ExpressionAttributeValues: { ':yes': { S: 'Y' }, ':past': { S: '2026-01-01T00:00:00.000Z' } },
  });
  await invokeNow(stack, 'startStrandedOrders');
}

async function confirmed(api: OrderApiClient): Promise<string> {
  const orderId = await api.place({ list: [{ id: ITEM, count: 1 }], payment: { method: 'tok_visa' } });
  await api.waitForStatus(orderId, END_WITHIN_SECONDS, ['CONFIRMED']);
  return orderId;
}
