import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { InventoryServiceClient } from '../../proto/gen/inventory/v1/inventory.ts';
import { PaymentServiceClient } from '../../proto/gen/payment/v1/payment.ts';
import { createTables, type DynamoDb, startDynamoDb } from '../../tests/support/dynamodb.ts';
import { createInventoryTables } from '../../tests/support/inventory.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';
import { paymentsTable } from '../payment/payment-store.ts';

const services = join(import.meta.dirname, '..');
let database: DynamoDb;

beforeAll(async () => {
  database = await startDynamoDb();
  await createInventoryTables(database.endpoint);
  await createTables(database.endpoint, [{ TableName: 'payments', ...paymentsTable }]);
});

afterAll(() => database.close());

function environmentOf(extra: Readonly<Record<string, string>>) {
  return {
    PATH: process.env.PATH,
    PORT: '0',
    AWS_ENDPOINT_URL: database.endpoint,
    ITEMS_TABLE: 'items',
    RESERVATIONS_TABLE: 'reservations',
    PAYMENTS_TABLE: 'payments',
    SEED_FILE: join(services, 'inventory/catalogue.json'),
    ...extra,
  };
}

type LogLine = Readonly<Record<string, unknown>>;

/** Starts a service as a process of its own, and follows its log. */
function start(service: 'inventory' | 'payment', extra: Readonly<Record<string, string>> = {}) {
  const main = join(services, service, 'main.ts');
  const child = spawn(process.execPath, [main], { env: environmentOf(extra), stdio: ['ignore', 'pipe', 'pipe'] });
  return watched(child);
}

function watched(child: ChildProcess) {
  const lines: LogLine[] = [];
  let errors = '';
  const waiting: { readonly message: string; readonly found: (line: LogLine) => void }[] = [];
  if (child.stdout === null || child.stderr === null) {
    throw new Error('the child has no pipes');
  }
  createInterface(child.stdout).on('line', (text) => {
    const line: LogLine = JSON.parse(text);
    lines.push(line);
    for (const { message, found } of waiting) {
      if (line.msg === message) {
        found(line);
      }
    }
  });
  child.stderr.on('data', (chunk) => {
    errors += String(chunk);
  });
  const ended = once(child, 'exit').then(([code]: unknown[]) => ({ code, errors }));
  const logged = (message: string): Promise<LogLine> => {
    const line = lines.find(({ msg }) => msg === message);
    if (line !== undefined) {
      return Promise.resolve(line);
    }
    const early = ended.then(() => {
      throw new Error(`ended without logging "${message}": ${errors}`);
    });
    return Promise.race([new Promise<LogLine>((found) => waiting.push({ message, found })), early]);
  };
  return { child, ended, logged };
}

describe('a service as a process', () => {
  test('listens, seeds its stock, spreads SHARDED_ITEMS, holds for HOLD_SECONDS, and ends gracefully on SIGTERM', async () => {
    const [itemId, shards] = ['0ec2fe2b-d061-43cd-a16e-672d2662e6fe', 4];
    const inventory = start('inventory', { HOLD_SECONDS: '7', SHARDED_ITEMS: `later:2, ${itemId}:${shards}` });
    const { port } = await inventory.logged('listening');
    await inventory.logged('ready');
    const spread = await inventory.logged('stock of the item spread over more rows');
    expect(spread).toMatchObject({ item_id: itemId, shards });
    const client = new InventoryServiceClient(`127.0.0.1:${port}`, credentials.createInsecure());
    const { items } = await call(client, client.listItems, { pageSize: 0, pageToken: '' });
    const item = items.find(({ name }) => name === 'item1');
    expect(item).toMatchObject({ stocked: 10 });
    const lines = [{ itemId: item?.id ?? '', count: 1 }];
    const { reservation } = await call(client, client.reserve, { orderId: 'order', lines, holdSeconds: 0 });
    const heldMs = Number(reservation?.expiresAt) - Number(reservation?.createdAt);
    expect(Math.floor(heldMs / 1_000)).toBe(7);
    client.close();
    inventory.child.kill('SIGTERM');
    expect(await inventory.ended).toMatchObject({ code: 0 });
  });

  test('ends gracefully when it gets SIGINT twice', async () => {
    const payment = start('payment');
    const { port } = await payment.logged('listening');
    const client = new PaymentServiceClient(`127.0.0.1:${port}`, credentials.createInsecure());
    expect((await failureOf(call(client, client.getPayment, { orderId: 'none' }))).reason).toBe('PAYMENT_NOT_FOUND');
    client.close();
    payment.child.kill('SIGINT');
    payment.child.kill('SIGINT');
    expect(await payment.ended).toMatchObject({ code: 0 });
  });

  test('does not start with a wrong environment, and names the wrong variables in one line', async () => {
    const inventory = start('inventory', { ITEMS_TABLE: '', PORT: 'seventy', SHARDED_ITEMS: 'a:2,b:1' });
    const { code, errors } = await inventory.ended;
    expect(code).toBe(1);
    expect(errors.trim()).toBe(
      "The environment is not usable. PORT is 'seventy': must be a whole number from 0 to 65535; ITEMS_TABLE is not set; " +
        "SHARDED_ITEMS is 'a:2,b:1': must be item:shards, separated by commas, with 2 to 64 shards, such as item-1:16.",
    );
  });

  test('does not start when its port is taken, and says so', async () => {
    const first = start('inventory');
    const { port } = await first.logged('listening');
    const second = start('inventory', { PORT: String(port) });
    const { code, errors } = await second.ended;
    expect(code).toBe(1);
    expect(errors).toContain(`Cannot listen on 127.0.0.1:${port}; set PORT or LISTEN_HOST, or end what uses it.`);
    expect(errors).not.toContain('grpc-server.ts');
    first.child.kill('SIGTERM');
    await first.ended;
  });

  test('ends with its parent when PARENT_WATCH=1', async () => {
    const options = { env: environmentOf({ PARENT_WATCH: '1' }), execArgv: [], silent: true };
    const inventory = watched(fork(join(services, 'inventory/main.ts'), options));
    await inventory.logged('listening');
    inventory.child.disconnect();
    expect(await inventory.ended).toMatchObject({ code: 0 });
    expect(await inventory.logged('stopping')).toMatchObject({ why: 'the parent is gone' });
  });

  test('does not start with PARENT_WATCH=1 and no parent to watch', async () => {
    const inventory = start('inventory', { PARENT_WATCH: '1' });
    const { code, errors } = await inventory.ended;
    expect(code).toBe(1);
    expect(errors).toMatch(/PARENT_WATCH/);
  });
});
