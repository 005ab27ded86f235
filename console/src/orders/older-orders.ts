import { useEffect, useState } from 'preact/hooks';
import { announce } from 'resilient-stepfunctions/console';
import type { ListedOrder, OrderList } from '../api/answers.ts';
import { get } from '../api/client.ts';

interface Older {
  readonly path: string;
  readonly orders: readonly ListedOrder[];
  readonly next: string | undefined;
}

/** The pages behind the first one, as far as the person asked for them. Only the first page is asked for again and again. */
export function useOlderOrders(path: string) {
  const [older, setOlder] = useState<Older>({ path, orders: [], next: undefined });
  const [isLoading, setLoading] = useState(false);
  useEffect(() => setOlder({ path, orders: [], next: undefined }), [path]);
  const isCurrent = older.path === path;
  const load = (cursor: string | undefined): void => {
    if (cursor === undefined) {
      return;
    }
    setLoading(true);
    get<OrderList>(`${path}&cursor=${encodeURIComponent(cursor)}`)
      .then(({ orders, next_cursor }) =>
        setOlder((before) => ({
          path,
          orders: [...(before.path === path ? before.orders : []), ...orders],
          next: next_cursor,
        })),
      )
      .catch((error: Error) => announce(error.message, { isFailure: true }))
      .finally(() => setLoading(false));
  };
  return { orders: isCurrent ? older.orders : [], next: isCurrent ? older.next : undefined, isLoading, load };
}
