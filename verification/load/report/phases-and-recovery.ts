import { classify } from '../../answers/classification.ts';
import type { Exchange } from '../../answers/exchange.ts';
import type { Phase } from '../scenarios/phases.ts';
import type { SeriesPoint } from './series.ts';
import { answerTimes, type Percentiles, type SagaSpan, sagaTimes } from './statistics.ts';

/** One phase of a run. Requests and orders belong to the phase in which they were made. */
export interface PhaseReport {
  readonly name: string;
  /** Seconds since the load began. */
  readonly from_second: number;
  readonly to_second: number;
  readonly customers_per_second: number;
  /** How many orders were accepted. */
  readonly accepted: number;
  /** How many requests to /orders/place were refused. */
  readonly refused: number;
  /** The answer times of /orders/place, for requests that were taken. */
  readonly answer_ms: Percentiles | null;
  /** For orders that did not wait for their customer. */
  readonly saga_ms: Percentiles | null;
}

/** The reports of all phases of a load that began at `started_ms`. */
export function phaseReports(
  started_ms: number,
  phases: readonly Phase[],
  places: readonly Exchange[],
  spans: readonly SagaSpan[],
): readonly PhaseReport[] {
  return phases.map(({ name, duration, arrivalRate }, index) => {
    const from_second = phases.slice(0, index).reduce((sum, phase) => sum + phase.duration, 0);
    const to_second = from_second + duration;
    const isWithin = (epoch_ms: number) =>
      epoch_ms >= started_ms + from_second * 1000 && epoch_ms < started_ms + to_second * 1000;
    const asked = places.filter(({ at }) => isWithin(Date.parse(at)));
    const begun = spans.filter(({ accepted_ms }) => isWithin(accepted_ms));
    return {
      name,
      from_second,
      to_second,
      customers_per_second: arrivalRate,
      accepted: begun.length,
      refused: asked.filter((exchange) => classify(exchange) === 'refused').length,
      answer_ms: answerTimes(asked, 'taken') ?? null,
      saga_ms: sagaTimes(begun) ?? null,
    };
  });
}

/** How the busiest phase compares with the one before it, and how soon the load recovered from it. */
export interface Recovery {
  readonly phase: string;
  /** p99 of the answers in the busiest phase, as a multiple of the p99 before it. */
  readonly answer_p99_factor: number | null;
  /** The longest backlog of the whole load. */
  readonly highest_backlog: number;
  /**
   * Seconds from the end of the busiest phase until the backlog was back for three seconds. Back means no higher than
   * ever before that phase. Null where it never was.
   */
  readonly backlog_recovered_seconds: number | null;
}

const CALM_SECONDS = 3;

/** The recovery from the busiest phase; undefined where it is the first, with nothing to compare it with. */
export function recoveryOf(phases: readonly PhaseReport[], series: readonly SeriesPoint[]): Recovery | undefined {
  const busiest = phases.toSorted((a, b) => b.customers_per_second - a.customers_per_second)[0];
  const before = phases.filter(({ to_second }) => busiest !== undefined && to_second <= busiest.from_second).at(-1);
  if (busiest === undefined || before === undefined) {
    return undefined;
  }
  const usual = highestBacklog(series.filter(({ second }) => second < before.to_second));
  const after = series.filter(({ second }) => second >= busiest.to_second);
  const recovered = after.find((_, index) =>
    after.slice(index, index + CALM_SECONDS).every(({ backlog }) => backlog <= usual),
  );
  return {
    phase: busiest.name,
    answer_p99_factor: factor(busiest.answer_ms?.p99, before.answer_ms?.p99),
    highest_backlog: highestBacklog(series),
    backlog_recovered_seconds: recoveredAfter(busiest, recovered, series),
  };
}

function recoveredAfter(busiest: PhaseReport, recovered: SeriesPoint | undefined, series: readonly SeriesPoint[]) {
  if (recovered !== undefined) {
    return recovered.second - busiest.to_second;
  }
  // All orders had ended when the phase did.
  return (series.at(-1)?.second ?? 0) < busiest.to_second && series.at(-1)?.backlog === 0 ? 0 : null;
}

function highestBacklog(series: readonly SeriesPoint[]): number {
  return series.reduce((highest, { backlog }) => Math.max(highest, backlog), 0);
}

function factor(value: number | undefined, base: number | undefined): number | null {
  return value === undefined || base === undefined || base === 0 ? null : Math.round((value / base) * 10) / 10;
}
