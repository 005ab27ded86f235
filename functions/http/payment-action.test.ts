import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ProviderOutcome } from '../../proto/gen/payment/v1/payment.ts';
import { listenOnFreePort } from '../../tests/support/free-port.ts';
import { httpEvent, read } from '../../tests/support/http-event.ts';
import { awaitingOrder } from '../../tests/support/order.ts';
import { withOrderTable } from '../../tests/support/order-fixtures.ts';
import { withPaymentService } from '../../tests/support/service-fixtures.ts';
import { RetryableError } from '../common/errors.ts';
import { verifyEvent } from '../common/event-signature.ts';
import { reportDecision } from './provider-report.ts';
import { createHandler as createShow } from './show-payment-action.ts';
import { configuredReporting, createHandler as createTake } from './take-payment-action.ts';

const database = withOrderTable();
const payments = withPaymentService();
const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

interface Received {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

let shop: Server;
let status = 200;
const received: Received[] = [];

beforeAll(async () => {
  shop = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) {
      body += String(chunk);
    }
    received.push({ headers: request.headers as Received['headers'], body });
    response.writeHead(status, status === 302 ? { Location: '/elsewhere' } : {}).end();
  });
  await listenOnFreePort(shop);
});
afterAll(() => new Promise((resolve) => shop.close(resolve)));

function reporting() {
  return { url: `http://127.0.0.1:${(shop.address() as AddressInfo).port}/payment/events`, secret: SECRET };
}

function show(query: Readonly<Record<string, string>>, isSimulated = true) {
  return createShow(() => ({ table: database.table, payment: payments.client, isSimulated }))(httpEvent({ query }));
}

function decide(form: Readonly<Record<string, string>>, isSimulated = true) {
  const body = new URLSearchParams(form).toString();
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const take = createTake(() => ({ payment: payments.client, reporting: isSimulated ? reporting() : undefined }));
  return take(httpEvent({ body, headers }));
}

/** An order that waits for its customer, and what its action_url names. */
async function asked(name = 'item1') {
  const lines = [{ item_id: 'item1', name, count: 2, unit_price_minor: 1_000 }];
  const { order_id } = await database.written(awaitingOrder({ payment_method: 'tok_3ds', lines }));
  const attempt = { paymentId: order_id, method: 'tok_3ds', amountMinor: 2_000 };
  const { actionUrl } = await payments.service.authorize(order_id, attempt);
  const query = Object.fromEntries(new URLSearchParams(actionUrl.split('?')[1]));
  return { order_id, query };
}

test('the page shows the order and its amount, loads nothing and has no script', async () => {
  const { query } = await asked('<b>tea</b> & "cup"');
  const { statusCode, headers, body } = await show(query);
  expect(statusCode).toBe(200);
  expect(body).toContain('2 × &lt;b&gt;tea&lt;/b&gt; &amp; &quot;cup&quot;');
  expect(body).toContain('20.00 USD');
  expect(body).toMatch(/<button name="decision" value="approve">/);
  expect(body).not.toMatch(/<(script|link|img|iframe)|@import|url\(|javascript:/);
  expect(headers?.['Content-Security-Policy']).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'/,
  );
  expect(headers).toMatchObject({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'same-origin' });
});

test('without the secret of its address the page shows nothing of an order', async () => {
  const { order_id, query } = await asked();
  const other = await asked();
  for (const wrong of [
    { reference: 'ch_guess' },
    { reference: other.query.reference ?? '' },
    { payment_id: 'other' },
  ]) {
    const { statusCode, body } = await show({ ...query, ...wrong });
    expect([statusCode, body.includes('item1'), body.includes(order_id)]).toEqual([404, false, false]);
  }
  expect((await show({ ...query, order_id: '00000000-0000-4000-8000-000000000000' })).statusCode).toBe(404);
});

test.each([
  ['approve', 'payment.authorized', 'AUTHORIZED', 'You approved'],
  ['refuse', 'payment.declined', 'DECLINED', 'You refused'],
])(
  'the button %s makes the provider decide, which reports %s by a signed event',
  async (decision, type, state, words) => {
    const { order_id, query } = await asked();
    status = 200;
    received.length = 0;
    const { statusCode, body } = await decide({ ...query, decision });
    expect([statusCode, body.includes(words), body.includes('The shop has been told')]).toEqual([200, true, true]);
    expect((await payments.service.charge(order_id, order_id))?.state).toBe(state);
    const [event] = received;
    expect(JSON.parse(String(event?.body))).toMatchObject({ type, data: { order_id, payment_id: order_id } });
    expect(() => verifyEvent([SECRET], { headers: event?.headers ?? {}, body: String(event?.body) })).not.toThrow();
    // The first decision stays.
    const second = await decide({ ...query, decision: decision === 'approve' ? 'refuse' : 'approve' });
    expect(second.body).toContain(words);
  },
);

test('the shop does not take the event: the page says that it will ask by itself', async () => {
  const { query } = await asked();
  status = 503;
  const { statusCode, body } = await decide({ ...query, decision: 'approve' });
  expect([statusCode, body.includes('could not be told')]).toEqual([200, true]);
});

