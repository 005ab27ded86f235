import { classify } from '../../answers/classification.ts';
import type { Exchange } from '../../answers/exchange.ts';
import type { Phase } from '../scenarios/phases.ts';
import { answerTimes, sagaTimes } from './durations.ts';
import type { Percentiles } from './percentiles.ts';
import type { SagaSpan } from './saga-span.ts';

/** A phase as it was run. Requests and orders belong to the phase in which they were made. */
export interface PhaseReport {
  readonly name: string;
  /** Since the load began. */
  readonly from_second: number;
  readonly to_second: number;
  readonly customers_per_second: number;
  /** Orders. */
  readonly accepted: number;
  /** Requests to /orders/place. */
  readonly refused: number;
  /** Of the requests to /orders/place that were taken. */
  readonly answer_ms: Percentiles | null;
  /** Of the orders that waited for nobody. */
  readonly saga_ms: Percentiles | null;
}

/** Reports on each phase of a load that began at `started_ms`. */
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
