/** What a customer does; between them they bring orders to every end. */
export const CUSTOMER_KINDS = [
  'buys',
  'declined',
  'no funds',
  'flaky provider',
  'forgetful provider',
  'wants what everybody wants',
  'unknown item',
  'pays later',
  'several payments',
  'bad card first',
  'never pays',
  'cancels',
  'cancels while paying',
  'repeats',
  'reuses the key',
] as const;

/** What a customer does. */
export type CustomerKind = (typeof CUSTOMER_KINDS)[number];
