import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { API_KEY_HEADER, newApiKey } from '../../functions/access/api-keys.ts';
import { clientOf } from '../end-to-end/deployment.ts';
import { ROLE_CHECKS } from '../end-to-end/role-checks.ts';
import { access, ann, bob, collectTokens, ITEM, KEYS, METHODS, olaf, place, stranger } from './shared.ts';

// What strangers, customers and operators may do, and see of each other.

/** The same in every run, since titles hold it. */
const NO_ORDER = '00000000-0000-4000-8000-000000000000';

describe('without an API key', () => {
  test.each([
    ['GET', '/inventory/stocks'],
    ['GET', '/inventry/stocks/'],
    ['POST', '/orders/place'],
    ['GET', `/orders/status?order_id=${NO_ORDER}`],
    ['POST', '/orders/cancel'],
    ['POST', '/payment/pay'],
    ['GET', '/orders'],
    ['GET', '/orders/summary'],
    ['GET', `/orders/saga?order_id=${NO_ORDER}`],
    ['POST', '/orders/redrive'],
    ['POST', '/orders/abandon'],
    ['POST', '/orders/refund'],
    ['GET', '/inventory/items'],
    ['POST', '/inventory/restock'],
    ['POST', '/inventory/correct'],
  ])('%s %s answers 401', async (method, path) => {
    const answer = method === 'GET' ? await stranger.get(path) : await stranger.post(path, {});
    expect(answer).toMatchObject({
      status: 401,
      success: false,
      meta: { code: 'UNAUTHENTICATED', request_id: expect.any(String) },
    });
    expect(answer.headers.get('www-authenticate')).not.toBeNull();
  });

  test.each(['/health', '/docs', '/openapi.json'])('%s needs none', async (path) => {
    expect(await stranger.get(path)).toMatchObject({ status: 200 });
  });

  test('a wrong key, serverless-offline’s override header and unknown paths reveal nothing', async () => {
    const unauthenticated = { status: 401, meta: { code: 'UNAUTHENTICATED' } };
    expect(await access.api.as({ [API_KEY_HEADER]: newApiKey() }).get('/inventory/stocks')).toMatchObject(
      unauthenticated,
    );
    const claimed = { 'sls-offline-authorizer-override': JSON.stringify({ owner: 'ann', principalId: 'ann' }) };
    expect(await access.api.as(claimed).get('/inventory/stocks')).toMatchObject(unauthenticated);
    const absent = await stranger.get('/orders/all');
    expect(absent).toMatchObject({ status: 404, success: false, meta: { code: 'NO_SUCH_CALL' } });
    expect(JSON.stringify(absent)).not.toContain('/orders/place');
  });
});

test('the API sends no CORS headers to a foreign web page', async () => {
  const { headers } = await ann.get('/inventory/stocks', { origin: 'https://elsewhere.example' });
  expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
});

test('only its owner can read, cancel and pay an order', async () => {
  const orderId = await place(ann, { list: [{ id: ITEM, count: 1 }] });
  await ann.orderBecomes(orderId, 'AWAITING_PAYMENT');
  await collectTokens();

  const overrideHeader = { 'sls-offline-authorizer-override': JSON.stringify({ owner: 'ann' }) };
  const attempts = [
    await bob.get(`/orders/status?order_id=${orderId}`),
    await bob.get(`/orders/status?order_id=${orderId}`, overrideHeader),
    await bob.post('/orders/cancel', { order_id: orderId }),
    await bob.post('/payment/pay', { list: [{ id: randomUUID(), order_id: orderId }] }),
  ];
  const unknown = await bob.get(`/orders/status?order_id=${randomUUID()}`);
  for (const attempt of attempts) {
    expect(attempt).toMatchObject({ status: 404, data: unknown.data, meta: { code: 'ORDER_NOT_FOUND' } });
  }

  for (const id of METHODS.slice(1)) {
    expect(await ann.post('/payment/pay', { list: [{ id, order_id: orderId }] })).toMatchObject({ status: 402 });
  }
  expect(await ann.post('/payment/pay', { list: [{ id: 'tok_visa', order_id: orderId }] })).toMatchObject({
    data: true,
  });
  await ann.orderBecomes(orderId, 'CONFIRMED');
});

