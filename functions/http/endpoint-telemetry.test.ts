import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { context } from '@opentelemetry/api';
import { eventually } from '../../embedded/eventually.ts';
import { httpEvent, type TestRequest } from '../../tests/support/http-event.ts';
import { type ReceivedSpan, type SpanReceiver, startSpanReceiver } from '../../tests/support/span-receiver.ts';
import type * as EndpointModule from './endpoint.ts';
import type * as ResponseModule from './response.ts';

// What an endpoint tells of each request beside its log: a span, and a count of what was refused for the moment.

const VARIABLES = {
  METRICS: 'cloudwatch',
  POWERTOOLS_SERVICE_NAME: 'orders-test',
  POWERTOOLS_DEV: 'true',
  POWERTOOLS_METRICS_DISABLED: 'false',
};
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
let receiver: SpanReceiver;
let endpoints: typeof EndpointModule;
let responses: typeof ResponseModule;

beforeAll(async () => {
  receiver = await startSpanReceiver();
  Object.assign(process.env, VARIABLES, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
  // They read the variables once.
  [endpoints, responses] = [await import('./endpoint.ts'), await import('./response.ts')];
});
afterAll(() => {
  context.disable();
  receiver.close();
});

interface Told {
  readonly span: ReceivedSpan;
  readonly metrics: readonly string[];
}

/** What is told of a request that is answered with this status. */
async function told(status: number, request: TestRequest, resource: string | undefined): Promise<Told> {
  const { flushSpans } = await import('../../telemetry/tracing.ts');
  const lines: string[] = [];
  const spy = jest.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  const endpoint = endpoints.createEndpoint(async () => responses.respond(status, null));
  receiver.spans.length = 0;
  try {
    await endpoint({ ...httpEvent(request), resource: resource as string });
  } finally {
    spy.mockRestore();
  }
  await flushSpans();
  const span = await eventually(() => receiver.spans[0], { withinMs: 15_000, what: 'the span of the request' });
  return { span, metrics: lines.filter((line) => line.includes('RequestsRefused')) };
}

test('a request is a span of its route, with its outcome, below the span of its caller', async () => {
  const headers = { traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01` };
  const { span, metrics } = await told(200, { headers }, '/webhooks/{id}');
  expect(span).toMatchObject({
    name: 'GET /webhooks/{id}',
    kind: 2,
    traceId: TRACE_ID,
    parentSpanId: '00f067aa0ba902b7',
  });
  expect(span.attributes).toEqual({
    'http.request.method': 'GET',
    'http.route': '/webhooks/{id}',
    'url.path': '/test',
    'faas.trigger': 'http',
    'http.response.status_code': 200,
  });
  expect([span.status?.code ?? 0, metrics]).toEqual([0, []]);
});

test('a request without a route is named after its path, and begins a trace without a caller', async () => {
  const { span } = await told(404, { body: {} }, undefined);
  expect([span.name, span.parentSpanId ?? '']).toEqual(['POST /test', '']);
  expect(span.attributes).not.toHaveProperty('http.route');
  expect(span.status?.code ?? 0).toBe(0);
});

test.each([
  [499, 0, 0],
  [500, 2, 0],
  [503, 2, 1],
])('a request that is answered with %i has a span with status %i, and counts %i times as refused', async (...row) => {
  const [status, code, refused] = row;
  const { span, metrics } = await told(status, {}, '/test');
  expect([span.status?.code ?? 0, metrics.length]).toEqual([code, refused]);
  expect(span.attributes).toMatchObject({ 'http.response.status_code': status });
});
