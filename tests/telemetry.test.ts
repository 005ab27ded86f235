import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dataDirectoryAt } from '../embedded/data-directory.ts';
import { eventually } from '../embedded/eventually.ts';
import { findFreePort } from '../embedded/ports.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../embedded/stack.ts';
import { traceOf } from '../scripts/logs/log-line.ts';
import { orderLines } from '../scripts/logs/order-lines.ts';
import { OrderApiClient } from '../verification/client/order-api-client.ts';
import { startWebhookReceiver } from '../verification/client/webhook-receiver.ts';
import { subscribe } from '../verification/client/webhook-subscription.ts';
import { type ReceivedSpan, type SpanReceiver, startSpanReceiver } from './support/span-receiver.ts';

// Traces on a whole stack: every process exports to one receiver.

const ITEM = '0ec2fe2b-d061-43cd-a16e-672d2662e6fe';
const LONG = 120_000;

let receiver: SpanReceiver;
let stack: EmbeddedStack;
let api: OrderApiClient;
let metricsPort: number;

beforeAll(async () => {
  receiver = await startSpanReceiver();
  metricsPort = await findFreePort();
  stack = await startEmbeddedStack({
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_BSP_SCHEDULE_DELAY: '200',
      INVENTORY_METRICS_PORT: String(metricsPort),
    },
  });
  api = new OrderApiClient(stack.urls.http);
}, LONG);

afterAll(async () => {
  await stack?.stop();
  receiver?.close();
}, LONG);

function spansOf(traceId: string): readonly ReceivedSpan[] {
  return receiver.spans.filter((span) => span.traceId === traceId);
}

/** The order's trace, once the last service's spans and all parents have arrived. */
async function traceOfConfirmed(orderId: string): Promise<readonly ReceivedSpan[]> {
  const root = await received((span) => span.name === 'accept order' && span.attributes['order.id'] === orderId);
  // Each service exports on its own, in the order in which its spans end.
  for (const [service, rpc] of [
    ['inventory', 'inventory.v1.InventoryService/Commit'],
    ['payment', 'payment.v1.PaymentService/Capture'],
  ]) {
    await received((span) => span.traceId === root.traceId && span.service === service && span.name === rpc);
  }
  return eventually(
    async () => {
      const spans = spansOf(root.traceId);
      return missingParents(spans).length === 0 ? spans : undefined;
    },
    { withinMs: 10_000, pollMs: 50, what: 'the parents of all spans have arrived' },
  );
}

