import { classify, type ExchangeClass } from '../../answers/classification.ts';
import type { Exchange } from '../../answers/exchange.ts';
import { type Percentiles, percentilesOf } from './percentiles.ts';
import type { SagaSpan } from './saga-span.ts';

/** How long the answers of one fate took. */
export function answerTimes(exchanges: readonly Exchange[], fate: ExchangeClass): Percentiles | undefined {
  return percentilesOf(exchanges.filter((exchange) => classify(exchange) === fate).map(({ elapsed_ms }) => elapsed_ms));
}

/** How long the sagas took that have ended and had to wait for nobody. */
export function sagaTimes(spans: readonly SagaSpan[]): Percentiles | undefined {
  const prompt = spans.filter(({ waited_for_customer }) => !waited_for_customer);
  return percentilesOf(
    prompt.flatMap(({ accepted_ms, ended_ms }) => (ended_ms === undefined ? [] : [ended_ms - accepted_ms])),
  );
}
