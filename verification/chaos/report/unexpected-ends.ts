import { isFinished, type OrderSnapshot } from '../../invariants/snapshot.ts';
import type { CellRun } from '../run/cell-run.ts';
import { allowedEnds } from '../traffic/customer-ends.ts';
import type { Finding } from './finding.ts';

/** Orders that came to an end which their customer cannot have brought about, such as a declined card's that is CONFIRMED. */
export function unexpectedEnds(
  runs: readonly Pick<CellRun, 'customers'>[],
  orders: readonly OrderSnapshot[],
): readonly Finding[] {
  const customers = new Map(runs.flatMap((run) => [...run.customers]));
  return orders.flatMap(({ order_id, status }) => {
    const kind = customers.get(order_id);
    if (kind === undefined || !isFinished(status) || allowedEnds[kind].includes(status)) {
      return [];
    }
    return [{ what: `order ${order_id}: its customer (${kind}) cannot have it ${status}`, order_ids: [order_id] }];
  });
}
