import { Empty, Failure, Loading } from 'resilient-stepfunctions/console';
import type { OrderList, OrderStatus, Summary } from '../api/answers.ts';
import { usePolled } from '../api/polling.ts';
import { ParkedBanner } from '../attention/parked-banner.tsx';
import { Link, place } from '../navigation.tsx';
import { Counts, MoneyTotals } from './counts.tsx';
import { Filters } from './filters.tsx';
import { useOlderOrders } from './older-orders.ts';
import { addressOf, filterOf, isFiltered, listPath } from './order-filter.ts';
import { OrderTable } from './order-table.tsx';

const LIST_EVERY_MS = 2_000;

/** The orders, newest first. */
export function OrdersPage({ summary }: { readonly summary: Summary | undefined }) {
  const filter = filterOf(place.value.query);
  const path = listPath(filter);
  const { data, error } = usePolled<OrderList>(path, LIST_EVERY_MS);
  const older = useOlderOrders(path);
  const first = data?.orders ?? [];
  const shown = [...first, ...older.orders.filter(({ order_id }) => !first.some((each) => each.order_id === order_id))];
  const hasMore = older.orders.length > 0 ? older.next !== undefined : data?.next_cursor !== undefined;
  return (
    <>
      <div class="page-head">
        <h1>Orders</h1>
        {summary !== undefined && <MoneyTotals summary={summary} />}
      </div>
      {filter.status === undefined && <ParkedBanner count={summary?.attention.count ?? 0} />}
      <Counts
        counts={summary?.by_status}
        chosen={filter.status}
        addressOf={(status: OrderStatus | undefined) => addressOf({ ...filter, status })}
      />
      <Filters filter={filter} />
      <Failure error={error} />
      <section class="card flush" aria-label="List of orders">
        {data === undefined && error === undefined && <Loading lines={8} />}
        {shown.length > 0 && <OrderTable orders={shown} />}
        {data !== undefined && shown.length === 0 && (
          <Empty>
            {isFiltered(filter) ? (
              <>
                No order is like that. <Link to="/orders">Show all</Link>
              </>
            ) : (
              <>
                No orders yet. <Link to="/live">Place the first one</Link>
              </>
            )}
          </Empty>
        )}
        {hasMore && (
          <div class="more">
            <button
              type="button"
              class="quiet"
              disabled={older.isLoading}
              onClick={() => older.load(older.next ?? data?.next_cursor)}
            >
              {older.isLoading ? 'Loading …' : 'Older orders'}
            </button>
          </div>
        )}
      </section>
    </>
  );
}
