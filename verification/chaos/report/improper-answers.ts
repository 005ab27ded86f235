import { classify, describeExchange } from '../../answers/classification.ts';
import type { RecordedExchange } from '../traffic/recording-client.ts';
import type { Finding } from './finding.ts';

/** The answers of the stack itself that no customer should get. */
export function improperAnswers(recorded: readonly RecordedExchange[]): readonly Finding[] {
  const byOrder = Map.groupBy(recorded, ({ order_id }) => order_id);
  return [...byOrder.values()].flatMap((exchanges) => [...faultyAnswers(exchanges), ...mistakenKeys(exchanges)]);
}

function faultyAnswers(ofOneOrder: readonly RecordedExchange[]): readonly Finding[] {
  let isAccepted = false;
  return ofOneOrder.flatMap((entry) => {
    const { exchange, injected } = entry;
    const fate = classify(exchange);
    if (exchange.call === 'place' && fate === 'taken') {
      isAccepted = true;
    }
    // "No such order" is the right answer about an order that was never accepted.
    const isUnknown = exchange.outcome.kind === 'answered' && exchange.outcome.http_status === 404;
    return injected || fate !== 'faulty' || (isUnknown && !isAccepted) ? [] : [finding(entry, '')];
  });
}

/** A key belongs to the first body that was taken under it: another one must be denied, the same one never. */
function mistakenKeys(ofOneOrder: readonly RecordedExchange[]): readonly Finding[] {
  const placed = ofOneOrder.filter(({ exchange, injected }) => exchange.call === 'place' && !injected);
  return placed.flatMap((entry) => {
    const isOther = ({ body }: RecordedExchange) => JSON.stringify(body) !== JSON.stringify(entry.body);
    const before = ofOneOrder.filter(({ exchange }) => exchange.call === 'place' && exchange.at <= entry.exchange.at);
    const fate = classify(entry.exchange);
    if (fate === 'denied' && !before.some(isOther)) {
      return [finding(entry, ', though its key had no other body')];
    }
    const taken = placed.filter(
      (other) => classify(other.exchange) === 'taken' && isOther(other) && isOver(other, entry),
    );
    return fate === 'taken' && taken.length > 0 ? [finding(entry, ', though its key had another body')] : [];
  });
}

/** Whether the earlier of two requests had its answer when the other was sent. */
function isOver({ exchange }: RecordedExchange, later: RecordedExchange): boolean {
  return Date.parse(exchange.at) + exchange.elapsed_ms < Date.parse(later.exchange.at);
}

function finding({ order_id, exchange }: RecordedExchange, why: string): Finding {
  return { what: `order ${order_id}: ${describeExchange(exchange)}${why}`, order_ids: [order_id] };
}
