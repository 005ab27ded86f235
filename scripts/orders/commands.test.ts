import { execFile } from 'node:child_process';
import { text as bodyText } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHandler as cancelOrder } from '../../functions/http/cancel-order.ts';
import { createHandler as correctItem } from '../../functions/http/correct-item.ts';
import type { Endpoint } from '../../functions/http/endpoint.ts';
import { createHandler as listOrders } from '../../functions/http/list-orders.ts';
import { createHandler as listStocks } from '../../functions/http/list-stocks.ts';
import { createHandler as orderStatus } from '../../functions/http/order-status.ts';
import { createHandler as orderSummary } from '../../functions/http/order-summary.ts';
import { createHandler as redriveOrders } from '../../functions/http/redrive-orders.ts';
import { createHandler as refundOrder } from '../../functions/http/refund-order.ts';
import { createHandler as restockItem } from '../../functions/http/restock-item.ts';
import { createOrderSaga } from '../../functions/orders/order-saga.ts';
import { countOrders } from '../../functions/orders/order-statistics.ts';
import type { RefundSaga } from '../../functions/orders/refunds/refund-saga.ts';
import { httpEvent } from '../../tests/support/http-event.ts';
import { type HttpServer, startHttpServer } from '../../tests/support/http-server.ts';
import { itemInStock } from '../../tests/support/inventory.ts';
import { confirmedOrder, testOrder } from '../../tests/support/order.ts';
import { withOrderTable, withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { withInventoryService } from '../../tests/support/service-fixtures.ts';
import { UsageError } from './arguments.ts';
import { runCommand } from './commands.ts';
import { type OrdersApi, OrdersApiError, openOrdersApi } from './orders-api.ts';

// The commands against the real endpoints, behind a server that knows two keys.
const database = withOrderTable();
const stepFunctions = withStepFunctions();
const CALLERS: Readonly<Record<string, { readonly owner: string; readonly role: string }>> = {
  'key-of-olaf': { owner: 'olaf', role: 'operator' },
  'key-of-ann': { owner: 'ann', role: 'customer' },
};
const inventory = withInventoryService({ catalogue: [itemInStock('pen', 10)] });
let server: HttpServer;
let url: string;
let api: OrdersApi;

function table() {
  return { table: database.table };
}
/** Step Functions takes every start. */
const REFUNDS: RefundSaga = {
  start: async () => ({ outcome: 'STARTED' }),
  find: async () => ({ status: 'RUNNING' }),
  redrive: async () => true,
};
const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  'GET /orders': listOrders(table),
  'GET /orders/status': orderStatus(table),
  'POST /orders/cancel': cancelOrder(() => ({ ...table(), tokens: { reportCancelled: async () => true } })),
  'POST /orders/refund': refundOrder(() => ({ ...table(), refunds: REFUNDS })),
  'POST /orders/redrive': redriveOrders(() => ({
    ...table(),
    saga: createOrderSaga(stepFunctions.client, 'arn:aws:states:us-east-1:0:stateMachine:order-saga'),
    refunds: REFUNDS,
  })),
  'GET /orders/summary': orderSummary(() => ({ ...table(), statistics: database.statistics })),
  'GET /inventory/stocks': listStocks(() => ({ inventory: inventory.client })),
  'POST /inventory/restock': restockItem(() => ({ inventory: inventory.client })),
  'POST /inventory/correct': correctItem(() => ({ inventory: inventory.client })),
};

beforeAll(async () => {
  server = await startHttpServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const body = await bodyText(request);
    const answer = await ENDPOINTS[`${request.method} ${pathname}`]?.(
      httpEvent({
        ...(body !== '' && { body }),
        headers: Object.fromEntries(
          Object.entries(request.headers).flatMap(([name, value]) =>
            value === undefined ? [] : [[name, String(value)]],
          ),
        ),
        query: Object.fromEntries(searchParams),
        ...CALLERS[String(request.headers['x-api-key'])],
      }),
    );
    response.writeHead(answer?.statusCode ?? 404).end(answer?.body ?? '<html>');
  });
  url = `${server.url}/`;
  api = openOrdersApi({ url, apiKey: 'key-of-olaf' });
});

afterAll(() => server?.close());

