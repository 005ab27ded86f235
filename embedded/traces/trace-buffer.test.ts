import { randomBytes, randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { TRACE_BUFFER_LIMITS, TraceBuffer } from './trace-buffer.ts';
import type { TraceSpan } from './trace-span.ts';

const LIMITS = { ...TRACE_BUFFER_LIMITS, spans: 10, spansOfTrace: 4, remembered: 3 };
const ROOM_FOR_BYTES = 100_000;
let buffer: TraceBuffer;

beforeEach(() => {
  buffer = new TraceBuffer({ ...LIMITS, bytes: ROOM_FOR_BYTES });
});

function id(bytes: 8 | 16): string {
  return randomBytes(bytes).toString('hex');
}

function span(parts: Partial<TraceSpan> & { readonly orderId?: string } = {}): TraceSpan {
  const { orderId, ...given } = parts;
  return {
    traceId: id(16),
    spanId: id(8),
    parentSpanId: undefined,
    name: 'work',
    service: 'orders',
    kind: 'INTERNAL',
    startUs: 1_000,
    durationUs: 5,
    status: 'UNSET',
    attributes: orderId === undefined ? {} : { 'order.id': orderId },
    events: [],
    links: [],
    ...given,
  };
}

function traceOf(orderId: string, spans: number, parts: Partial<TraceSpan> = {}): readonly TraceSpan[] {
  const traceId = id(16);
  return Array.from({ length: spans }, () => span({ traceId, orderId, ...parts }));
}

function keptOf(orderId: string): readonly number[] {
  return buffer.ofOrder(orderId).traces.map(({ spans }) => spans.length);
}

test('an order finds all spans of each trace that has a span about it, the oldest trace first', () => {
  const [orderId, traceId] = [randomUUID(), id(16)];
  buffer.add([span({ orderId, startUs: 9_000, name: 'cancel' }), span({ orderId: randomUUID() })]);
  buffer.add([span({ traceId, startUs: 20 }), span({ traceId, orderId, startUs: 10 })]);
  const { traces, isPushedOut } = buffer.ofOrder(orderId);
  expect(traces.map(({ spans }) => spans.length)).toEqual([2, 1]);
  expect(traces[1]?.spans[0]?.name).toBe('cancel');
  expect(isPushedOut).toBe(false);
});

test('a span that is sent again is one span, as it was last', () => {
  const [first] = traceOf('one', 1);
  buffer.add([first as TraceSpan, { ...(first as TraceSpan), durationUs: 77 }]);
  expect(buffer.ofOrder('one').traces[0]?.spans.map(({ durationUs }) => durationUs)).toEqual([77]);
  expect(buffer.size).toEqual({
    traces: 1,
    spans: 1,
    bytes: JSON.stringify({ ...first, durationUs: 77 }).length,
    keys: 1,
  });
});

test('a call about many orders is found from each of them, by its links', () => {
  const orders = ['one', 'two', 'three'].map((orderId) => traceOf(orderId, 1));
  const links = orders.flatMap(([root]) =>
    root === undefined ? [] : [{ traceId: root.traceId, spanId: root.spanId }],
  );
  // Of the orders it names the last, as an attribute has one value.
  const redrive = span({ name: 'redrive', orderId: 'three', links, startUs: 2_000 });
  buffer.add([...orders.flat(), redrive]);
  for (const orderId of ['one', 'two', 'three']) {
    const names = buffer.ofOrder(orderId).traces.map(({ spans }) => spans.map(({ name }) => name));
    expect([orderId, names]).toEqual([orderId, [['work'], ['redrive']]]);
  }
  buffer.add([span({ ...redrive, kind: 'SERVER', attributes: { 'http.request.method': 'GET' } })]);
  expect(keptOf('one')).toEqual([1]);
});

describe('where there is no room', () => {
  test('the trace that arrived first goes as a whole, and its order says so', () => {
    for (const orderId of ['one', 'two', 'three']) {
      buffer.add(traceOf(orderId, 4));
    }
    expect([keptOf('one'), keptOf('two'), keptOf('three')]).toEqual([[], [4], [4]]);
    expect(['one', 'two', 'unheard of'].map((orderId) => buffer.ofOrder(orderId).isPushedOut)).toEqual([
      true,
      false,
      false,
    ]);
    expect(buffer.size).toMatchObject({ traces: 2, spans: 8 });
  });

  test('bytes count as spans do', () => {
    const long = { name: 'x'.repeat(30_000) };
    for (const orderId of ['one', 'two', 'three', 'four']) {
      buffer.add(traceOf(orderId, 1, long));
    }
    expect([keptOf('one'), keptOf('two')]).toEqual([[], [1]]);
    expect(buffer.size.bytes).toBeLessThanOrEqual(ROOM_FOR_BYTES);
  });

  test('one trace of any length pushes neither itself nor the others out, and counts what it left out', () => {
    buffer.add(traceOf('small', 1));
    const long = traceOf('long', 50);
    buffer.add(long);
    expect([keptOf('small'), keptOf('long')]).toEqual([[1], [4]]);
    expect(buffer.ofOrder('long').traces[0]?.leftOut).toBe(46);
    buffer.add(traceOf('big', 3, { name: 'x'.repeat(30_000) }));
    expect(keptOf('big')).toEqual([1]);
  });

  test('nothing is left of what went, however long the stack runs', () => {
    for (let order = 0; order < 2_000; order += 1) {
      buffer.add(traceOf(`order ${order}`, 3, { links: [{ traceId: id(16), spanId: id(8) }] }));
    }
    const { spans, traces, bytes, keys } = buffer.size;
    // Each trace is found by its order and by its link.
    expect([spans, traces, keys]).toEqual([9, 3, 6]);
    const kept = ['order 1997', 'order 1998', 'order 1999'].flatMap((orderId) => buffer.ofOrder(orderId).traces);
    expect(kept.flatMap((each) => each.spans).reduce((sum, each) => sum + JSON.stringify(each).length, 0)).toBe(bytes);
    // The three orders that went last are remembered, and no more.
    const remembered = ['order 1993', 'order 1994', 'order 1996'].map((orderId) => buffer.ofOrder(orderId).isPushedOut);
    expect(remembered).toEqual([false, true, true]);
  });
});

describe('a read of the API', () => {
  const read = { kind: 'SERVER', attributes: { 'http.request.method': 'GET', 'order.id': 'one' } } as const;

  test('is not kept, with whatever arrives of it before or after', () => {
    const traceId = id(16);
    buffer.add([span({ traceId, orderId: 'one' })]);
    buffer.add([span({ traceId, ...read })]);
    buffer.add([span({ traceId, orderId: 'one' })]);
    expect(keptOf('one')).toEqual([]);
    expect(buffer.size).toEqual({ traces: 0, spans: 0, bytes: 0, keys: 0 });
  });

  test('is kept within a trace of its caller, which places orders too', () => {
    buffer.add([span({ ...read, parentSpanId: id(8) })]);
    expect(keptOf('one')).toEqual([1]);
  });
});
