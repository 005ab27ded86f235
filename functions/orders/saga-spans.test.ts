import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { context } from '@opentelemetry/api';
import { eventually } from '../../embedded/eventually.ts';
import { spanContextOf } from '../../telemetry/trace-context.ts';
import { flushSpans } from '../../telemetry/tracing.ts';
import { confirmedOrder, testOrder } from '../../tests/support/order.ts';
import { withStepFunctions } from '../../tests/support/order-fixtures.ts';
import { type ReceivedSpan, type SpanReceiver, startSpanReceiver } from '../../tests/support/span-receiver.ts';
import { refuse } from '../../tests/support/step-functions-recorder.ts';
import { createOrderSaga } from './order-saga.ts';
import { createRefundSaga } from './refunds/refund-saga.ts';
import { startSpan } from './saga-spans.ts';

const ARN = 'arn:aws:states:us-east-1:000000000000:stateMachine:saga';
const { OTEL_EXPORTER_OTLP_ENDPOINT } = process.env;
let receiver: SpanReceiver;

beforeAll(async () => {
  receiver = await startSpanReceiver();
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = receiver.url;
});

// Its client reads the variable that is set above, once.
const stepFunctions = withStepFunctions();

afterAll(() => {
  if (OTEL_EXPORTER_OTLP_ENDPOINT === undefined) {
    delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  } else {
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = OTEL_EXPORTER_OTLP_ENDPOINT;
  }
  context.disable();
  receiver.close();
});

async function startOf(execution: string): Promise<ReceivedSpan> {
  await flushSpans();
  // A flush waits for half a second at most; on a busy machine the spans come later.
  return eventually(
    () =>
      receiver.spans.find(
        ({ name, attributes }) => name === 'start saga' && attributes['saga.execution'] === execution,
      ),
    { withinMs: 15_000, what: `the span of the start of ${execution}` },
  );
}

test('the start of an order’s saga is the span below which its tasks hang, in the trace of the order', async () => {
  const order = testOrder();
  await createOrderSaga(stepFunctions.client, ARN).start(order);
  expect(await startOf(order.order_id)).toMatchObject({
    attributes: { 'order.id': order.order_id },
    ...idsOf(startSpan(order.traceparent, order.order_id)),
  });
});

test('the start of a refund’s saga is the span below which its tasks hang, in the trace of its request', async () => {
  const order = confirmedOrder();
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const refund = {
    amount_minor: 500,
    restock: false,
    reason: 'test',
    status: 'REQUESTED',
    requested_at: order.created_at,
    traceparent,
  } as const;
  await createRefundSaga(stepFunctions.client, ARN).start({ order, refundId: 'r1', refund });
  expect(await startOf('r1')).toMatchObject({
    attributes: { 'order.id': order.order_id },
    parentSpanId: 'b7ad6b7169203331',
    ...idsOf(startSpan(traceparent, 'r1')),
  });
});

test.each([
  ['refuses', 400, 'REFUSED'],
  ['may have lost', 500, 'UNKNOWN'],
])(
  'a start that Step Functions %s is a failed span: who reads the trace sees where the order stopped',
  async (_what, status, type) => {
    const order = testOrder();
    stepFunctions.reply = () => refuse('Trouble', status);
    await createOrderSaga(stepFunctions.client, ARN).start(order);
    expect(await startOf(order.order_id)).toMatchObject({ attributes: { 'error.type': type }, status: { code: 2 } });
  },
);

function idsOf(traceparent: string) {
  const { traceId, spanId } = spanContextOf(traceparent) ?? {};
  return { traceId, spanId };
}
