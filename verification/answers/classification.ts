import type { ApiCall, Exchange } from './exchange.ts';
import { promisesIn } from './promises.ts';

/**
 * What a request came to.
 *
 * - `taken`: done or promised
 * - `denied`: a business "no", such as a declined card
 * - `refused`: a proper "not now", that is 503 with Retry-After
 * - `faulty`: any other answer
 * - `unreachable`: the connection was refused or broken
 * - `unanswered`: no answer in time
 */
export type ExchangeClass = 'taken' | 'denied' | 'refused' | 'faulty' | 'unreachable' | 'unanswered';

// Customers ask only about orders that were accepted, so 404 is never a right answer.
const DENIALS: Readonly<Record<ApiCall, readonly number[]>> = {
  place: [409],
  pay: [402, 409],
  cancel: [409],
  refund: [409],
  abandon: [409],
  status: [],
  stocks: [],
};

const BROKEN_CONNECTION = /ECONNREFUSED|ECONNRESET|EPIPE|socket hang up/;

/** Classifies an exchange by its HTTP answer. A success whose body does not fit its call is faulty. */
export function classify(exchange: Exchange): ExchangeClass {
  const { call, outcome } = exchange;
  if (outcome.kind === 'unanswered') {
    return BROKEN_CONNECTION.test(outcome.error) ? 'unreachable' : 'unanswered';
  }
  const { http_status, retry_after } = outcome;
  if (http_status >= 200 && http_status < 300) {
    return promisesIn(exchange) === undefined ? 'faulty' : 'taken';
  }
  if (DENIALS[call].includes(http_status)) {
    return 'denied';
  }
  const seconds = Number(retry_after);
  return http_status === 503 && Number.isInteger(seconds) && seconds > 0 ? 'refused' : 'faulty';
}

/** One line about an exchange, for a report. */
export function describeExchange({ at, call, scenario, elapsed_ms, outcome }: Exchange): string {
  const answer =
    outcome.kind === 'unanswered'
      ? outcome.error
      : `${outcome.http_status}, Retry-After ${outcome.retry_after ?? 'absent'}: ${JSON.stringify(outcome.body).slice(0, 200)}`;
  return `${at} ${call} (${scenario}) after ${Math.round(elapsed_ms)} ms: ${answer}`;
}
