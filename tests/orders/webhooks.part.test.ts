import { paginateListExecutions, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, expect, test } from '@jest/globals';
import { Webhook as Verifier } from 'standardwebhooks';
import { eventually } from '../../embedded/eventually.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../verification/client/webhook-receiver.ts';
import { subscribe, type WebhookSubscription } from '../../verification/client/webhook-subscription.ts';
import { changeRow, invokeNow } from '../support/embedded-stack.ts';
import { shared } from '../support/shared-stack.ts';

// Webhooks on a real stack: stream, function, engine and delivery together.

const ITEM_3 = 'dad78a5a-3c27-449f-8696-fd745260884e';
const LOCAL = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
const CONFIRMED = ['1 order.placed', '2 order.reserved', '3 order.authorized', '4 order.paid', '5 order.confirmed'];
const LONG = 120_000;

const open: { close(): Promise<unknown> }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).toReversed()) {
    await each.close();
  }
});

async function receiver(): Promise<{ readonly receiver: WebhookReceiver; readonly webhook: WebhookSubscription }> {
  const started = await startWebhookReceiver();
  const webhook = await subscribe(shared.stack.urls.http, started.url);
  open.push(started, { close: webhook.remove });
  return { receiver: started, webhook };
}

function place(): Promise<string> {
  return shared.api.place({ list: [{ id: ITEM_3, count: 1 }], payment: { method: 'tok_visa' } });
}

/** The events of an order in the order in which they came first. */
function told({ taken }: WebhookReceiver, orderId: string): readonly string[] {
  const texts = taken
    .filter((event) => event.orderId === orderId)
    .map(({ id, type }) => `${id.replace(`${orderId}-`, '')} ${type}`);
  return [...new Set(texts)];
}

async function untilTold(which: WebhookReceiver, orderIds: readonly string[], withinMs = 60_000): Promise<void> {
  const isTold = async () => orderIds.every((orderId) => told(which, orderId).includes(CONFIRMED.at(-1) ?? ''));
  await eventually(isTold, { withinMs, pollMs: 50, what: 'every order is told of' });
}

test(
  'every change of an order reaches a receiver in order, signed, however the API dies meanwhile',
  async () => {
    const { receiver: shop, webhook } = await receiver();
    const first = await place();
    await untilTold(shop, [first]);
    // Between the delivery and the checkpoint of the stream, or before: wherever it strikes.
    const others = [await place(), await place(), await place()];
    const pid = shared.stack.kill('api', 'SIGKILL');
    await shared.stack.isBack('api', pid);
    others.push(await place());
    await untilTold(shop, others);
    expect([first, ...others].map((orderId) => told(shop, orderId))).toEqual([first, ...others].map(() => CONFIRMED));
    for (const { body, headers } of shop.taken) {
      expect(new Verifier(webhook.secret).verify(body, headers as Record<string, string>)).toMatchObject({ data: {} });
    }
  },
  LONG,
);

test(
  'a refund is told of once it has succeeded, behind the changes of its order',
  async () => {
    const { receiver: shop } = await receiver();
    const orderId = await place();
    await untilTold(shop, [orderId]);
    await shared.api.request({ path: '/orders/refund', body: { order_id: orderId, reason: 'returned' } });
    const last = () => shop.taken.filter((event) => event.orderId === orderId).at(-1);
    const isRefunded = async () => last()?.type === 'order.refunded';
    await eventually(isRefunded, { withinMs: 30_000, pollMs: 50, what: 'the refund is told' });
    expect(JSON.parse(last()?.body ?? '')).toMatchObject({
      data: { status: 'CONFIRMED', refund: { amount: expect.any(Number) } },
    });
  },
  LONG,
);

test(
  'a receiver that is down or never answers delays no order and no other receiver, and gets everything in order later',
  async () => {
    const { receiver: dead } = await receiver();
    const { receiver: alive } = await receiver();
    dead.reply = () => (dead.received.length === 1 ? 'never' : 'hang up');
    const orderIds = [await place(), await place()];
    await untilTold(alive, orderIds, 20_000);
    expect(dead.taken).toEqual([]);
    dead.reply = () => ({ status: 204 });
    await untilTold(dead, orderIds, 90_000);
    expect(orderIds.map((orderId) => told(dead, orderId))).toEqual(orderIds.map(() => CONFIRMED));
  },
  LONG,
);

test(
  'a delivery whose execution was stopped goes on in a further one',
  async () => {
    const { receiver: shop, webhook } = await receiver();
    shop.reply = () => ({ status: 500 });
    const orderId = await place();
    await eventually(async () => shop.received.length > 0, { withinMs: 20_000, pollMs: 50, what: 'it is tried' });
    await stopDeliveries();
    shop.reply = () => ({ status: 204 });
    // The queue may not yet say by when its execution has to write.
    const isOverdue = () =>
      becomeOverdue(webhook.webhookId, orderId).then(
        () => true,
        () => false,
      );
    await eventually(isOverdue, { withinMs: 20_000, pollMs: 100, what: 'the queue is overdue' });
    // The stack's own schedule may have come first.
    expect(await invokeNow(shared.stack, 'resumeWebhookDeliveries')).toMatchObject({ failed: 0 });
    await untilTold(shop, [orderId]);
    expect(told(shop, orderId)).toEqual(CONFIRMED);
  },
  LONG,
);

async function stopDeliveries(): Promise<void> {
  const client = new SFNClient({ endpoint: shared.stack.urls.endpoint, ...LOCAL });
  const stateMachineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:webhook-delivery-dev';
  for await (const { executions = [] } of paginateListExecutions(
    { client },
    { stateMachineArn, statusFilter: 'RUNNING' },
  )) {
    for (const { executionArn } of executions) {
      await client.send(new StopExecutionCommand({ executionArn }));
    }
  }
  client.destroy();
}

/** Lets the time pass by which the queue's execution had to write. */
function becomeOverdue(webhookId: string, orderId: string): Promise<void> {
  return changeRow(shared.stack, 'webhook-deliveries', {
    Key: { delivery_queue: { S: `${webhookId}#${orderId}` }, delivery_entry: { S: 'head' } },
    UpdateExpression: 'SET delivery_due_at = :now',
    ConditionExpression: 'attribute_exists(delivery_due)',
    ExpressionAttributeValues: { ':now': { S: new Date().toISOString() } },
  });
}
