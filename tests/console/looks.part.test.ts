import { beforeAll, describe, expect } from '@jest/globals';
import { acceptedRefundSchema } from '../../functions/http/contract/refund-order.ts';
import { expectAccessible, LOOKS } from '../support/browser-fixture.ts';
import { shared } from './shared.ts';

// How the orders' console looks, and what a person reads there of the traces of an order.

const ITEM_3 = 'dad78a5a-3c27-449f-8696-fd745260884e';

const { inBrowser, open, press, place } = shared;

/** Refunds an amount, and says under which id. */
async function refund(order_id: string): Promise<string> {
  const { data } = await shared.api.request({
    path: '/orders/refund',
    body: { order_id, amount: 100, reason: 'came late' },
  });
  return acceptedRefundSchema.parse(data).refund_id;
}

/** The rows of the order's own waterfall. */
function spans() {
  return shared.page.getByRole('tree', { name: 'Spans of POST /orders/place' }).getByRole('treeitem');
}

// Every look shows the same orders.
let confirmed: string;
let waiting: string;
let refunded: string;
let refundId: string;

beforeAll(async () => {
  [confirmed, waiting, refunded] = await Promise.all([
    place(ITEM_3, 'tok_visa'),
    place(ITEM_3),
    place(ITEM_3, 'tok_visa'),
  ]);
  await shared.api.waitForStatus(confirmed, 20, ['CONFIRMED']);
  await shared.api.waitForStatus(waiting, 20, ['AWAITING_PAYMENT']);
  await shared.api.waitForStatus(refunded, 20, ['CONFIRMED']);
  refundId = await refund(refunded);
}, 90_000);

describe.each(LOOKS)('at $width pixels, $theme', ({ rules, ...look }) => {
  inBrowser(
    'every page is accessible, and nothing needs to be scrolled sideways',
    async () => {
      const ofRefund = `/orders/${refunded}?refund=${refundId}`;
      const details = [`/orders/${confirmed}`, `/orders/${waiting}`, ofRefund];
      for (const path of ['/orders', ...details, '/attention', '/stock', '/live', '/none']) {
        await open(path);
        await shared.page.getByRole('heading', { level: 1 }).waitFor();
        await shared.page.getByRole('status', { name: 'Loading' }).waitFor({ state: 'detached' });
        if (path === `/orders/${waiting}`) {
          await press(/^Cancel/);
        } else if (path === `/orders/${confirmed}`) {
          await spans().filter({ hasText: 'InventoryService/Commit' }).first().click();
          await shared.page.getByRole('region', { name: 'Chosen span' }).getByText('Attributes').click();
          await press(/^Refund/);
          await shared.page.getByText('an amount', { exact: true }).click();
        }
        await expectAccessible(shared.page, path, rules);
      }
    },
    look,
  );
});

