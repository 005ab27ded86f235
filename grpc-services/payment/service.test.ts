import { afterEach, expect, test } from '@jest/globals';
import { PaymentServiceService } from '../../proto/gen/payment/v1/payment.ts';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { call } from '../../tests/support/unary-client.ts';
import { createLogger } from '../common/logger.ts';

let payment: TestPayment | undefined;

afterEach(async () => {
  await payment?.close();
  payment = undefined;
});

test('each call is logged under its own name and with its order', async () => {
  const lines: string[] = [];
  const logger = createLogger('payment', 'info', { write: (line) => void lines.push(line) });
  payment = await startPayment({ settings: { logger } });
  const { client } = payment;
  const waiting = await payment.authorize('order', { method: 'tok_3ds' });
  await payment.decide(waiting, 'approve');
  await payment.event('order');
  await payment.capture('order');
  await payment.refund('order');
  await payment.void('order');
  const { updatedAt } = await payment.payment('order');
  await call(client, client.acknowledgePayment, { orderId: 'order', seenUpdatedAt: updatedAt });
  await call(client, client.listPaymentsToReconcile, { olderThanSeconds: 0, pageSize: 0, pageToken: '' });
  const logged = lines.map((line): Readonly<Record<string, unknown>> => JSON.parse(line));
  const answered = logged.filter(({ msg }) => msg === 'call answered');
  expect(answered.map(({ rpc, order_id, code }) => [rpc, order_id, code])).toEqual([
    ['Authorize', 'order', 'OK'],
    ['SimulateCustomerAction', 'order', 'OK'],
    ['RecordProviderEvent', 'order', 'OK'],
    ['Capture', 'order', 'OK'],
    ['Refund', 'order', 'OK'],
    ['Void', 'order', 'OK'],
    ['GetPayment', 'order', 'OK'],
    ['AcknowledgePayment', 'order', 'OK'],
    ['ListPaymentsToReconcile', undefined, 'OK'],
  ]);
  expect(answered.map(({ rpc }) => rpc).toSorted()).toEqual(
    Object.values(PaymentServiceService)
      .map(({ path }) => path.split('/').at(-1))
      .toSorted(),
  );
});
