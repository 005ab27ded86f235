import { classify } from '../../answers/classification.ts';
import type { Exchange } from '../../answers/exchange.ts';
import { percentilesOf, type SagaSpan, tally } from './statistics.ts';

/** What happened in one second of the load. */
export interface SeriesPoint {
  /** Seconds since the load began; requests count when they were sent. */
  readonly second: number;
  readonly requests: number;
  readonly accepted: number;
  readonly refused: number;
  /** Neither taken, denied nor properly refused. */
  readonly failed: number;
  /** Orders that ended. */
  readonly ended: number;
  /** Orders still open at the end of this second, without orders that wait for their customer. */
  readonly backlog: number;
  /** The answer times of /orders/place, for accepted orders; absent where there were none. */
  readonly answer_p50_ms?: number;
  readonly answer_p95_ms?: number;
  readonly answer_p99_ms?: number;
}

/** One point for every second from `started_ms` until the last request or end of an order. */
export function seriesOf(
  started_ms: number,
  exchanges: readonly Exchange[],
  spans: readonly SagaSpan[],
): readonly SeriesPoint[] {
  const secondOf = (epoch_ms: number) => Math.max(0, Math.floor((epoch_ms - started_ms) / 1000));
  const sent = Map.groupBy(exchanges, ({ at }) => secondOf(Date.parse(at)));
  const prompt = spans.filter(({ waited_for_customer }) => !waited_for_customer);
  const begun = tally(prompt.map(({ accepted_ms }) => secondOf(accepted_ms)));
  const promptEnds = tally(prompt.flatMap(({ ended_ms }) => (ended_ms === undefined ? [] : [secondOf(ended_ms)])));
  const ends = tally(spans.flatMap(({ ended_ms }) => (ended_ms === undefined ? [] : [secondOf(ended_ms)])));
  const last = [...sent.keys(), ...ends.keys()].reduce((latest, second) => Math.max(latest, second), 0);
  const points: SeriesPoint[] = [];
  let backlog = 0;
  for (let second = 0; second <= last; second += 1) {
    backlog += (begun.get(second) ?? 0) - (promptEnds.get(second) ?? 0);
    points.push({ second, ...answersOf(sent.get(second) ?? []), ended: ends.get(second) ?? 0, backlog });
  }
  return points;
}

function answersOf(exchanges: readonly Exchange[]) {
  const classes = tally(exchanges.map(classify));
  const accepted = exchanges.filter((exchange) => exchange.call === 'place' && classify(exchange) === 'taken');
  const answer = percentilesOf(accepted.map(({ elapsed_ms }) => elapsed_ms));
  return {
    requests: exchanges.length,
    accepted: accepted.length,
    refused: classes.get('refused') ?? 0,
    failed: (classes.get('faulty') ?? 0) + (classes.get('unreachable') ?? 0) + (classes.get('unanswered') ?? 0),
    ...(answer && { answer_p50_ms: answer.p50, answer_p95_ms: answer.p95, answer_p99_ms: answer.p99 }),
  };
}
