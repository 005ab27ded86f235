import { describe, expect, test } from '@jest/globals';
import type { Exchange } from '../../answers/exchange.ts';
import { promisesIn } from '../../answers/promises.ts';
import { checkInvariants } from '../../invariants/invariants.ts';
import type { OrderSnapshot, Snapshot } from '../../invariants/snapshot.ts';
import { soundSnapshot } from '../../invariants/testing/sound-snapshot.ts';
import { loadChartOf } from './load-chart.ts';
import { loadMarkdown } from './load-markdown.ts';
import { failuresOf, type LoadReport, loadReportOf } from './load-report.ts';
import { percentilesOf } from './statistics.ts';

const begin = Date.parse('2026-01-02T03:00:00.000Z');
const phases = [
  { name: 'baseline', duration: 2, arrivalRate: 1 },
  { name: 'spike', duration: 2, arrivalRate: 20 },
  { name: 'recovery', duration: 4, arrivalRate: 1 },
];

describe('percentiles by nearest rank', () => {
  test.each([
    [[5], { count: 1, p50: 5, p95: 5, p99: 5, max: 5 }],
    [[4, 1, 3, 2], { count: 4, p50: 2, p95: 4, p99: 4, max: 4 }],
    [Array.from({ length: 200 }, (_, index) => index + 1), { count: 200, p50: 100, p95: 190, p99: 198, max: 200 }],
  ])('percentiles of %j', (durations, expected) => {
    expect(percentilesOf(durations)).toEqual(expected);
  });

  test('there are no percentiles of nothing', () => {
    expect(percentilesOf([])).toBeUndefined();
  });
});

describe('the report of a load', () => {
  test('counts the orders of this run only, and requests by their class', () => {
    const report = reportOf([taken('a', 0), taken('a', 10), taken('b', 20), refused(30), denied(40)]);
    expect(report.orders).toEqual({ accepted: 2, refused: 1, with_3ds: 0, refunds: 0, by_status: { CONFIRMED: 2 } });
    expect(report.requests).toEqual({ taken: 3, denied: 1, refused: 1, faulty: 0, unreachable: 0, unanswered: 0 });
    expect(report.invariants.checked.orders).toBe(9 + 2);
  });

  test('counts payments that their customers are asked to confirm, and each refund once', () => {
    const refund = { ...answered(202, { data: { order_id: 'a', refund_id: 'r' } }, 20), call: 'refund' } as const;
    const with3ds = { ...taken('a', 0), scenario: 'confirms the payment' };
    const { orders } = reportOf([with3ds, with3ds, taken('b', 10), refund, refund]);
    expect(orders).toMatchObject({ accepted: 2, with_3ds: 1, refunds: 1 });
  });

  test('measures the answer by the client and the saga by the order, from accepted to its last entry', () => {
    const report = reportOf([taken('a', 0), taken('b', 0)]);
    expect(report.answer_ms).toMatchObject({ count: 2, p50: 12 });
    expect(report.saga_ms).toMatchObject({ count: 2, p50: 1500 });
  });

  test('files everything under the phase and the second in which it was asked for', () => {
    const report = reportOf([taken('a', 100), taken('b', 2100), taken('c', 2200), refused(3000)]);
    expect(report.phases.map(({ accepted, refused: no }) => [accepted, no])).toEqual([
      [1, 0],
      [2, 1],
      [0, 0],
    ]);
    expect(report.series.map(({ accepted, backlog }) => [accepted, backlog])).toEqual([
      [1, 1],
      [0, 0],
      [2, 2],
      [0, 0],
    ]);
    expect(report.recovery).toMatchObject({ phase: 'spike', highest_backlog: 2, backlog_recovered_seconds: 0 });
  });

  test('says when the backlog never got back to normal', () => {
    const report = reportOf([taken('a', 100), taken('b', 2100), taken('c', 3900)], { ended: false });
    expect(report.recovery).toMatchObject({ backlog_recovered_seconds: null });
  });
});

describe('a run of the load', () => {
  test('passes when all accepted orders ended and the rest was refused properly', () => {
    expect(failuresOf(reportOf([taken('a', 0), refused(1), denied(2)]), false)).toEqual([]);
  });

  test.each<[string, readonly Exchange[], string]>([
    ['nothing was accepted', [refused(0)], 'nothing was shown'],
    [
      'a refusal lacks its Retry-After',
      [taken('a', 0), answered(503, {}, 1)],
      '1 requests were answered with an error',
    ],
    ['an answer is an internal error', [taken('a', 0), answered(500, {}, 1)], '1 requests were answered with an error'],
    ['an answer has not the shape of its call', [taken('a', 0), answered(202, 'ok', 1)], '1 requests were answered'],
    ['a request got no answer', [taken('a', 0), unanswered('ERR_SOCKET_TIMEOUT')], '1 requests got no answer'],
    ['a connection was refused', [taken('a', 0), unanswered('ECONNREFUSED')], '1 requests found no API'],
    ['an accepted order is not in the tables', [taken('lost', 0)], 'invariants: broken'],
  ])('fails when %s', (_what, exchanges, failure) => {
    expect(failuresOf(reportOf(exchanges), false)).toContainEqual(expect.stringContaining(failure));
  });

  test('fails when an order ends as its kind of customer cannot bring about', () => {
    const declined = { ...taken('a', 0), scenario: 'declined' };
    expect(failuresOf(reportOf([declined]), false)).toEqual([
      'order a is CONFIRMED, which its customer (declined) cannot bring about',
    ]);
  });

  test('fails when the backlog did not drain', () => {
    const failures = failuresOf({ ...reportOf([taken('a', 0)]), drained: false, drain_seconds: 7 }, false);
    expect(failures).toEqual(['orders were still open after 7 seconds']);
  });

  test('passes in spite of a broken connection where the API may be killed, but never of silence', () => {
    const silent = reportOf([taken('a', 0), unanswered('ERR_SOCKET_TIMEOUT')]);
    expect(failuresOf(reportOf([taken('a', 0), unanswered('ECONNRESET')]), true)).toEqual([]);
    expect(failuresOf(silent, true)).toEqual(['1 requests got no answer']);
  });
});

