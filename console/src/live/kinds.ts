/** A kind of order that a person can try. */
export interface OrderKind {
  readonly name: string;
  /** What will happen. */
  readonly story: string;
  readonly tone: 'done' | 'undone' | 'waiting' | 'forward';
  /** The simulated provider's token; absent: the order is paid later. */
  readonly method?: string;
  readonly count?: number;
}

/** The kinds, by the tokens of the simulated payment provider. */
export const KINDS: readonly OrderKind[] = [
  {
    name: 'Paid',
    story: 'Reserved, authorized, captured, sold: confirmed in a moment.',
    tone: 'done',
    method: 'tok_visa',
  },
  {
    name: 'Declined',
    story: 'The provider says no. The stock goes back, the order is rejected.',
    tone: 'undone',
    method: 'tok_declined',
  },
  {
    name: 'No funds',
    story: 'Another no: insufficient funds. Undone in the same way.',
    tone: 'undone',
    method: 'tok_insufficient_funds',
  },
  {
    name: 'Pay later',
    story: 'The stock is held and the saga sleeps until you pay or the time is over.',
    tone: 'waiting',
  },
  {
    name: '3-D Secure',
    story: 'The provider waits until you confirm the payment on its page.',
    tone: 'waiting',
    method: 'tok_3ds',
  },
  {
    name: 'Flaky provider',
    story: 'The provider fails at first. The saga tries again until it works.',
    tone: 'forward',
    method: 'tok_flaky',
  },
  {
    name: 'Lost reply',
    story: 'The charge happens, its reply is lost. Nothing is charged twice.',
    tone: 'forward',
    method: 'tok_timeout',
  },
  {
    name: 'Sold out',
    story: 'More than there is: rejected before anybody asks for money.',
    tone: 'undone',
    method: 'tok_visa',
    count: 1_000_000,
  },
];