describe('of the trace of an order a person', () => {
  /** Each row of the waterfall as the names on the way to it, and the service at its end. */
  async function ways(): Promise<readonly string[]> {
    const rows = (await shared.page.evaluate(
      `[...document.querySelectorAll('[role="treeitem"]')].map((item) =>
        [Number(item.ariaLevel), item.querySelector('.text').title, item.querySelector('.service').textContent])`,
    )) as readonly (readonly [number, string, string])[];
    const above: string[] = [];
    return rows.map(([level, name, service]) => {
      above.splice(level - 1, above.length, name);
      return `${above.join(' > ')} (${service})`;
    });
  }

  function traces() {
    return shared.page.getByRole('region', { name: 'Trace' });
  }

  inBrowser('sees the way from the request over the saga and the services to the tables', async () => {
    const orderId = await place(ITEM_3, 'tok_visa');
    await shared.api.waitForStatus(orderId, 20, ['CONFIRMED']);
    await open(`/orders/${orderId}`);
    await spans()
      .filter({ hasText: 'InventoryService/Commit' })
      .filter({ hasText: /inventory\d/ })
      .first()
      .waitFor();
    await spans()
      .filter({ hasText: 'PaymentService/Capture' })
      .filter({ hasText: /payment\d/ })
      .first()
      .waitFor();
    const saga = 'POST /orders/place > accept order > start saga';
    const [reserve, capture] = ['inventory.v1.InventoryService/Reserve', 'payment.v1.PaymentService/Capture'];
    expect(await ways()).toEqual(
      expect.arrayContaining([
        'POST /orders/place (orders)',
        'POST /orders/place > accept order > PutItem orders-dev (orders)',
        `${saga} > task ReserveInventory > ${reserve} (orders)`,
        `${saga} > task ReserveInventory > ${reserve} > ${reserve} > TransactWriteItems inventory-reservations-dev (inventory)`,
        `${saga} > task CapturePayment > ${capture} > ${capture} > provider capture > UpdateItem payments-dev (payment)`,
      ]),
    );
  });

  inBrowser('folds it and reads a span with keys alone', async () => {
    const orderId = await place(ITEM_3, 'tok_declined');
    await shared.api.waitForStatus(orderId, 20, ['REJECTED']);
    await open(`/orders/${orderId}`);
    await spans().filter({ hasText: 'task AuthorizePayment' }).getByText('PaymentDeclinedError').waitFor();
    await spans().first().focus();
    const { keyboard } = shared.page;
    await keyboard.press('ArrowLeft');
    await spans().first().and(shared.page.locator('[aria-expanded=false]')).waitFor();
    expect(await spans().count()).toBe(1);
    for (const key of ['ArrowRight', 'End', 'Home', 'ArrowRight', 'ArrowDown', 'Enter']) {
      await keyboard.press(key);
    }
    const chosen = shared.page.getByRole('region', { name: 'Chosen span' });
    await chosen.getByRole('heading', { name: 'PutItem orders-dev' }).waitFor();
    await keyboard.press('ArrowLeft');
    await keyboard.press('Enter');
    await chosen.getByRole('heading', { name: 'accept order' }).waitFor();
    await chosen.getByText('Attributes').click();
    await chosen.getByText(orderId).first().waitFor();
  });

  inBrowser('finds the calls about the order below it', async () => {
    const orderId = await place(ITEM_3);
    await shared.api.waitForStatus(orderId, 20, ['AWAITING_PAYMENT']);
    await shared.api.request({ path: '/orders/cancel', body: { order_id: orderId } });
    await shared.api.waitForStatus(orderId, 20, ['CANCELLED']);
    await open(`/orders/${orderId}`);
    await traces().getByText('POST /orders/cancel').click();
    const call = shared.page.getByRole('tree', { name: 'Spans of POST /orders/cancel' });
    await call.getByRole('treeitem', { name: /^POST/ }).click();
    const traceId = await traces().locator('.trace-facts .id').first().textContent();
    await traces().getByRole('definition').getByText(`trace ${traceId}`).waitFor();
    // The console's own reads of the order are no calls that anybody looks for.
    expect(await traces().getByText(/GET/).count()).toBe(0);
  });

  inBrowser('sees twenty calls about an order, and twenty more on each request', async () => {
    const orderId = await place(ITEM_3, 'tok_visa');
    const trace = (id: number) => ({
      ...{ trace_id: String(id), started_at: new Date().toISOString(), duration_ms: 1, left_out: 0 },
      spans: [
        {
          ...{ span_id: 'root', parent_span_id: '', name: `POST /call/${id}`, service: 'orders', kind: 'SERVER' },
          ...{ status: 'UNSET', start_ms: 0, duration_ms: 1, attributes: {}, events: [], links: [] },
        },
      ],
    });
    const data = { order_id: orderId, traces: Array.from({ length: 46 }, (_, id) => trace(id)) };
    await shared.page.route(/\/laboratory\/traces/, (route) =>
      route.fulfill({ json: { status: 200, success: true, meta: null, data } }),
    );
    await open(`/orders/${orderId}`);
    const calls = traces().locator('.calls > li');
    await calls.nth(19).waitFor();
    expect(await calls.count()).toBe(20);
    await press('Show 20 more calls');
    await calls.nth(39).waitFor();
    expect(await calls.count()).toBe(40);
    await press('Show 5 more calls');
    await traces().getByText('POST /call/45').waitFor();
    expect(
      await traces()
        .getByRole('button', { name: /more calls/ })
        .count(),
    ).toBe(0);
  });

  inBrowser('sees a fault among thousands of spans, and a bounded number of rows', async () => {
    const orderId = await place(ITEM_3, 'tok_visa');
    const span = (id: string, parent: string, status = 'UNSET') => ({
      ...{ span_id: id, parent_span_id: parent, name: id, service: 'orders', kind: 'INTERNAL', status },
      ...{ start_ms: 0, duration_ms: 1, attributes: {}, events: [], links: [] },
    });
    const many = Array.from({ length: 3_000 }, (_, task) => span(`t${task}`, 'root'));
    const trace = { trace_id: 'a', started_at: new Date().toISOString(), duration_ms: 1, left_out: 2 };
    const attributes = { 'saga.redrive_count': 2, 'saga.retry_count': 3, 'error.type': 'RetryableError' };
    const broken = { ...span('broken', 'root', 'ERROR'), attributes };
    const answer = [{ ...trace, spans: [span('root', ''), broken, ...many] }];
    await shared.page.route(/\/laboratory\/traces/, (route) =>
      route.fulfill({ json: { status: 200, success: true, meta: null, data: { order_id: orderId, traces: answer } } }),
    );
    await open(`/orders/${orderId}`);
    const rows = traces().getByRole('treeitem');
    await rows.filter({ hasText: 'fault: broken redrive 2 try 4 RetryableError' }).waitFor();
    expect(await rows.count()).toBe(200);
    await traces().getByText('3002 spans in 1.0 ms, 2 more left out').waitFor();
    await press('Show 200 more of 2802 spans');
    await rows.nth(399).waitFor();
    expect(await rows.count()).toBe(400);
  });

  inBrowser('reads how the stack is told to keep traces, where it keeps none', async () => {
    const orderId = await place(ITEM_3, 'tok_visa');
    const refusal = { status: 404, success: false, meta: { code: 'TRACES_OFF' }, data: 'no' };
    await shared.page.route(/\/laboratory\/traces/, (route) => route.fulfill({ status: 404, json: refusal }));
    await open(`/orders/${orderId}`);
    await traces().getByText('TRACES=console npm start').waitFor();
  });

  inBrowser('sees nothing of it where the API has no such call, and as a customer', async () => {
    const orderId = await place(ITEM_3, 'tok_visa');
    for (const [status, code] of [
      [404, 'NO_SUCH_CALL'],
      [403, 'FORBIDDEN'],
    ] as const) {
      await shared.page.route(/\/laboratory\/traces/, (route) =>
        route.fulfill({ status, json: { status, success: false, meta: { code }, data: 'no' } }),
      );
      const asked = shared.page.waitForResponse(/\/laboratory\/traces/);
      await open(`/orders/${orderId}`);
      expect((await asked).status()).toBe(status);
      await shared.page.getByRole('heading', { name: 'What was ordered' }).waitFor();
      await traces().waitFor({ state: 'detached' });
    }
  });
});
