import { type OrderStatus, STATUSES } from '../api/answers.ts';

/** Which orders the list has. Days are the reader's, as `2026-11-28`. */
export interface OrderFilter {
  readonly status: OrderStatus | undefined;
  readonly from: string;
  readonly to: string;
  readonly owner: string;
}

const PAGE_SIZE = 50;

/** The filter that an address names. */
export function filterOf(query: URLSearchParams): OrderFilter {
  return {
    status: STATUSES.find((status) => status === query.get('status')),
    from: query.get('from') ?? '',
    to: query.get('to') ?? '',
    owner: query.get('owner') ?? '',
  };
}

/** True where orders are left out. */
export function isFiltered({ status, from, to, owner }: OrderFilter): boolean {
  return status !== undefined || from !== '' || to !== '' || owner !== '';
}

/** The address of the list with this filter. */
export function addressOf({ status, from, to, owner }: OrderFilter): string {
  const query = queryOf([
    ['status', status],
    ['from', from],
    ['to', to],
    ['owner', owner],
  ]);
  return query === '' ? '/orders' : `/orders?${query}`;
}

/** The call of the API that has the first page. */
export function listPath({ status, from, to, owner }: OrderFilter): string {
  const query = queryOf([
    ['limit', String(PAGE_SIZE)],
    ['status', status],
    ['from', startOfDay(from, 0)],
    // The last day is meant to be in.
    ['to', startOfDay(to, 1)],
    ['owner', owner],
  ]);
  return `/orders?${query}`;
}

function queryOf(parts: readonly (readonly [string, string | undefined])[]): string {
  const given = parts.filter((part): part is readonly [string, string] => part[1] !== undefined && part[1] !== '');
  return new URLSearchParams(given.map(([name, value]) => [name, value])).toString();
}

function startOfDay(day: string, daysLater: number): string | undefined {
  const [year, month, date] = day.split('-').map(Number);
  if (year === undefined || month === undefined || date === undefined || Number.isNaN(year + month + date)) {
    return undefined;
  }
  return new Date(year, month - 1, date + daysLater).toISOString();
}
