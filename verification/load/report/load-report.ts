import type { OrderStatus } from '../../../functions/orders/order-status.ts';
import { classify, describeExchange, type ExchangeClass } from '../../answers/classification.ts';
import type { Exchange } from '../../answers/exchange.ts';
import { promisesIn } from '../../answers/promises.ts';
import { CUSTOMER_KINDS, isCustomerKind } from '../../customer-kinds.ts';
import { isFinished } from '../../invariants/snapshot.ts';
import type { Verification } from '../../invariants/verification.ts';
import { describeViolation } from '../../invariants/violation.ts';
import type { Machine } from '../../report/machine.ts';
import type { Phase, Profile } from '../scenarios/phases.ts';
import { type PhaseReport, phaseReports, type Recovery, recoveryOf } from './phases-and-recovery.ts';
import { type SeriesPoint, seriesOf } from './series.ts';
import { answerTimes, type Percentiles, type SagaSpan, sagaSpanOf, sagaTimes, tally } from './statistics.ts';

/** The numbers of one run; written to the results folder as JSON. */
export interface LoadReport {
  readonly name: string;
  readonly profile: Profile;
  readonly target: string;
  readonly started_at: string;
  readonly machine: Machine;
  readonly requests: Readonly<Record<ExchangeClass, number>>;
  /** The orders of this run only. */
  readonly orders: {
    readonly accepted: number;
    /** Requests to /orders/place that were refused for now. */
    readonly refused: number;
    /** Orders whose customers are asked to confirm their payment (3-D Secure). */
    readonly with_3ds: number;
    /** Refunds that were accepted. */
    readonly refunds: number;
    readonly by_status: Readonly<Partial<Record<OrderStatus, number>>>;
  };
  /** The answer times of /orders/place, for requests that were taken. */
  readonly answer_ms: Percentiles | null;
  /** The answer times of refusals. */
  readonly refusal_ms: Percentiles | null;
  /** From acceptance to the last entry of the timeline, for orders that did not wait for their customer. */
  readonly saga_ms: Percentiles | null;
  readonly phases: readonly PhaseReport[];
  readonly recovery: Recovery | null;
  readonly drained: boolean;
  /** From the end of the load until no order was open. */
  readonly drain_seconds: number;
  /** For all that is in the tables, orders of earlier runs included. */
  readonly invariants: {
    readonly verdict: Verification['report']['verdict'];
    readonly checked: Verification['report']['checked'];
    readonly violations: readonly string[];
  };
  /** The first few requests that were neither taken, denied nor properly refused. */
  readonly improper_answers: readonly string[];
  /** Ends that an order's kind of customer cannot bring about, such as CONFIRMED with a declined card. */
  readonly unexpected_ends: readonly string[];
  readonly series: readonly SeriesPoint[];
}

/** The input of a report. */
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

/** Makes the report of one run. Pure. */
export function loadReportOf(record: LoadRecord): LoadReport {
  const { name, profile, target, machine, exchanges } = record;
  const { report, snapshot, drained, drainSeconds } = record.verification;
  const started_ms = Math.min(...exchanges.slice(0, 1000).map(({ at }) => Date.parse(at)));
  const places = exchanges.filter(({ call }) => call === 'place');
  const accepted = acceptedIds(places);
  const spans = snapshot.orders.filter(({ order_id }) => accepted.has(order_id)).map(sagaSpanOf);
  const phases = phaseReports(started_ms, record.phases, places, spans);
  const series = seriesOf(started_ms, exchanges, spans);
  return {
    name,
    profile,
    target,
    started_at: new Date(started_ms).toISOString(),
    machine,
    requests: countClasses(exchanges),
    orders: {
      accepted: accepted.size,
      refused: countClasses(places).refused,
      with_3ds: acceptedIds(places.filter(isWith3ds)).size,
      refunds: refundsIn(exchanges),
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
    unexpected_ends: unexpectedEnds(places, spans),
    series,
  };
}

function acceptedIds(places: readonly Exchange[]): ReadonlySet<string> {
  return new Set(places.flatMap((place) => promisesIn(place) ?? []).map(({ order_id }) => order_id));
}

function isWith3ds({ scenario }: Exchange): boolean {
  return isCustomerKind(scenario) && CUSTOMER_KINDS[scenario].method === 'tok_3ds';
}

/** A refund that was asked for twice counts once. */
function refundsIn(exchanges: readonly Exchange[]): number {
  const promises = exchanges.filter(({ call }) => call === 'refund').flatMap((refund) => promisesIn(refund) ?? []);
  return new Set(promises.flatMap((promise) => (promise.kind === 'refund-accepted' ? [promise.refund_id] : []))).size;
}

/**
 * Why a run fails; empty for a success. Every accepted order must have ended with all invariants kept, and every other
 * request must have been refused properly.
 *
 * @param toleratesUnreachable a broken connection is no failure, since the API itself may be killed during the run. Silence
 *   always is one.
 */
export function failuresOf(report: LoadReport, toleratesUnreachable: boolean): readonly string[] {
  const { requests, orders, invariants, drained, drain_seconds, unexpected_ends } = report;
  const failures: string[] = [];
  if (orders.accepted === 0) {
    failures.push('no order was accepted, so nothing was shown');
  }
  if (!drained) {
    failures.push(`orders were still open after ${drain_seconds} seconds`);
  }
  if (invariants.verdict !== 'all hold') {
    failures.push(`invariants: ${invariants.verdict}`);
  }
  for (const end of unexpected_ends) {
    failures.push(end);
  }
  if (requests.faulty > 0) {
    failures.push(`${requests.faulty} requests were answered with an error that is no 503 with Retry-After`);
  }
  if (requests.unanswered > 0) {
    failures.push(`${requests.unanswered} requests got no answer`);
  }
  if (requests.unreachable > 0 && !toleratesUnreachable) {
    failures.push(`${requests.unreachable} requests found no API or lost their connection to it`);
  }
  return failures;
}

function isImproper(exchange: Exchange): boolean {
  return ['faulty', 'unreachable', 'unanswered'].includes(classify(exchange));
}

function countClasses(exchanges: readonly Exchange[]): Readonly<Record<ExchangeClass, number>> {
  const counts = tally(exchanges.map(classify));
  const count = (wanted: ExchangeClass) => counts.get(wanted) ?? 0;
  return {
    taken: count('taken'),
    denied: count('denied'),
    refused: count('refused'),
    faulty: count('faulty'),
    unreachable: count('unreachable'),
    unanswered: count('unanswered'),
  };
}

function unexpectedEnds(places: readonly Exchange[], spans: readonly SagaSpan[]): readonly string[] {
  const kinds = new Map(
    places.flatMap((place) => (promisesIn(place) ?? []).map(({ order_id }) => [order_id, place.scenario] as const)),
  );
  return spans.flatMap(({ order_id, status }) => {
    const kind = kinds.get(order_id);
    if (kind === undefined || !isCustomerKind(kind) || !isFinished(status)) {
      return [];
    }
    const isAllowed = CUSTOMER_KINDS[kind].allowedEnds.includes(status);
    return isAllowed ? [] : [`order ${order_id} is ${status}, which its customer (${kind}) cannot bring about`];
  });
}
