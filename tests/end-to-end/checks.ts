import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Answer, Customer, StockItem } from './customer.ts';

/** One thing that must hold wherever the system runs. */
export interface Check {
  readonly name: string;
  /** Throws when it does not hold. */
  readonly run: (customer: Customer) => Promise<void>;
}

/** All of them, independent of each other and of what else happens to the stock. */
export const checks: readonly Check[] = [
  {
    name: 'stock is listed under both spellings, with and without a slash',
    run: async (customer) => {
      const items = await customer.stocks();
      assert.ok(items.length > 0, 'nothing can be ordered');
      for (const path of ['/inventry/stocks', '/inventory/stocks/', '/inventry/stocks/']) {
        const listed = await customer.stocks(path);
        assert.deepEqual(
          listed.map(({ Id }) => Id),
          items.map(({ Id }) => Id),
        );
      }
    },
  },
  {
    name: 'an order with a payment method is confirmed, through every step',
    run: async (customer) => {
      const order = await customer.watch(await customer.place(await basket(customer, 'tok_visa')));
      assert.deepEqual(
        order.timeline.map(({ status }) => status),
        ['PENDING', 'RESERVED', 'AUTHORIZED', 'PAID', 'CONFIRMED'],
      );
    },
  },
  {
    name: 'a provider that charges and loses the reply does not hinder an order',
    run: async (customer) => {
      const order = await customer.watch(await customer.place(await basket(customer, 'tok_timeout')));
      assert.equal(order.status, 'CONFIRMED');
    },
  },
  {
    name: 'a declined payment rejects the order and says why',
    run: async (customer) => {
      const order = await customer.watch(await customer.place(await basket(customer, 'tok_declined')));
      assert.deepEqual([order.status, order.reason_code], ['REJECTED', 'PAYMENT_DECLINED']);
    },
  },
  {
    name: 'one line out of stock rejects the whole order',
    run: async (customer) => {
      const { Id } = await plentiful(customer);
      const list = [
        { id: Id, count: 1 },
        { id: await soldOut(customer), count: 1 },
      ];
      const order = await customer.watch(await customer.place({ list, payment: { method: 'tok_visa' } }));
      assert.deepEqual([order.status, order.reason_code], ['REJECTED', 'OUT_OF_STOCK']);
    },
  },
  {
    name: 'an order without a method waits, is paid by /payment/pay and is confirmed; paying again answers the same',
    run: async (customer) => {
      const orderId = await customer.place(await basket(customer));
      await customer.watch(orderId, ['AWAITING_PAYMENT']);
      const payment = { list: [{ id: randomUUID(), order_id: orderId }] };
      for (const time of ['first', 'second']) {
        const answer = await customer.post('/payment/pay', payment);
        assert.deepEqual([answer.status, answer.data], [200, true], `the ${time} time: ${JSON.stringify(answer)}`);
      }
      assert.equal((await customer.watch(orderId)).status, 'CONFIRMED');
    },
  },
  {
    name: 'an order that nobody pays expires',
    run: async (customer) => {
      const { list } = await basket(customer);
      const orderId = await customer.place({ list, payment: { window_seconds: 3 } });
      assert.equal((await customer.watch(orderId)).status, 'EXPIRED');
    },
  },
  {
    name: 'an order that waits can be cancelled, twice with one effect, and then not be paid',
    run: async (customer) => {
      const orderId = await customer.place(await basket(customer));
      await customer.watch(orderId, ['AWAITING_PAYMENT']);
      for (let time = 1; time <= 2; time++) {
        assert.equal((await customer.post('/orders/cancel', { order_id: orderId })).status, 202);
      }
      assert.equal((await customer.watch(orderId)).status, 'CANCELLED');
      refused(await customer.post('/payment/pay', { list: [{ id: randomUUID(), order_id: orderId }] }), 409);
    },
  },
  {
    name: 'the same key and body is the same order, the same key and another body is refused',
    run: async (customer) => {
      const key = { 'idempotency-key': randomUUID() };
      const body = await basket(customer, 'tok_visa');
      const first = await customer.place(body, key);
      assert.equal(await customer.place(body, key), first);
      refused(await customer.post('/orders/place', await basket(customer, 'tok_declined'), key), 409);
    },
  },
  {
    name: 'what is wrong in a request is named, and nothing is placed',
    run: async (customer) => {
      const answer = await customer.post('/orders/place', { list: [{ id: 'x', count: 0 }], paymnt: {} });
      refused(answer, 400);
      assert.match(JSON.stringify(answer), /list\[0\]\.count|list\.0\.count/);
      refused(await customer.post('/orders/place', '{"list":'), 400);
    },
  },
  {
    name: 'an unknown order is not found',
    run: async (customer) => {
      const answer = await customer.get(`/orders/status?order_id=${randomUUID()}`);
      refused(answer, 404);
      assert.equal(answer.data, 'no record found');
    },
  },
  {
    name: 'the API describes itself',
    run: async (customer) => {
      const document = await customer.page('/openapi.json');
      assert.match(await document.text(), /"openapi":\s*"3\./);
      const page = await customer.page('/docs');
      assert.match(page.headers.get('content-type') ?? '', /text\/html/);
    },
  },
];

function refused({ status, success, meta, data }: Answer, expected: number): void {
  assert.deepEqual([status, success, typeof meta?.code, typeof data], [expected, false, 'string', 'string']);
}

async function basket(customer: Customer, method?: string) {
  const { Id } = await plentiful(customer);
  return { list: [{ id: Id, count: 2 }], ...(method !== undefined && { payment: { method } }) };
}

async function plentiful(customer: Customer): Promise<StockItem> {
  const found = (await customer.stocks()).find(({ count }) => count >= 100);
  if (found === undefined) {
    throw new Error('No item has 100 or more in stock, which these checks order from.');
  }
  return found;
}

async function soldOut(customer: Customer): Promise<string> {
  const found = (await customer.stocks()).find(({ count }) => count === 0);
  if (found === undefined) {
    throw new Error('No item is out of stock, which one of these checks needs.');
  }
  return found.Id;
}