function received(isWanted: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan> {
  return eventually(async () => receiver.spans.find(isWanted), {
    withinMs: 15_000,
    pollMs: 50,
    what: 'a span arrives',
  });
}

function missingParents(spans: readonly ReceivedSpan[]): readonly string[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  return spans
    .filter(({ parentSpanId }) => parentSpanId !== undefined && !ids.has(parentSpanId))
    .map(({ name }) => name);
}

/** The names from a span up to its root. */
function pathOf(span: ReceivedSpan, spans: readonly ReceivedSpan[]): readonly string[] {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return [span.name, ...(parent === undefined ? [] : pathOf(parent, spans))];
}

test('a confirmed order is one connected trace, from the request to the tables and the provider', async () => {
  const orderId = await api.place({ list: [{ id: ITEM, count: 1 }], payment: { method: 'tok_visa' } });
  await api.waitForStatus(orderId, 30, ['CONFIRMED']);
  const spans = await traceOfConfirmed(orderId);

  expect(missingParents(spans)).toEqual([]);
  const logged = orderLines(dataDirectoryAt(stack.dataDirectory).logs, orderId).all();
  expect(new Set(logged.map((line) => line.process))).toEqual(new Set(['api', 'inventory', 'payment']));
  expect(new Set(logged.map(traceOf))).toContain(spans[0]?.traceId);
  expect(spans.filter(({ parentSpanId }) => parentSpanId === undefined).map(({ name }) => name)).toEqual([
    'POST /orders/place',
  ]);
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
  expect(new Set(spans.map(({ service }) => service))).toEqual(new Set(['orders', 'inventory', 'payment']));
  const paths = spans.map((span) => pathOf(span, spans).join(' < '));
  const start = 'start saga < accept order < POST /orders/place';
  expect(paths).toEqual(
    expect.arrayContaining([
      `SFN.StartExecution < ${start}`,
      'PutItem orders-dev < accept order < POST /orders/place',
      ...['Reserve', 'Commit'].map((rpc) => {
        const call = `inventory.v1.InventoryService/${rpc}`;
        const wires = `${call} < ${call} < task ${rpc}Inventory < ${start}`;
        return expect.stringMatching(new RegExp(`^TransactWriteItems [-\\w]+ < ${escaped(wires)}$`));
      }),
      ...['Authorize', 'Capture'].map((rpc) => {
        const call = `payment.v1.PaymentService/${rpc}`;
        const wires = `${call} < ${call} < task ${rpc}Payment < ${start}`;
        return expect.stringMatching(new RegExp(`payments-dev < provider ${rpc.toLowerCase()} < ${escaped(wires)}$`));
      }),
    ]),
  );
  expect(
    spans.every(({ startTimeUnixNano, endTimeUnixNano }) => BigInt(endTimeUnixNano) >= BigInt(startTimeUnixNano)),
  ).toBe(true);
});

test('the delivery of an event to a webhook is a trace of its own that is linked with the order’s', async () => {
  const webhooks = await startWebhookReceiver();
  const subscription = await subscribe(stack.urls.http, webhooks.url, ['order.confirmed']);
  try {
    const orderId = await api.place({ list: [{ id: ITEM, count: 1 }], payment: { method: 'tok_visa' } });
    const placed = await received((span) => span.name === 'accept order' && span.attributes['order.id'] === orderId);
    const delivered = await received(
      (span) => span.name === 'deliver webhook' && span.attributes['order.id'] === orderId,
    );
    expect(delivered.parentSpanId).toBeUndefined();
    expect(delivered.attributes['http.response.status_code']).toBe(204);
    expect(delivered.links?.map(({ traceId }) => traceId)).toEqual([placed.traceId]);
    await counted(/^order_saga_webhook_delay_seconds_count [1-9]/m);
  } finally {
    await subscription.remove();
    await webhooks.close();
  }
});

test('the metrics of an order show at the API, at the engine and at the services', async () => {
  const orderId = await api.place({ list: [{ id: ITEM, count: 1 }], payment: { method: 'tok_declined' } });
  await api.waitForStatus(orderId, 30, ['REJECTED']);
  const page = await counted(/^order_saga_orders_ended_total\{outcome="REJECTED"\} 1$/m);
  expect(page).toMatch(/^order_saga_orders_accepted_total [1-9]/m);
  expect(page).toMatch(/^order_saga_saga_duration_seconds_count\{outcome="REJECTED"\} 1$/m);
  expect(page).toMatch(/^order_saga_compensations_total\{step="ReleaseInventory"\} [1-9]/m);
  expect(page).toMatch(/^order_saga_orders_parked 0$/m);
  expect(page).toMatch(/^order_saga_stock_held\{age="up_to_15m"\} \d+$/m);
  expect(page).toMatch(/^order_saga_unowned_authorizations_total 0$/m);
  expect(await metricsAt(`${stack.urls.endpoint}/metrics`)).toMatch(
    /^aws_states_executions_succeeded_total\{state_machine="order-saga-dev"\} [1-9]/m,
  );
  expect(await metricsAt(`http://127.0.0.1:${metricsPort}/metrics`)).toMatch(
    /^order_saga_grpc_call_duration_seconds_count\{service="inventory",rpc="Release",code="OK"\} [1-9]/m,
  );
});

/** The API's metrics, once they have a sample. */
function counted(sample: RegExp): Promise<string> {
  return eventually(
    async () => {
      const text = await metricsAt(`${stack.urls.http}/metrics`);
      return sample.test(text) ? text : undefined;
    },
    { withinMs: 10_000, pollMs: 100, what: `the metrics have ${sample}` },
  );
}

async function metricsAt(url: string): Promise<string> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  return response.text();
}

function escaped(text: string): string {
  return text.replaceAll(/[/.]/g, '\\$&');
}

test('an attempt of a task that is sent again is the same span, and another attempt is another', async () => {
  const orderId = crypto.randomUUID();
  const traceparent = `00-${orderId.replaceAll('-', '')}-00f067aa0ba902b7-01`;
  const invoke = (retryCount: number) =>
    fetch(`${stack.urls.lambda}/2015-03-31/functions/orders-dev-releaseInventory/invocations`, {
      method: 'POST',
      body: JSON.stringify({
        order_id: orderId,
        traceparent,
        task_attempt: {
          execution: orderId,
          state: { Name: 'ReleaseInventory', EnteredTime: '2026-11-28T12:00:00.000Z', RetryCount: retryCount },
          redrive_count: [0],
        },
        reason: 'TEST',
      }),
    });
  for (const retryCount of [0, 0, 1]) {
    expect((await invoke(retryCount)).status).toBe(200);
  }
  const attempts = await eventually(
    async () => {
      const found = spansOf(orderId.replaceAll('-', '')).filter(({ name }) => name === 'task ReleaseInventory');
      return found.length === 3 ? found : undefined;
    },
    { withinMs: 15_000, pollMs: 50, what: 'three attempts arrive' },
  );
  const [first, again, next] = attempts;
  expect(again?.spanId).toBe(first?.spanId);
  expect(next?.spanId).not.toBe(first?.spanId);
  expect(new Set(attempts.map(({ parentSpanId }) => parentSpanId)).size).toBe(1);
  await counted(/^order_saga_task_retries_total\{task="ReleaseInventory"\} [1-9]/m);
});

test('a cancellation is a trace of its own that is linked with the order’s', async () => {
  const orderId = await api.place({ list: [{ id: ITEM, count: 1 }] });
  await api.waitForStatus(orderId, 30, ['AWAITING_PAYMENT']);
  await api.request({ path: '/orders/cancel', body: { order_id: orderId } });
  const placed = await received((span) => span.name === 'accept order' && span.attributes['order.id'] === orderId);
  const cancelled = await received(
    (span) => span.name === 'POST /orders/cancel' && span.attributes['order.id'] === orderId,
  );
  expect(cancelled.parentSpanId).toBeUndefined();
  expect(cancelled.traceId).not.toBe(placed.traceId);
  expect(cancelled.links?.map(({ traceId }) => traceId)).toContain(placed.traceId);
});
