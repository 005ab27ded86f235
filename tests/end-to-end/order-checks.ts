import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { orderListSchema } from '../../functions/http/contract/list-orders.ts';
import { type ApiEnvelope, orderSummarySchema } from '../../verification/client/api-envelope.ts';
import { awaitPayment, basket, type Check, ended, plentiful, refused, soldOut } from './deployment.ts';

/** What customers do: they order, pay, cancel, look. */
export const ORDER_CHECKS: readonly Check[] = [
  {
    name: 'stock is listed under both spellings, with and without a slash',
    run: async ({ api }) => {
      const items = await api.stocks();
      assert.ok(items.length > 0, 'nothing can be ordered');
      for (const path of ['/inventry/stocks', '/inventory/stocks/', '/inventry/stocks/']) {
        const listed = await api.stocks(path);
        assert.deepEqual(
          listed.map(({ Id }) => Id),
          items.map(({ Id }) => Id),
        );
      }
    },
  },
  {
    name: 'an order with a payment method, placed without a key, is confirmed through every step',
    run: async ({ api }) => {
      const { data } = await api.request({ path: '/orders/place', body: await basket(api, 'tok_visa') });
      const order = await ended(api, orderSummarySchema.parse(data).order_id);
      assert.deepEqual(
        order.timeline.map(({ status }) => status),
        ['PENDING', 'RESERVED', 'AUTHORIZED', 'PAID', 'CONFIRMED'],
      );
    },
  },
  {
    name: 'an order is confirmed although the provider loses a reply',
    run: async ({ api }) => {
      const order = await ended(api, await api.place(await basket(api, 'tok_timeout')));
      assert.equal(order.status, 'CONFIRMED');
    },
  },
  {
    name: 'a declined payment rejects the order with a reason',
    run: async ({ api }) => {
      const order = await ended(api, await api.place(await basket(api, 'tok_declined')));
      assert.deepEqual([order.status, order.reason_code], ['REJECTED', 'PAYMENT_DECLINED']);
    },
  },
  {
    name: 'one line out of stock rejects the whole order',
    run: async ({ api }) => {
      const { Id } = await plentiful(api);
      const list = [
        { id: Id, count: 1 },
        { id: await soldOut(api), count: 1 },
      ];
      const order = await ended(api, await api.place({ list, payment: { method: 'tok_visa' } }));
      assert.deepEqual([order.status, order.reason_code], ['REJECTED', 'OUT_OF_STOCK']);
    },
  },
  {
    name: 'an order without a method waits, is paid by /payment/pay and is confirmed; paying again answers the same',
    run: async ({ api }) => {
      const orderId = await api.place(await basket(api));
      await awaitPayment(api, orderId);
      const payment = { list: [{ id: randomUUID(), order_id: orderId }] };
      for (const time of ['first', 'second']) {
        const answer = await api.request({ path: '/payment/pay', body: payment });
        assert.deepEqual([answer.status, answer.data], [200, true], `the ${time} time: ${JSON.stringify(answer)}`);
      }
      assert.equal((await ended(api, orderId)).status, 'CONFIRMED');
    },
  },
  {
    name: 'an order that nobody pays expires',
    run: async ({ api }) => {
      const { list } = await basket(api);
      const orderId = await api.place({ list, payment: { window_seconds: 3 } });
      assert.equal((await ended(api, orderId)).status, 'EXPIRED');
    },
  },
  {
    name: 'an order that waits can be cancelled, twice with one effect, and then not be paid',
    run: async ({ api }) => {
      const orderId = await api.place(await basket(api));
      await awaitPayment(api, orderId);
      for (let time = 1; time <= 2; time++) {
        assert.equal((await api.request({ path: '/orders/cancel', body: { order_id: orderId } })).status, 202);
      }
      assert.equal((await ended(api, orderId)).status, 'CANCELLED');
      refused(
        await api.request({ path: '/payment/pay', body: { list: [{ id: randomUUID(), order_id: orderId }] } }),
        409,
      );
    },
  },
  {
    name: 'the same key and body is the same order, the same key and another body is refused',
    run: async ({ api }) => {
      const key = randomUUID();
      const body = await basket(api, 'tok_visa');
      const first = await api.place(body, key);
      assert.equal(await api.place(body, key), first);
      refused(
        await api.request({ path: '/orders/place', body: await basket(api, 'tok_declined'), idempotencyKey: key }),
        409,
      );
    },
  },
  {
    name: 'an invalid request is refused with its error, and no order is placed',
    run: async ({ api }) => {
      const answer = await api.request({ path: '/orders/place', body: { list: [{ id: 'x', count: 0 }], paymnt: {} } });
      refused(answer, 400);
      assert.match(JSON.stringify(answer), /list\[0\]\.count|list\.0\.count/);
      refused(await api.request({ path: '/orders/place', body: '{"list":' }), 400);
    },
  },
  {
    name: 'an unknown order is not found',
    run: async ({ api }) => {
      const answer = await api.request({ path: `/orders/status?order_id=${randomUUID()}` });
      refused(answer, 404);
      assert.equal(answer.data, 'no record found');
    },
  },
  {
    name: 'orders are listed page by page, the newest first, each once',
    run: async ({ api }) => {
      const from = new Date(Date.now() - 60_000).toISOString();
      const placed: string[] = [];
      for (let count = 0; count < 3; count += 1) {
        placed.push(await api.place(await basket(api, 'tok_declined')));
      }
      // An order that changes its status meanwhile may be left out of a list.
      await Promise.all(placed.map((orderId) => ended(api, orderId)));
      const listed: string[] = [];
      let cursor: string | undefined;
      do {
        const query = new URLSearchParams({ from, limit: '2', ...(cursor !== undefined && { cursor }) });
        const { text } = await api.page(`/orders?${query}`);
        const { status, data } = JSON.parse(text) as ApiEnvelope;
        assert.equal(status, 200, String(data));
        const page = orderListSchema.parse(data);
        listed.push(...page.orders.map(({ order_id }) => order_id));
        cursor = page.next_cursor;
      } while (cursor !== undefined && listed.length < 1_000);
      assert.deepEqual(
        listed.filter((id) => placed.includes(id)),
        placed.toReversed(),
      );
    },
  },
  {
    name: 'the API says that all it needs is ready',
    run: async ({ api }) => {
      assert.match((await api.page('/health/ready')).text, /"state":"READY"/);
    },
  },
  {
    name: 'the API serves its OpenAPI document',
    run: async ({ api }) => {
      const document = await api.page('/openapi.json');
      assert.match(document.text, /"openapi":\s*"3\./);
      const page = await api.page('/docs');
      assert.match(page.header('content-type') ?? '', /text\/html/);
    },
  },
];
