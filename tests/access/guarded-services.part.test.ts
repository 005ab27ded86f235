import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { eventually } from '../../embedded/eventually.ts';
import { InventoryServiceClient } from '../../proto/gen/inventory/v1/inventory.ts';
import { call } from '../support/unary-client.ts';
import { access, ann, bob, collectTokens, ITEM, LONG, METHODS, olaf, place } from './shared.ts';

// Orders whose services take no client without a certificate, and what customers read when a service is in trouble.

/** What no customer has to know: addresses, classes, codes of the inside, and what it is built of. */
const INSIDE =
  /\d+\.\d+\.\d+\.\d+|localhost|remote_addr|grpc|[a-z](Error|Exception)\b|DEADLINE|UNAVAILABLE|arn:|\.[jt]s:\d|Step Functions|dynamo/i;

test(
  'an order whose stock was given back parks when it is paid; no redrive helps, and an operator gives it up',
  async () => {
    const orderId = await place(ann, { list: [{ id: ITEM, count: 1 }] });
    await ann.orderBecomes(orderId, 'AWAITING_PAYMENT');
    await collectTokens();
    const client = new InventoryServiceClient(
      access.stack.urls.inventory.replace('127.0.0.1', 'localhost'),
      credentials.createSsl(
        Buffer.from(access.certificates.authority),
        Buffer.from(access.certificates.client.key),
        Buffer.from(access.certificates.client.certificate),
      ),
    );
    await call(client, client.release, { orderId, reason: 'by hand' });
    client.close();
    expect(await ann.post('/payment/pay', { list: [{ id: randomUUID(), order_id: orderId }] })).toMatchObject({
      data: true,
    });
    await ann.orderBecomes(orderId, 'NEEDS_ATTENTION');

    const seen = JSON.stringify(await ann.get(`/orders/status?order_id=${orderId}`));
    expect(seen).not.toMatch(/CommitInventory|ReservationReleasedError/);
    const onTerminal = `error: order ${orderId}: order needs attention`;
    await eventually(() => access.stack.output().includes(onTerminal), { what: 'the terminal tells of the parking' });
    const log = readFileSync(join(access.logs, 'api.log'), 'utf8');
    const lines = log.split('\n').filter((line) => line.includes(orderId) && line.includes('needs attention'));
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 'ERROR', step: 'CommitInventory' }]);
    expect(await olaf.get(`/orders/status?order_id=${orderId}`)).toMatchObject({
      data: { parked_step: 'CommitInventory' },
    });
    expect(await olaf.get(`/orders/saga?order_id=${orderId}`)).toMatchObject({
      data: {
        execution: {
          states: expect.arrayContaining([expect.objectContaining({ name: 'CommitInventory', status: 'CAUGHT' })]),
        },
      },
    });
    expect(await olaf.post('/orders/redrive', { order_ids: [orderId] })).toMatchObject({
      status: 202,
      data: { redriven: [], refused: [{ order_id: orderId, why: expect.stringContaining('abandon the order') }] },
    });
    expect(await olaf.post('/orders/abandon', { order_id: orderId, reason: 'stock gone' })).toMatchObject({
      status: 202,
    });
    await ann.orderBecomes(orderId, 'REJECTED');
    expect(await ann.get(`/orders/status?order_id=${orderId}`)).toMatchObject({ data: { reason_code: 'ABANDONED' } });
  },
  LONG,
);

test(
  'services and an engine that hang: a customer reads sentences, and nothing of the inside',
  async () => {
    const [paid, cancelled] = [
      await place(ann, { list: [{ id: ITEM, count: 1 }] }),
      await place(ann, { list: [{ id: ITEM, count: 1 }] }),
    ];
    await Promise.all([paid, cancelled].map((orderId) => ann.orderBecomes(orderId, 'AWAITING_PAYMENT')));
    await collectTokens();
    const hanging = access.stack.processes().filter(({ name }) => ['inventory', 'payment', 'engine'].includes(name));
    expect(hanging).toHaveLength(3);
    for (const { pid } of hanging) {
      process.kill(pid, 'SIGSTOP');
    }
    const answers = await Promise.all([
      ann.get('/inventory/stocks'),
      ann.post('/payment/pay', { list: [{ id: 'tok_visa', order_id: paid }] }),
      ann.post('/orders/cancel', { order_id: cancelled }),
      ann.get(`/orders/status?order_id=${paid}`),
    ]);
    for (const { pid } of hanging) {
      process.kill(pid, 'SIGCONT');
    }
    expect(answers.map(({ status }) => status)).toEqual([503, 503, expect.any(Number), 200]);
    for (const { data } of answers) {
      expect(JSON.stringify(data)).not.toMatch(INSIDE);
    }
    expect(await ann.post('/payment/pay', { list: [{ id: 'tok_visa', order_id: paid }] })).toMatchObject({
      data: true,
    });
    await ann.orderBecomes(paid, 'CONFIRMED');
  },
  LONG,
);

test('orders reach every outcome under mutual TLS', async () => {
  const order = (method: string | undefined) => place(bob, { list: [{ id: ITEM, count: 1 }], payment: { method } });
  expect(await bob.orderBecomes(await order('tok_visa'), 'CONFIRMED')).toMatchObject({ success: true });
  for (const method of METHODS.slice(1)) {
    await bob.orderBecomes(await order(method), 'REJECTED');
  }
});

test('the gRPC services refuse connections without a client certificate', async () => {
  const authority = Buffer.from(access.certificates.authority);
  const shown = [
    Buffer.from(access.certificates.client.key),
    Buffer.from(access.certificates.client.certificate),
  ] as const;
  // A server certificate is not valid for a client.
  const wrong = [
    Buffer.from(access.certificates.server.key),
    Buffer.from(access.certificates.server.certificate),
  ] as const;
  const reaches = async (channel: ReturnType<typeof credentials.createSsl>): Promise<boolean> => {
    const client = new InventoryServiceClient(access.stack.urls.inventory.replace('127.0.0.1', 'localhost'), channel);
    try {
      await call(client, client.listItems, { pageSize: 1, pageToken: '' }, { deadline: Date.now() + 3_000 });
      return true;
    } catch {
      return false;
    } finally {
      client.close();
    }
  };
  expect(await reaches(credentials.createSsl(authority, ...shown))).toBe(true);
  expect(await reaches(credentials.createSsl(authority))).toBe(false);
  expect(await reaches(credentials.createSsl(authority, ...wrong))).toBe(false);
  expect(await reaches(credentials.createInsecure())).toBe(false);
});
