import { expect, jest, test } from '@jest/globals';
import { awaitingOrder } from '../../tests/support/order.ts';
import { sagaWrites, withOrderTable, withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { payEndpoint } from '../../tests/support/pay-endpoint.ts';
import { withPaymentService } from '../../tests/support/service-fixtures.ts';
import { rootLogger } from '../common/logger.ts';

const database = withOrderTable();
const stepFunctions = withStepFunctions();
const payments = withPaymentService();

const pay = payEndpoint({ database, stepFunctions, payments });

test('pay for several orders reports each of them', async () => {
  const [good, declined] = await Promise.all([database.written(awaitingOrder()), database.written(awaitingOrder())]);
  stepFunctions.reply = () => sagaWrites(database.table, good.order_id, 'PAID');
  const list = [
    { id: 'payment-1', order_id: good.order_id },
    { id: 'tok_declined', order_id: declined.order_id },
  ];
  expect(await pay(list)).toMatchObject({
    statusCode: 402,
    meta: {
      code: 'PAYMENT_DECLINED',
      payments: [
        { id: 'payment-1', order_id: good.order_id, paid: true },
        { id: 'tok_declined', order_id: declined.order_id, paid: false, code: 'PAYMENT_DECLINED' },
      ],
    },
  });
});

test('pay that names an order twice is refused before anything is paid', async () => {
  const { order_id } = await database.written(awaitingOrder());
  const list = ['payment-1', 'payment-2'].map((id) => ({ id, order_id }));
  expect(await pay(list)).toMatchObject({ statusCode: 400, meta: { errors: [{ path: 'list' }] } });
});

test('several orders, one refused and one undecided: 503, because the same request helps, whatever their sequence', async () => {
  const orders = await Promise.all([database.written(awaitingOrder()), database.written(awaitingOrder())]);
  const [declined, pending] = orders.map(({ order_id }) => order_id) as [string, string];
  const list = [
    { id: 'tok_declined', order_id: declined },
    { id: 'payment-1', order_id: pending },
  ];
  for (const sequence of [list, list.toReversed()]) {
    const { statusCode, headers, meta } = await pay(sequence, { waitMs: 0 });
    expect([statusCode, meta?.code]).toEqual([503, 'PAYMENT_PENDING']);
    expect(headers).toHaveProperty('Retry-After');
    expect(meta?.payments).toEqual(
      sequence.map((entry) => ({
        ...entry,
        paid: false,
        code: entry.order_id === declined ? 'PAYMENT_DECLINED' : 'PAYMENT_PENDING',
      })),
    );
  }
});

test('several orders are paid: true', async () => {
  const orders = await Promise.all([database.written(awaitingOrder()), database.written(awaitingOrder())]);
  stepFunctions.reply = async ({ input }) => {
    const { payment_id } = JSON.parse(String(input.output)) as { readonly payment_id: string };
    return sagaWrites(
      database.table,
      String(payment_id === 'payment-0' ? orders[0]?.order_id : orders[1]?.order_id),
      'PAID',
    );
  };
  const list = orders.map(({ order_id }, index) => ({ id: `payment-${index}`, order_id }));
  expect(await pay(list)).toMatchObject({ statusCode: 200, meta: null, data: true });
});

test('the log has every failure of several, and of a payment id that is a token of the provider only that it is one', async () => {
  const [broken, declined] = await Promise.all([
    database.written(awaitingOrder({ payment_id: 'payment-1', payment_claimed_at: '9999', task_token: undefined })),
    database.written(awaitingOrder()),
  ]);
  const info = jest.spyOn(rootLogger(), 'info');
  await pay([
    { id: 'tok_declined', order_id: declined.order_id },
    { id: 'payment-1', order_id: broken.order_id },
  ]);
  const lines = info.mock.calls.filter(([message]) => message === 'not paid').map(([, attributes]) => attributes);
  info.mockRestore();
  expect(lines).toHaveLength(2);
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ order_id: declined.order_id, payment_id: 'tok_…', code: 'PAYMENT_DECLINED' }),
      expect.objectContaining({
        order_id: broken.order_id,
        payment_id: 'payment-1',
        code: 'INTERNAL_ERROR',
        error: expect.objectContaining({ message: expect.stringContaining('without a token') }),
      }),
    ]),
  );
});