function command(line: string): ReturnType<typeof runCommand> {
  return runCommand(line.split(' '), api);
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm run orders` as a process of its own. */
function run(args: readonly string[]): Promise<Ended> {
  const program = fileURLToPath(new URL('./main.ts', import.meta.url));
  const launcher = fileURLToPath(new URL('../run.mjs', import.meta.url));
  const { NODE_OPTIONS: _ofJest, ...environment } = process.env;
  const env = { ...environment, ORDERS_URL: url, ORDERS_API_KEY: 'key-of-olaf' };
  return new Promise((resolve) => {
    execFile(process.execPath, [launcher, program, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const PARKED_REFUND = {
  amount_minor: 500,
  restock: false,
  reason: 'broken',
  status: 'NEEDS_ATTENTION',
  requested_at: '2026-11-28T12:00:00.000Z',
  parked_step: 'RefundPayment',
} as const;

describe('npm run orders', () => {
  test('list shows parked orders with step and reason, and every page with --all', async () => {
    const parked = await database.written(
      testOrder({
        status: 'NEEDS_ATTENTION',
        owner: 'ann',
        amount_minor: 1_250,
        currency: 'USD',
        parked_step: 'CommitInventory',
        reason: 'the hold is gone',
      }),
    );
    for (let count = 0; count < 24; count += 1) {
      await database.written(testOrder());
    }
    const { text, data } = await command('list --status NEEDS_ATTENTION');
    const [titles, line] = text.split('\n');
    expect(titles).toMatch(/^ORDER +STATUS +AMOUNT +PLACED \(UTC\) +OWNER +WHY$/);
    expect(line).toMatch(
      /^[0-9a-f-]{36} {2}NEEDS_ATTENTION {2}12\.50 USD {2}[-0-9]{10} [:0-9]{8} +ann +CommitInventory: the hold is gone$/,
    );
    expect(data).toMatchObject({ orders: [{ order_id: parked.order_id }] });
    expect((await command('list')).text).toContain('There are more: --all');
    expect((await command('list --all')).text.split('\n')).toHaveLength(26);
    expect((await command('list --owner nobody')).text).toBe('no orders');
  });

  test('redrive --step says where more orders are parked than one request takes', async () => {
    const parked = { status: 'NEEDS_ATTENTION', start_pending: undefined, parked_step: 'CommitInventory' } as const;
    await Promise.all(Array.from({ length: 102 }, () => database.written(testOrder(parked))));
    const { text, data } = await command('redrive --step CommitInventory');
    expect(text.split('\n')).toHaveLength(102);
    expect(text).toContain('More are parked at this step: the same command again');
    expect(data).toMatchObject({ more: true });
    const [line = ''] = (await command('redrive --step ConfirmOrder')).text.split('\n');
    expect(line).toMatch(/^nothing is parked at ConfirmOrder; /);
  });

  test('redrive that carries nothing on says so, names a way out of a misspelled step, and ends with 1', async () => {
    const { order_id } = await database.written(testOrder({ status: 'CONFIRMED' }));
    const [misspelled, refused] = await Promise.all([
      run(['redrive', '--step', 'CommitInventry']),
      run(['redrive', order_id]),
    ]);
    expect(misspelled).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^nothing is parked at CommitInventry; .*list --status NEEDS_ATTENTION/),
    });
    expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('it is CONFIRMED, not parked') });
  });

  test('summary counts orders and money, and points at what waits', async () => {
    const order = testOrder({
      status: 'NEEDS_ATTENTION',
      amount_minor: 1_250,
      currency: 'USD',
      parked_step: 'ConfirmOrder',
    });
    await countOrders(database.statistics, [{ orderId: order.order_id, order }]);
    const { text } = await command('summary');
    expect(text).toMatch(/NEEDS_ATTENTION +1\n/);
    expect(text).toMatch(/USD +0\.00 USD +12\.50 USD +0\.00 USD/);
    expect(text).toContain('1 wait for you');
    expect(text).not.toContain('should have moved');
    await database.written(testOrder({ saga_due: 'Y', saga_due_at: '2026-11-28T12:00:00.000Z' }));
    expect((await command('summary')).text).toContain(
      '1 should have moved and have not, the first by 2026-11-28 12:00:00: is the reconciliation running?',
    );
  });

  test('refund gives an amount or lines back, and the same key is the same refund', async () => {
    const { order_id } = await database.written(confirmedOrder());
    const { text, data } = await command(`refund ${order_id} --amount 12.50 --reason broken --key k1`);
    expect(text).toMatch(
      /^refund [0-9a-f-]{36} of 12\.50 USD is REQUESTED; what becomes of it: npm run orders -- show /,
    );
    expect((await command(`refund ${order_id} --amount 12.50 --reason broken --key k1`)).data).toEqual(data);
    expect((await command(`refund ${order_id} --line pen=1 --restock --reason back`)).text).toContain(' of 5.00 USD ');
    await expect(command(`refund ${order_id} --line pen=1 --line cup=1 --reason more`)).rejects.toThrow(
      '15.00 USD is more than the 2.50 USD that can be refunded (409 REFUND_EXCEEDS_CAPTURED',
    );
    for (const amount of ['12.505', '-1', 'x']) {
      await expect(command(`refund ${order_id} --amount=${amount} --reason x`)).rejects.toBeInstanceOf(UsageError);
    }
  });

  test('cancel cancels the order of a customer while it is not paid', async () => {
    const [waiting, paid] = await Promise.all(
      (['AWAITING_PAYMENT', 'CONFIRMED'] as const).map((status) =>
        database.written(testOrder({ status, owner: 'ann' })),
      ),
    );
    const { text, data } = await command(`cancel ${waiting?.order_id}`);
    expect(text).toMatch(/^[0-9a-f-]{36} will be cancelled: /);
    expect(data).toMatchObject({ order_id: waiting?.order_id, status: 'AWAITING_PAYMENT' });
    await expect(command(`cancel ${paid?.order_id}`)).rejects.toThrow('409 ORDER_NOT_CANCELLABLE');
  });

  test('list --refunds finds confirmed orders with a refund that waits, and summary counts them', async () => {
    const order = await database.written(
      confirmedOrder({ refund_parked_step: 'RefundPayment', refunds: { r1: PARKED_REFUND } }),
    );
    await countOrders(database.statistics, [{ orderId: order.order_id, order }]);
    expect((await command('list --refunds')).text).toMatch(
      new RegExp(`\n${order.order_id} {2}CONFIRMED .*RefundPayment$`),
    );
    expect((await command('summary')).text).toContain('1 have refunds that wait for you');
  });

  test('stock lists, adds and corrects', async () => {
    expect((await command('stock')).text).toMatch(/^ITEM +NAME +AVAILABLE +PRICE\npen /);
    expect((await command('stock restock pen 5 --reason delivery')).text).toContain('15 available');
    const { text, data } = await command('stock correct pen 3 --reason broken');
    expect(text).toContain('3 available (before: 15)');
    expect(data).toMatchObject({ id: 'pen', available: 3, previous_available: 15 });
  });

  test('says in a sentence why the API refused', async () => {
    await expect(command('stock restock unknown 1 --reason x')).rejects.toThrow(
      /^there is no item unknown \(404 ITEM_NOT_FOUND, request /,
    );
    const customer = openOrdersApi({ url, apiKey: 'key-of-ann' });
    await expect(runCommand(['summary'], customer)).rejects.toThrow('that is not allowed (403 FORBIDDEN');
  });

  test('says where nobody answers, or somebody else', async () => {
    const nowhere = openOrdersApi({ url: 'http://127.0.0.1:1' });
    await expect(runCommand(['summary'], nowhere)).rejects.toThrow(
      /^no answer from http:\/\/127\.0\.0\.1:1: .*ORDERS_URL/,
    );
    const elsewhere = openOrdersApi({ url: `${url}other` });
    await expect(runCommand(['summary'], elsewhere)).rejects.toThrow(/answered 404 and no JSON/);
    await expect(runCommand(['summary'], elsewhere)).rejects.toBeInstanceOf(OrdersApiError);
  });

  test('as a program: tables for people, one JSON value with --json, and an exit code that says who was wrong', async () => {
    const { order_id } = await database.written(
      testOrder({ status: 'NEEDS_ATTENTION', parked_step: 'CommitInventory' }),
    );
    const list = ['list', '--status', 'NEEDS_ATTENTION'];
    const [people, program, refused, wrong] = await Promise.all([
      run(list),
      run([...list, '--json']),
      run(['refund', order_id, '--reason', 'x', '--json']),
      run(['lst']),
    ]);
    expect(people).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ORDER +STATUS/) });
    expect(program.code).toBe(0);
    expect(JSON.parse(program.stdout)).toMatchObject({
      orders: expect.arrayContaining([expect.objectContaining({ order_id })]),
    });
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('409 ORDER_NOT_REFUNDABLE') });
    expect(wrong).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('there is no command "lst"') });
  });

  test.each([
    'lst',
    'constructor',
    '__proto__',
    'list more',
    'list --reason x',
    'list --unknown',
    'show',
    'redrive',
    'redrive a --step b',
    'abandon a',
    'cancel',
    'cancel a b',
    'refund a',
    'refund a --amount 1 --line pen=1 --reason x',
    'refund a --line pen --reason x',
    'stock restock pen --reason x',
    'stock sell pen 1 --reason x',
    'stock correct pen 1',
  ])('refuses the arguments: %s', async (line) => {
    await expect(async () => command(line)).rejects.toBeInstanceOf(UsageError);
  });
});
