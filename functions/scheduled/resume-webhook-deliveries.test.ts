import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type KeptLog, keptLog } from '../../tests/support/kept-log.ts';
import { withOrderTable, withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { refuse, success } from '../../tests/support/step-functions-recorder.ts';
import { createExecutions } from '../orders/executions.ts';
import { newOrderId } from '../orders/new-order.ts';
import type { OrderEvent } from '../orders/order-event.ts';
import { addEvents } from '../webhooks/delivery-queue.ts';
import { headKey } from '../webhooks/delivery-table.ts';
import { createHandler } from './resume-webhook-deliveries.ts';

const database = withOrderTable('test');
const stepFunctions = withStepFunctions();
const MINUTE_MS = 60_000;

let log: KeptLog;
beforeEach(() => {
  log = keptLog();
});
afterEach(() => log.restore());

function round() {
  const executions = createExecutions(stepFunctions.client, 'arn:aws:states:us-east-1:0:stateMachine:webhook-delivery');
  return createHandler(
    () => ({ deliveries: database.deliveries, executions }),
    () => log.logger,
  )();
}

/** A queue whose run has not written for so long. */
async function queueSilentFor(ms: number) {
  const orderId = newOrderId();
  const created_at = '2026-11-28T12:00:00.000Z';
  const data = { order_id: orderId, status: 'PAID', lines: [], created_at } as const;
  const event: OrderEvent = { id: `${orderId}-1`, type: 'order.paid', orderId, at: created_at, data };
  const queue = { webhookId: 'wh_0000000000000001', orderId };
  const run = await addEvents(database.deliveries, queue, [event], true, new Date(Date.now() - ms));
  return { ...queue, run: run?.run ?? 0 };
}

function started(): readonly unknown[] {
  return stepFunctions.calls
    .filter(({ action }) => action === 'StartExecution')
    .map(({ input }) => JSON.parse(String(input.input)));
}

test('a queue that was silent for more than two minutes gets a further execution, and one that was not is left alone', async () => {
  const lost = await queueSilentFor(3 * MINUTE_MS);
  await queueSilentFor(MINUTE_MS);
  expect(await round()).toEqual({ started: 1, under_way: 0, failed: 0 });
  expect(started()).toEqual([{ webhook_id: lost.webhookId, order_id: lost.orderId, run: lost.run + 1 }]);
  expect(await round()).toEqual({ started: 0, under_way: 0, failed: 0 });
});

test('two rounds at once start one further execution', async () => {
  await queueSilentFor(3 * MINUTE_MS);
  const reports = await Promise.all([round(), round()]);
  expect(reports.reduce((sum, report) => sum + report.started, 0)).toBe(1);
});

test('a start that fails blocks no other queue, and is tried again once its time has passed again', async () => {
  const queues = [await queueSilentFor(3 * MINUTE_MS), await queueSilentFor(3 * MINUTE_MS)];
  const [refused] = queues;
  stepFunctions.reply = (call) =>
    String(call.input.name).includes(String(refused?.orderId)) ? refuse('ThrottlingException') : success(call);
  expect(await round()).toEqual({ started: 1, under_way: 0, failed: 1 });
  expect(log.lines.map(({ level }) => level)).toContain('WARN');
});

test('a queue that cannot be read blocks no other, and is reported each time', async () => {
  const broken = await queueSilentFor(4 * MINUTE_MS);
  const sound = await queueSilentFor(3 * MINUTE_MS);
  const { client, name } = database.deliveries;
  await client.send(
    new UpdateCommand({
      TableName: name,
      Key: headKey(broken),
      UpdateExpression: 'SET queued_events = :none',
      ExpressionAttributeValues: { ':none': 'none' },
    }),
  );
  expect(await round()).toEqual({ started: 1, under_way: 0, failed: 1 });
  expect(started()).toMatchObject([{ order_id: sound.orderId }]);
  expect(log.lines.map(({ level }) => level)).toContain('ERROR');
});

test('more overdue queues than go on at a time all get a further execution in one round', async () => {
  const queues = await Promise.all(Array.from({ length: 12 }, () => queueSilentFor(3 * MINUTE_MS)));
  expect(await round()).toEqual({ started: queues.length, under_way: 0, failed: 0 });
  expect(started()).toHaveLength(queues.length);
});
