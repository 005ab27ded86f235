/**
 * Keys of an index that would otherwise have one key for all orders. DynamoDB takes 1,000 write units a second of one key; the last
 * digit of an order's id spreads its rows evenly over sixteen.
 */
const SPREAD_KEYS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'] as const;

/** What older versions wrote for every order. Sagas that began under such a version still write it. */
export const UNSPREAD_KEY = 'Y';

/** All keys under which a row may lie, so that a reader of the index misses none. */
export const KEYS_TO_READ = [UNSPREAD_KEY, ...SPREAD_KEYS] as const;

/** The key of an order's row. The order saga makes the same one from the id, without a function. An id that is no order's has the old key. */
export function spreadKey(orderId: string): (typeof KEYS_TO_READ)[number] {
  return SPREAD_KEYS.find((key) => orderId.endsWith(key)) ?? UNSPREAD_KEY;
}