describe('the results of a load', () => {
  const report = reportOf([taken('a', 100), taken('b', 2100), refused(3000)]);

  test('the Markdown has the numbers and the result', () => {
    const text = loadMarkdown(report, ['something <odd>']);
    expect(text).toMatch(/\| accepted +\| 2 +\|/);
    expect(text).toContain('Invariants: all hold');
    expect(text).toContain('Result: FAILED.\n\n- something <odd>');
  });

  test('the chart is well-formed SVG with a panel for each measure, escaped, and without a number that is none', () => {
    const svg = loadChartOf({ ...report, name: 'a<b&c' });
    expect(svg).toContain('a&lt;b&amp;c');
    expect(svg.match(/font-weight="600">[^<]/g)).toHaveLength(1 + 4);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('a chart of a load that sent almost nothing can still be drawn', () => {
    expect(loadChartOf(reportOf([taken('a', 0)]))).not.toMatch(/NaN|undefined|Infinity/);
  });
});

function reportOf(exchanges: readonly Exchange[], options: { readonly ended?: boolean } = {}): LoadReport {
  const sound = soundSnapshot();
  const ended = options.ended ?? true;
  const own = exchanges.flatMap((exchange) => orderOf(exchange, ended));
  const snapshot: Snapshot = withConfirmed(
    { ...sound, answers: exchanges.flatMap((exchange) => promisesIn(exchange) ?? []) },
    [...new Map(own.map((order) => [order.order_id, order])).values()],
  );
  const verification = { report: checkInvariants(snapshot), snapshot, drained: true, drainSeconds: 1 };
  const machine = { processor: 'a processor', cores: 2, memory_gb: 8, system: 'linux', node: 'v24' };
  return loadReportOf({
    name: 'test',
    profile: 'spike',
    target: 'http://127.0.0.1',
    machine,
    phases,
    exchanges,
    verification,
  });
}

function orderOf({ at, outcome }: Exchange, ended: boolean): readonly OrderSnapshot[] {
  if (outcome.kind !== 'answered' || outcome.http_status !== 202 || typeof outcome.body === 'string') {
    return [];
  }
  const { order_id } = (outcome.body as { data: { order_id: string } }).data;
  if (order_id === 'lost') {
    return [];
  }
  const end = new Date(Date.parse(at) + 1500).toISOString();
  const base = { order_id, lines: [], amount_minor: 500, currency: 'USD', payment_method: 'tok_visa', created_at: at };
  if (!ended) {
    return [{ ...base, status: 'RESERVED', timeline: [] }];
  }
  const timeline = [{ at: end, status: 'CONFIRMED', what: 'confirmed' }];
  return [{ ...base, status: 'CONFIRMED', payment_id: 'payment', updated_at: end, timeline }];
}

function withConfirmed(snapshot: Snapshot, orders: readonly OrderSnapshot[]): Snapshot {
  const charge = { state: 'CAPTURED', amount_minor: 500, currency: 'USD' } as const;
  return {
    ...snapshot,
    orders: [...snapshot.orders, ...orders],
    reservations: [
      ...snapshot.reservations,
      ...orders.map(({ order_id }) => ({ order_id, state: 'COMMITTED', lines: [] }) as const),
    ],
    payments: [...snapshot.payments, ...orders.map(({ order_id }) => ({ order_id, ...charge }))],
    charges: [
      ...snapshot.charges,
      ...orders.map(({ order_id }) => ({ order_id, charge_id: order_id, captures: 1, refunds: 0, ...charge })),
    ],
  };
}

function taken(order_id: string, after_ms: number): Exchange {
  return answered(202, { data: { order_id, status: 'PENDING' } }, after_ms);
}

function refused(after_ms: number): Exchange {
  return {
    ...answered(503, {}, after_ms),
    outcome: { kind: 'answered', http_status: 503, retry_after: '1', body: {} },
  };
}

function denied(after_ms: number): Exchange {
  return answered(409, {}, after_ms);
}

function unanswered(error: string): Exchange {
  return { ...answered(0, {}, 1), outcome: { kind: 'unanswered', error } };
}

function answered(http_status: number, body: unknown, after_ms: number): Exchange {
  const at = new Date(begin + after_ms).toISOString();
  return {
    at,
    elapsed_ms: 12,
    call: 'place',
    scenario: 'buys',
    order_ids: [],
    outcome: { kind: 'answered', http_status, body },
  };
}
