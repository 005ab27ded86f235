import type { OrderStatus } from '../../../functions/orders/order-status.ts';
import { classify, describeExchange, type ExchangeClass } from '../../answers/classification.ts';
import type { Exchange } from '../../answers/exchange.ts';
import { promisesIn } from '../../answers/promises.ts';
import type { Verification } from '../../invariants/verification.ts';
import { describeViolation } from '../../invariants/violation.ts';
import type { Machine } from '../../report/machine.ts';
import type { Phase, Profile } from '../scenarios/phases.ts';
import { answerTimes, sagaTimes } from './durations.ts';
import type { Percentiles } from './percentiles.ts';
import { type PhaseReport, phaseReports } from './phase-report.ts';
import { type Recovery, recoveryOf } from './recovery.ts';
import { sagaSpanOf } from './saga-span.ts';
import { type SeriesPoint, seriesOf } from './series.ts';
import { tally } from './tally.ts';

/** All there is to say about one run of the load; what is written to verification/load/results as JSON. */
export interface LoadReport {
  readonly name: string;
  readonly profile: Profile;
  readonly target: string;
  readonly started_at: string;
  readonly machine: Machine;
  readonly requests: Readonly<Record<ExchangeClass, number>>;
  /** Only the orders of this run. */
  readonly orders: {
    readonly accepted: number;
    /** Requests to /orders/place that were told to come back later. */
    readonly refused: number;
    readonly by_status: Readonly<Partial<Record<OrderStatus, number>>>;
  };
  /** Of the requests to /orders/place that were taken. */
  readonly answer_ms: Percentiles | null;
  /** How soon a refused request was told so. */
  readonly refusal_ms: Percentiles | null;
  /** Of the orders that waited for nobody, from accepted to the last entry of the timeline. */
  readonly saga_ms: Percentiles | null;
  readonly phases: readonly PhaseReport[];
  readonly recovery: Recovery | null;
  readonly drained: boolean;
  /** From the end of the load until nothing was open any more. */
  readonly drain_seconds: number;
  /** Of everything in the tables, orders of earlier runs included. */
  readonly invariants: {
    readonly verdict: Verification['report']['verdict'];
    readonly checked: Verification['report']['checked'];
    readonly violations: readonly string[];
  };
  /** Requests that were neither taken, denied nor properly refused: the first few, described. */
  readonly improper_answers: readonly string[];
  readonly series: readonly SeriesPoint[];
}

/** What a report is made from. */
export interface LoadRecord {
  readonly name: string;
  readonly profile: Profile;
  readonly target: string;
  readonly machine: Machine;
  readonly phases: readonly Phase[];
  readonly exchanges: readonly Exchange[];
  readonly verification: Verification;
}

const SHOWN_ANSWERS = 10;

/** Puts a report together. Pure. */
export function loadReportOf(record: LoadRecord): LoadReport {
  const { name, profile, target, machine, exchanges } = record;
  const { report, snapshot, drained, drainSeconds } = record.verification;
  const started_ms = Math.min(...exchanges.slice(0, 1000).map(({ at }) => Date.parse(at)));
  const places = exchanges.filter(({ call }) => call === 'place');
  const accepted = new Set(places.flatMap((place) => promisesIn(place) ?? []).map(({ order_id }) => order_id));
  const spans = snapshot.orders.filter(({ order_id }) => accepted.has(order_id)).map(sagaSpanOf);
  const phases = phaseReports(started_ms, record.phases, places, spans);
  const series = seriesOf(started_ms, exchanges, spans);
  return {
    name,
    profile,
    target,
    started_at: new Date(started_ms).toISOString(),
    machine,
    requests: countFates(exchanges),
    orders: {
      accepted: accepted.size,
      refused: countFates(places).refused,
      by_status: Object.fromEntries(tally(spans.map(({ status }) => status))),
    },
    answer_ms: answerTimes(places, 'taken') ?? null,
    refusal_ms: answerTimes(exchanges, 'refused') ?? null,
    saga_ms: sagaTimes(spans) ?? null,
    phases,
    recovery: recoveryOf(phases, series) ?? null,
    drained,
    drain_seconds: drainSeconds,
    invariants: {
      verdict: report.verdict,
      checked: report.checked,
      violations: report.violations.map(describeViolation),
    },
    improper_answers: exchanges.filter(isImproper).slice(0, SHOWN_ANSWERS).map(describeExchange),
    series,
  };
}

function isImproper(exchange: Exchange): boolean {
  const fate = classify(exchange);
  return fate === 'faulty' || fate === 'unreachable' || fate === 'unanswered';
}

function countFates(exchanges: readonly Exchange[]): Readonly<Record<ExchangeClass, number>> {
  const counts = tally(exchanges.map(classify));
  const count = (fate: ExchangeClass) => counts.get(fate) ?? 0;
  return {
    taken: count('taken'),
    denied: count('denied'),
    refused: count('refused'),
    faulty: count('faulty'),
    unreachable: count('unreachable'),
    unanswered: count('unanswered'),
  };
}