test('a decision without the secret, without a form or about nothing is refused', async () => {
  const { order_id, query } = await asked();
  expect((await decide({ ...query, reference: 'ch_guess', decision: 'approve' })).statusCode).toBe(404);
  expect(read(await decide({ ...query, decision: 'perhaps' }))).toMatchObject({
    statusCode: 400,
    meta: { errors: [{ path: 'decision' }] },
  });
  const take = createTake(() => ({ payment: payments.client, reporting: reporting() }));
  expect(read(await take(httpEvent({ body: { ...query, decision: 'approve' } })))).toMatchObject({ statusCode: 415 });
  expect((await payments.service.charge(order_id, order_id))?.state).toBe('ACTION_REQUIRED');
});

test('where payments go to a real provider there is no page', async () => {
  const { order_id, query } = await asked();
  for (const answer of [await show(query, false), await decide({ ...query, decision: 'approve' }, false)]) {
    expect(read(answer)).toMatchObject({
      statusCode: 404,
      data: 'there is no such call',
      meta: { code: 'NO_SUCH_CALL' },
    });
  }
  expect((await payments.service.charge(order_id, order_id))?.state).toBe('ACTION_REQUIRED');
});

test('the provider reports in JSON, with an id of its own for each event, and when it happened', async () => {
  status = 200;
  received.length = 0;
  for (const decision of ['approve', 'refuse']) {
    await decide({ ...(await asked()).query, decision });
  }
  expect(received.map(({ headers }) => headers['content-type'])).toEqual(['application/json', 'application/json']);
  const ids = received.map(({ headers }) => headers['webhook-id'] ?? '');
  expect(ids).toEqual([expect.stringMatching(/^evt_[0-9a-f-]{36}$/), expect.stringMatching(/^evt_[0-9a-f-]{36}$/)]);
  expect(new Set(ids).size).toBe(2);
  for (const { body } of [...received]) {
    expect(Math.abs(Date.now() - Date.parse(JSON.parse(body).timestamp))).toBeLessThan(60_000);
  }
});

test('a shop that sends the event elsewhere, or is not there, has not been told', async () => {
  received.length = 0;
  status = 302;
  const { body } = await decide({ ...(await asked()).query, decision: 'approve' });
  expect([body.includes('could not be told'), received.length]).toEqual([true, 1]);
  const nobody = { url: 'http://127.0.0.1:1/payment/events', secret: SECRET };
  expect(await reportDecision(nobody, ProviderOutcome.AUTHORIZED, { order_id: 'o', payment_id: 'p' })).toBe(false);
});

test('decisions are reported only where there is both a shop to tell and a secret to sign with', () => {
  expect(configuredReporting()).toBeUndefined();
  process.env.SIMULATED_PROVIDER_EVENTS_URL = 'http://127.0.0.1:1/payment/events';
  expect(configuredReporting()).toBeUndefined();
  delete process.env.SIMULATED_PROVIDER_EVENTS_URL;
});

test('a payment without a reference of its provider has no page, at an address with an empty reference either', async () => {
  const { order_id, query } = await asked();
  const found = await payments.client.find({ orderId: order_id }, { orderId: order_id });
  const statusOf = async (providerReference: string, reference: string) => {
    const find = async () => ({ ...found, providerReference });
    const handler = createShow(() => ({ table: database.table, payment: { find }, isSimulated: true }));
    return (await handler(httpEvent({ query: { ...query, reference } }))).statusCode;
  };
  const { providerReference: own } = found;
  expect([await statusOf(own, own), await statusOf('', own), await statusOf('', '')]).toEqual([200, 404, 400]);
});

test('the page and the decision ask the payments in the trace of their request', async () => {
  const { order_id, query } = await asked();
  const headers = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };
  const contexts: unknown[] = [];
  const show = createShow(() => ({
    table: database.table,
    isSimulated: true,
    payment: {
      find: (request, context) => {
        contexts.push(context);
        return payments.client.find(request, context);
      },
    },
  }));
  const take = createTake(() => ({
    reporting: reporting(),
    payment: {
      simulateCustomerAction: (request, context) => {
        contexts.push(context);
        return payments.client.simulateCustomerAction(request, context);
      },
    },
  }));
  const form = { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' };
  await show(httpEvent({ query, headers }));
  await take(httpEvent({ body: new URLSearchParams({ ...query, decision: 'approve' }).toString(), headers: form }));
  const context = { orderId: order_id, traceparent: expect.stringContaining('4bf92f3577b34da6a3ce929d0e0e4736') };
  expect(contexts).toEqual([context, context]);
});

test('payments that do not answer are no reason to say that there is no such payment', async () => {
  const away = () => Promise.reject(new RetryableError('PAYMENT_UNAVAILABLE', 'away'));
  const { query } = await asked();
  const show = createShow(() => ({ table: database.table, payment: { find: away }, isSimulated: true }));
  const take = createTake(() => ({ payment: { simulateCustomerAction: away }, reporting: reporting() }));
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const body = new URLSearchParams({ ...query, decision: 'approve' }).toString();
  for (const answer of [await show(httpEvent({ query })), await take(httpEvent({ body, headers: form }))]) {
    expect(read(answer)).toMatchObject({ statusCode: 503, meta: { code: 'PAYMENT_UNAVAILABLE' } });
  }
});
