import { classify, describeExchange } from '../../answers/classification.ts';
import type { RecordedExchange } from '../../client/order-api-client.ts';
import { CUSTOMER_KINDS } from '../../customer-kinds.ts';
import { isFinished, type OrderSnapshot } from '../../invariants/snapshot.ts';
import { describeViolation, type Violation } from '../../invariants/violation.ts';
import { type ChaosOutcome, stillParked } from '../run/chaos-run.ts';
import type { CellRun } from '../run/run-cell.ts';

/** Something wrong, with the orders whose postmortems may explain it. */
export interface Finding {
  readonly what: string;
  readonly order_ids: readonly string[];
  /** Present where the finding concerns an item. */
  readonly item_id?: string;
}

/** Every finding of a run, by the check that made it. */
export interface Findings {
  readonly beforeRedrive: readonly Finding[];
  readonly invariants: readonly Finding[];
  readonly improperAnswers: readonly Finding[];
  readonly unexpectedEnds: readonly Finding[];
  /** Orders that neither ended nor were parked in time, and orders that are parked after the redrive. */
  readonly unended: readonly Finding[];
}

/** Collects the findings of a run. */
export function findingsIn(outcome: ChaosOutcome): Findings {
  const { runs, recorded, beforeRedrive, verification } = outcome;
  const { orders } = verification.snapshot;
  const ours = new Set(runs.flatMap(({ order_ids }) => order_ids));
  const open = [beforeRedrive, verification].flatMap(({ drained, snapshot }) =>
    drained ? [] : snapshot.orders.filter(({ status }) => !isFinished(status) && status !== 'NEEDS_ATTENTION'),
  );
  const unended = [...open.map(({ order_id }) => order_id).filter((id) => ours.has(id)), ...stillParked(outcome)];
  return {
    beforeRedrive: beforeRedrive.report.violations.map((violation) => findingOf(violation, orders)),
    invariants: verification.report.violations.map((violation) => findingOf(violation, orders)),
    improperAnswers: improperAnswers(recorded),
    unexpectedEnds: unexpectedEnds(runs, orders),
    unended: unended.map((id) => ({ what: `order ${id}: it has not ended`, order_ids: [id] })),
  };
}

/** All findings, the most telling first. */
export function allOf(findings: Findings): readonly Finding[] {
  const { beforeRedrive, invariants, unexpectedEnds: ends, improperAnswers: answers, unended } = findings;
  return [...beforeRedrive, ...invariants, ...ends, ...answers, ...unended];
}

/** A violated invariant as a finding. A violation of an item's stock concerns every order that asks for the item. */
export function findingOf(violation: Violation, orders: readonly OrderSnapshot[]): Finding {
  const what = describeViolation(violation);
  const { subject } = violation;
  if ('order_id' in subject) {
    return { what, order_ids: [subject.order_id] };
  }
  const { item_id } = subject;
  const asking = orders.filter(({ lines }) => lines.some((line) => line.item_id === item_id));
  return { what, order_ids: asking.map(({ order_id }) => order_id), item_id };
}

/** Orders whose end their customer cannot have caused, such as CONFIRMED with a declined card. */
export function unexpectedEnds(
  runs: readonly Pick<CellRun, 'customers'>[],
  orders: readonly OrderSnapshot[],
): readonly Finding[] {
  const customers = new Map(runs.flatMap((run) => [...run.customers]));
  return orders.flatMap(({ order_id, status }) => {
    const kind = customers.get(order_id);
    if (kind === undefined || !isFinished(status) || CUSTOMER_KINDS[kind].allowedEnds.includes(status)) {
      return [];
    }
    return [{ what: `order ${order_id}: its customer (${kind}) cannot have it ${status}`, order_ids: [order_id] }];
  });
}

/** Answers of the stack itself that no customer should get. */
export function improperAnswers(recorded: readonly RecordedExchange[]): readonly Finding[] {
  const byOrder = Map.groupBy(recorded, ({ request }) => request.orderId);
  return [...byOrder.values()].flatMap((exchanges) => [...faultyAnswers(exchanges), ...confusedKeys(exchanges)]);
}

function faultyAnswers(ofOneOrder: readonly RecordedExchange[]): readonly Finding[] {
  let isAccepted = false;
  return ofOneOrder.flatMap((entry) => {
    const { exchange, isInjected } = entry;
    const result = classify(exchange);
    if (exchange.call === 'place' && result === 'taken') {
      isAccepted = true;
    }
    // "No such order" is right about an order that was never accepted.
    const isUnknown = exchange.outcome.kind === 'answered' && exchange.outcome.http_status === 404;
    return isInjected || result !== 'faulty' || (isUnknown && !isAccepted) ? [] : [improper(entry, '')];
  });
}

/** A key belongs to the first body accepted under it: another body must be denied, the same one never. */
function confusedKeys(ofOneOrder: readonly RecordedExchange[]): readonly Finding[] {
  const placed = ofOneOrder.filter(({ exchange, isInjected }) => exchange.call === 'place' && !isInjected);
  return placed.flatMap((entry) => {
    const isOther = ({ request }: RecordedExchange) =>
      JSON.stringify(request.body) !== JSON.stringify(entry.request.body);
    const before = ofOneOrder.filter(({ exchange }) => exchange.call === 'place' && exchange.at <= entry.exchange.at);
    const result = classify(entry.exchange);
    if (result === 'denied' && !before.some(isOther)) {
      return [improper(entry, ', though its key had no other body')];
    }
    const taken = placed.filter(
      (other) => classify(other.exchange) === 'taken' && isOther(other) && isAnsweredBefore(other, entry),
    );
    return result === 'taken' && taken.length > 0 ? [improper(entry, ', though its key had another body')] : [];
  });
}

/** Whether the earlier of two requests had its answer when the later one was sent. */
function isAnsweredBefore({ exchange }: RecordedExchange, later: RecordedExchange): boolean {
  return Date.parse(exchange.at) + exchange.elapsed_ms < Date.parse(later.exchange.at);
}

function improper({ request, exchange }: RecordedExchange, why: string): Finding {
  const { orderId = 'unknown' } = request;
  return { what: `order ${orderId}: ${describeExchange(exchange)}${why}`, order_ids: [orderId] };
}
