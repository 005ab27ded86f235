import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts';
import type { TraceSpan } from './trace-span.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const TRACE_ID = '5b8efff798038103d269b633813fc60c';
let receiver: OtlpReceiver;
let received: TraceSpan[];

beforeEach(async () => {
  received = [];
  receiver = await startOtlpReceiver((spans) => received.push(...spans));
});
afterEach(() => receiver.close());

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

function send({ method = 'POST', path = '/v1/traces', headers = JSON_TYPE, body = '{}' }: Sent) {
  return new Promise<{ readonly status: number | undefined; readonly text: string }>((resolve, reject) => {
    const sent = request(`${receiver.url}${path}`, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.once('end', () => resolve({ status: response.statusCode, text }));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

function exportOf(span: object): string {
  const attributes = [{ key: 'service.name', value: { stringValue: 'payment' } }];
  return JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans: [span] }] }] });
}

const SPAN = {
  traceId: TRACE_ID,
  spanId: 'EEE19B7EC3C1B174',
  parentSpanId: '',
  name: 'provider authorize',
  kind: 3,
  startTimeUnixNano: '1544712660000001000',
  endTimeUnixNano: Number('1544712660000005120'),
  attributes: [],
};

describe('the receiver of spans', () => {
  test('takes what the exporter of this system sends', async () => {
    const exporter = new OTLPTraceExporter({ url: `${receiver.url}/v1/traces` });
    const provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'inventory' }),
      spanProcessors: [new SimpleSpanProcessor(exporter)],
    });
    const span = provider.getTracer('test').startSpan('reserve', { kind: 1, attributes: { 'order.id': 'one' } });
    span.addLink({ context: { traceId: TRACE_ID, spanId: 'eee19b7ec3c1b174', traceFlags: 1 } });
    span.addEvent('lost the reply', { 'error.type': 'TimeoutError' });
    span.setStatus({ code: 2 });
    span.end();
    await provider.shutdown();
    expect(received).toEqual([
      {
        traceId: span.spanContext().traceId,
        spanId: span.spanContext().spanId,
        parentSpanId: undefined,
        name: 'reserve',
        service: 'inventory',
        kind: 'SERVER',
        startUs: expect.any(Number),
        durationUs: expect.any(Number),
        status: 'ERROR',
        attributes: { 'order.id': 'one' },
        events: [{ name: 'lost the reply', atUs: expect.any(Number), attributes: { 'error.type': 'TimeoutError' } }],
        links: [{ traceId: TRACE_ID, spanId: 'eee19b7ec3c1b174' }],
      },
    ]);
  });

  test('reads ids in either case, times as texts or numbers, and an empty parent as none', async () => {
    expect(await send({ body: exportOf(SPAN) })).toEqual({ status: 200, text: '{}' });
    expect(received).toMatchObject([
      { spanId: 'eee19b7ec3c1b174', service: 'payment', kind: 'CLIENT', startUs: 1_544_712_660_000_001, durationUs: 4 },
    ]);
    expect(received[0]?.parentSpanId).toBeUndefined();
  });

  test('keeps the attributes that the documentation explains, cut to a bearable length, and no others', async () => {
    const attributes = [
      { key: 'order.id', value: { stringValue: 'one' } },
      { key: 'error.type', value: { stringValue: 'x'.repeat(5_000) } },
      { key: 'saga.retry_count', value: { intValue: '2' } },
      { key: 'aws.dynamodb.table_names', value: { arrayValue: { values: [{ stringValue: 'orders' }] } } },
      { key: 'payment.method', value: { stringValue: 'tok_visa' } },
      { key: 'http.request.header.authorization', value: { stringValue: 'Bearer secret' } },
    ];
    const events = [
      { name: 'e', timeUnixNano: '0', attributes: [{ key: 'exception.stacktrace', value: { stringValue: 'at' } }] },
    ];
    await send({ body: exportOf({ ...SPAN, attributes, events }) });
    expect(received[0]?.attributes).toEqual({
      'order.id': 'one',
      'error.type': expect.stringMatching(/^x{1024}…$/),
      'saga.retry_count': 2,
      'aws.dynamodb.table_names': ['orders'],
    });
    expect(received[0]?.events[0]?.attributes).toEqual({});
  });

  test('takes a gzipped body', async () => {
    const body = gzipSync(exportOf(SPAN));
    expect((await send({ headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body })).status).toBe(200);
    expect(received).toHaveLength(1);
  });
});

describe('the receiver refuses, in words, and keeps nothing of', () => {
  const GZIP = { ...JSON_TYPE, 'content-encoding': 'gzip' };
  const LARGE = Buffer.alloc(9 * 1024 * 1024, ' ');

  test.each<[string, Sent, number, RegExp]>([
    ['a body that is no JSON', { body: '{' }, 400, /must be JSON/],
    ['an id of another length', { body: exportOf({ ...SPAN, traceId: 'abc' }) }, 400, /traceId: must be 32 hex/],
    ['an id of zeros', { body: exportOf({ ...SPAN, spanId: '0'.repeat(16) }) }, 400, /spanId: must be 16 hex/],
    [
      'a time before 1970',
      { body: exportOf({ ...SPAN, startTimeUnixNano: '-5' }) },
      400,
      /startTimeUnixNano: must be nano/,
    ],
    ['a kind that OTLP does not have', { body: exportOf({ ...SPAN, kind: 17 }) }, 400, /kind/],
    ['a list in place of a request', { body: '[]' }, 400, /the body/],
    ['a body that is not gzipped as it says', { headers: GZIP, body: '{}' }, 400, /must be gzip/],
    ['another encoding', { headers: { ...JSON_TYPE, 'content-encoding': 'br' } }, 415, /must be gzip/],
    ['protobuf', { headers: { 'content-type': 'application/x-protobuf' } }, 415, /must be application\/json/],
    [
      'plain text, which any web page may send',
      { headers: { 'content-type': 'text/plain' } },
      415,
      /must be application/,
    ],
    ['a body without a type', { headers: {} }, 415, /Content-Type is none/],
    ['a body that is too large', { body: LARGE }, 413, /larger than/],
    ['a body that is too large once it is unzipped', { headers: GZIP, body: gzipSync(LARGE) }, 413, /larger than/],
    ['a page of the internet', { headers: { ...JSON_TYPE, origin: 'https://elsewhere.example' } }, 403, /web page/],
    [
      'a page whose own name resolves to this machine',
      { headers: { ...JSON_TYPE, host: 'rebound.example' } },
      403,
      /web page/,
    ],
    ['metrics', { path: '/v1/metrics' }, 404, /v1\/traces/],
    ['another method', { method: 'GET', body: '' }, 405, /POST/],
  ])('%s', async (_what, sent, status, words) => {
    const answered = await send(sent);
    expect([answered.status, JSON.parse(answered.text).message]).toEqual([status, expect.stringMatching(words)]);
    expect(received).toEqual([]);
    expect((await send({ body: exportOf(SPAN) })).status).toBe(200);
    expect(received).toHaveLength(1);
  });

  test('a body that is too large before it is whole, so that its sender reads why', async () => {
    const answered = Promise.withResolvers<number | undefined>();
    const headers = { ...JSON_TYPE, 'content-length': String(2 * LARGE.length) };
    const sent = request(`${receiver.url}/v1/traces`, { method: 'POST', headers, agent: false });
    sent.once('response', ({ statusCode }) => answered.resolve(statusCode)).once('error', answered.reject);
    sent.write(LARGE);
    expect(await answered.promise).toBe(413);
    sent.off('error', answered.reject).on('error', () => undefined);
    sent.destroy();
  });
});
