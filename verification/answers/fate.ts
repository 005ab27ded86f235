import type { ApiCall, Exchange } from './exchange.ts';
import { toldBy } from './told.ts';

/**
 * What became of a request. `taken`: done or promised. `denied`: a "no" that belongs to the business, such as a declined
 * card. `refused`: not now, as it should be said: 503 with a Retry-After. `faulty`: any other answer. `unreachable`: the
 * connection was refused or broken. `unanswered`: silence.
 */
export type Fate = 'taken' | 'denied' | 'refused' | 'faulty' | 'unreachable' | 'unanswered';

// The load asks only about orders that were accepted, so a 404 is never a right answer to it.
const denials: Readonly<Record<ApiCall, readonly number[]>> = {
  place: [409],
  pay: [402, 409],
  cancel: [409],
  status: [],
  stocks: [],
};

const BROKEN_CONNECTION = /ECONNREFUSED|ECONNRESET|EPIPE|socket hang up/;

/** Judges an exchange by its HTTP answer. An answer of another shape than its call's is faulty. */
export function fateOf(exchange: Exchange): Fate {
  const { call, outcome } = exchange;
  if (outcome.kind === 'unanswered') {
    return BROKEN_CONNECTION.test(outcome.error) ? 'unreachable' : 'unanswered';
  }
  const { http_status, retry_after } = outcome;
  if (http_status >= 200 && http_status < 300) {
    return toldBy(exchange) === undefined ? 'faulty' : 'taken';
  }
  if (denials[call].includes(http_status)) {
    return 'denied';
  }
  const seconds = Number(retry_after);
  return http_status === 503 && Number.isInteger(seconds) && seconds > 0 ? 'refused' : 'faulty';
}

/** One line about a request that did not get a proper answer. */
export function describeExchange({ at, call, scenario, elapsed_ms, outcome }: Exchange): string {
  const answer =
    outcome.kind === 'unanswered'
      ? outcome.error
      : `${outcome.http_status}, Retry-After ${outcome.retry_after ?? 'absent'}: ${JSON.stringify(outcome.body).slice(0, 200)}`;
  return `${at} ${call} (${scenario}) after ${Math.round(elapsed_ms)} ms: ${answer}`;
}