test('an order that was placed without authentication belongs to no caller', async () => {
  // The embedded stack's sample order.
  const status = await ann.get('/orders/status?order_id=bdc38c99-c74d-4053-8897-7ea0dbd423f8');
  expect(status).toMatchObject({ status: 404, meta: { code: 'ORDER_NOT_FOUND' } });
});

test('a customer gets the same 403 of every call for operators, whether the order exists or not', async () => {
  const own = await place(ann, { list: [{ id: ITEM, count: 1 }], payment: { method: 'tok_declined' } });
  const forbidden = { status: 403, data: 'that is not allowed', meta: { code: 'FORBIDDEN' } };
  for (const order_id of [own, randomUUID()]) {
    expect(await ann.get(`/orders/saga?order_id=${order_id}`)).toMatchObject(forbidden);
    expect(await ann.post('/orders/redrive', { order_ids: [order_id] })).toMatchObject(forbidden);
    expect(await ann.post('/orders/abandon', { order_id, reason: 'x' })).toMatchObject(forbidden);
    expect(await ann.post('/orders/refund', { order_id, reason: 'x' })).toMatchObject(forbidden);
  }
  expect(await ann.get('/orders/summary')).toMatchObject(forbidden);
  expect(await ann.get('/orders?refunds=NEEDS_ATTENTION')).toMatchObject(forbidden);
  expect(await ann.get('/inventory/items')).toMatchObject(forbidden);
  expect(await ann.get('/orders?owner=bob')).toMatchObject(forbidden);
  expect(await ann.post('/inventory/correct', { id: ITEM, count: 1, reason: 'x' })).toMatchObject(forbidden);
});

test('a customer lists its own orders, an operator all of them and cancels for a customer', async () => {
  const anns = await place(ann, { list: [{ id: ITEM, count: 1 }] });
  await ann.orderBecomes(anns, 'AWAITING_PAYMENT');
  await collectTokens();
  const ids = ({ data }: { readonly data: unknown }) =>
    (data as { readonly orders: readonly { readonly order_id: string }[] }).orders.map(({ order_id }) => order_id);
  expect(ids(await ann.get('/orders'))).toContain(anns);
  expect(ids(await bob.get('/orders'))).not.toContain(anns);
  expect(ids(await olaf.get('/orders?status=AWAITING_PAYMENT'))).toContain(anns);
  expect(await olaf.get('/orders/summary')).toMatchObject({ status: 200 });
  expect(await olaf.post('/orders/cancel', { order_id: anns })).toMatchObject({ status: 202 });
  await ann.orderBecomes(anns, 'CANCELLED');
});

test.each(ROLE_CHECKS)('end to end, $name', async ({ run }) => {
  const [url, headers] = [access.stack.urls.http, { [API_KEY_HEADER]: KEYS.olaf }];
  const checked = run({
    url,
    headers,
    api: clientOf(url, headers),
    customer: clientOf(url, { [API_KEY_HEADER]: KEYS.bob }),
    stranger: clientOf(url, {}),
    stage: undefined,
    receiver: { address: '127.0.0.1', host: '127.0.0.1' },
    eventSecret: undefined,
  });
  await expect(checked).resolves.toBeUndefined();
});

test('two callers with the same idempotency key get two orders', async () => {
  const key = { 'idempotency-key': 'cart-1' };
  const anns = await place(ann, { list: [{ id: ITEM, count: 1 }] }, key);
  const bobs = await place(bob, { list: [{ id: ITEM, count: 2 }] }, key);
  expect(bobs).not.toBe(anns);
  expect(await place(ann, { list: [{ id: ITEM, count: 1 }] }, key)).toBe(anns);
  await Promise.all([ann.orderBecomes(anns, 'AWAITING_PAYMENT'), bob.orderBecomes(bobs, 'AWAITING_PAYMENT')]);
  await collectTokens();
  expect(await bob.post('/orders/cancel', { order_id: bobs })).toMatchObject({ status: 202 });
  await bob.orderBecomes(bobs, 'CANCELLED');
  await ann.orderBecomes(anns, 'AWAITING_PAYMENT');
});
