import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { TRACE_BUFFER_LIMITS, TraceBuffer } from './trace-buffer.ts';
import type { TraceSpan } from './trace-span.ts';
import { tracesAnswer } from './traces-answer.ts';

const STARTED_MS = Date.parse('2026-11-28T12:00:00.000Z');

function span(traceId: string, spanId: string, orderId: string, parts: Partial<TraceSpan> = {}): TraceSpan {
  return {
    traceId,
    spanId,
    parentSpanId: undefined,
    name: 'work',
    service: 'orders',
    kind: 'INTERNAL',
    startUs: STARTED_MS * 1_000,
    durationUs: 2_500,
    status: 'UNSET',
    attributes: { 'order.id': orderId },
    events: [],
    links: [],
    ...parts,
  };
}

function asked(buffer: TraceBuffer | undefined, orderId: string) {
  return tracesAnswer(buffer, new URLSearchParams({ order_id: orderId }));
}

test('times of a trace count from its first span, parents come before their children', () => {
  const [buffer, orderId, startUs] = [new TraceBuffer(), randomUUID(), STARTED_MS * 1_000];
  buffer.add([
    span('t', 'child', orderId, {
      parentSpanId: 'root',
      startUs,
      durationUs: 250,
      events: [{ name: 'e', atUs: startUs + 100, attributes: {} }],
      links: [{ traceId: 'other', spanId: 's' }],
    }),
    span('t', 'late', orderId, { parentSpanId: 'root', startUs: startUs + 9_000, durationUs: 1_000 }),
    span('t', 'root', orderId),
  ]);
  const { traces, is_incomplete } = asked(buffer, orderId.toUpperCase());
  expect(is_incomplete).toBe(false);
  expect(traces).toMatchObject([
    { trace_id: 't', started_at: '2026-11-28T12:00:00.000Z', duration_ms: 10, left_out: 0 },
  ]);
  expect(traces[0]?.spans.map(({ span_id, start_ms, duration_ms }) => [span_id, start_ms, duration_ms])).toEqual([
    ['root', 0, 2.5],
    ['child', 0, 0.25],
    ['late', 9, 1],
  ]);
  expect(traces[0]?.spans[1]).toMatchObject({
    parent_span_id: 'root',
    events: [{ name: 'e', at_ms: 0.1 }],
    links: [{ trace_id: 'other', span_id: 's' }],
  });
});

test('an answer is bounded, and counts what it leaves out', () => {
  const [buffer, orderId] = [new TraceBuffer(), randomUUID()];
  const many = (traceId: string) =>
    Array.from({ length: 3_000 }, (_, number) => span(traceId, `${traceId}${number}`, orderId, { startUs: number }));
  buffer.add([...many('a'), ...many('b')]);
  expect(asked(buffer, orderId).traces.map(({ spans, left_out }) => [spans.length, left_out])).toEqual([
    [3_000, 0],
    [2_000, 1_000],
  ]);
});

test('each reason for having no trace is told apart, in words', () => {
  const buffer = new TraceBuffer({ ...TRACE_BUFFER_LIMITS, spans: 1 });
  const [gone, kept] = [randomUUID(), randomUUID()];
  buffer.add([span('t', 's', gone), span('u', 's', kept)]);
  expect(asked(buffer, kept).traces).toHaveLength(1);
  expect(() => asked(undefined, kept)).toThrow(
    expect.objectContaining({ code: 'TRACES_OFF', message: expect.stringContaining('TRACES=console') }),
  );
  expect(() => asked(buffer, gone)).toThrow(
    expect.objectContaining({ code: 'TRACE_PUSHED_OUT', message: expect.stringContaining('pushed') }),
  );
  expect(() => asked(buffer, randomUUID())).toThrow(
    expect.objectContaining({ code: 'TRACE_NOT_FOUND', message: expect.stringContaining('no span') }),
  );
  expect(() => tracesAnswer(buffer, new URLSearchParams())).toThrow(/order_id: must be a UUID/);
});

test('an order whose own trace was pushed out still shows what came later, as incomplete', () => {
  const buffer = new TraceBuffer({ ...TRACE_BUFFER_LIMITS, spans: 1 });
  const orderId = randomUUID();
  buffer.add([span('t', 's', orderId), span('u', 's', orderId, { name: 'cancel' })]);
  const { traces, is_incomplete } = asked(buffer, orderId);
  expect([traces.map(({ trace_id }) => trace_id), is_incomplete]).toEqual([['u'], true]);
});
