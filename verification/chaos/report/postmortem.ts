import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { describeExchange } from '../../answers/classification.ts';
import type { RecordedExchange } from '../../client/order-api-client.ts';
import { sagaPathOf } from '../../demo/saga-path.ts';
import { orderCases } from '../../invariants/order-case.ts';
import { isFinished, type OrderSnapshot, type Snapshot } from '../../invariants/snapshot.ts';
import type { FaultEvent } from '../faults/injection.ts';
import { nameOf } from '../matrix.ts';
import type { CellRun } from '../run/run-cell.ts';

/** What a postmortem is written from. */
export interface PostmortemSource {
  /** What is wrong with the order. */
  readonly findings: readonly string[];
  readonly snapshot: Snapshot;
  readonly history: readonly HistoryEvent[];
  readonly runs: readonly CellRun[];
  readonly recorded: readonly RecordedExchange[];
}

/** Everything known about one order, for the person who has to find out what went wrong. */
export function postmortemOf(
  order_id: string,
  { findings, snapshot, history, runs, recorded }: PostmortemSource,
): string {
  const subject = orderCases(snapshot).find((found) => found.order_id === order_id);
  const run = runs.find(({ order_ids }) => order_ids.includes(order_id));
  const exchanges = recorded.filter((entry) => entry.request.orderId === order_id);
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['found', [...new Set(findings)]],
    [
      'timeline',
      subject?.order?.timeline.map(({ at, status, what, why = '' }) => `${at} ${status}: ${what} ${why}`) ?? [],
    ],
    [`saga (execution ${subject?.execution?.status ?? 'unknown'})`, sagaLines(history)],
    ['reservation', subject?.reservation === undefined ? [] : [JSON.stringify(subject.reservation)]],
    ['payment', subject?.payment === undefined ? [] : [JSON.stringify(subject.payment)]],
    ["the provider's ledger", subject?.charges.map((charge) => JSON.stringify(charge)) ?? []],
    [
      `answers to the customer (${exchanges[0]?.exchange.scenario ?? 'unknown'})`,
      exchanges.map(({ exchange, isInjected }) => `${describeExchange(exchange)}${isInjected ? ' (injected)' : ''}`),
    ],
    ['faults during its life', faultsDuring(order_id, subject?.order, runs).map(describeFault)],
  ];
  const title = `Order ${order_id}, ${subject?.order?.status ?? 'not in the orders table'}; cell ${run === undefined ? 'unknown' : nameOf(run.cell)}`;
  return [title, ...sections.flatMap(([head, lines]) => [`  ${head}`, ...indented(lines)])].join('\n');
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? ['    none'] : lines.map((line) => `    ${line.trimEnd()}`);
}

function sagaLines(history: readonly HistoryEvent[]): readonly string[] {
  return sagaPathOf(history).map(({ state, retries, errors, caught }) => {
    const retried = retries > 0 ? `, retried ${retries} times after ${errors.join(', ')}` : '';
    return `${state}${retried}${caught === undefined ? '' : `, caught ${caught}`}`;
  });
}

/** The faults of the order's own calls, and those of processes during its life, whichever cell caused them. */
export function faultsDuring(
  order_id: string,
  order: OrderSnapshot | undefined,
  runs: readonly Pick<CellRun, 'order_ids' | 'beganAt' | 'faults'>[],
): readonly FaultEvent[] {
  const from = order?.created_at ?? runs.find(({ order_ids }) => order_ids.includes(order_id))?.beganAt ?? '';
  const last = order?.timeline.at(-1)?.at;
  const isOver = order !== undefined && isFinished(order.status) && last !== undefined;
  const overlaps = ({ at, until }: FaultEvent) => until !== undefined && until >= from && (!isOver || at <= last);
  return runs.flatMap(({ faults }) => faults.filter((fault) => fault.order_id === order_id || overlaps(fault)));
}

function describeFault({ at, until, target, what }: FaultEvent): string {
  return `${at}${until === undefined ? '' : ` to ${until}`} ${target}: ${what}`;
}
