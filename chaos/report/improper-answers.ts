import { describeExchange, fateOf } from '../../load/answers/fate.ts';
import type { RecordedExchange } from '../traffic/recording-client.ts';

/** The answers of the stack itself that no customer should get, each described. */
export function improperAnswers(recorded: readonly RecordedExchange[]): readonly string[] {
  const accepted = new Set<string>();
  const improper: string[] = [];
  for (const { order_id, exchange, injected } of recorded) {
    const fate = fateOf(exchange);
    if (exchange.call === 'place' && fate === 'taken') accepted.add(order_id);
    if (injected || fate !== 'faulty') continue;
    // "No such order" is the right answer about an order that was never accepted.
    const isUnknown = exchange.outcome.kind === 'answered' && exchange.outcome.http_status === 404;
    if (isUnknown && !accepted.has(order_id)) continue;
    improper.push(`order ${order_id}: ${describeExchange(exchange)}`);
  }
  return improper;
}
