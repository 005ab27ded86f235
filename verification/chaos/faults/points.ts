import type { WireCall } from '../proxy/wire-call.ts';
import type { CustomerKind } from '../traffic/customer-kind.ts';

/** A point of a saga, recognised by a call that passes between two parts of the stack. */
export interface WirePoint {
  /** Before the call is delivered, after it was answered, or after it was answered with an error. */
  readonly phase: 'arrived' | 'answered' | 'failed';
  readonly isAt: (call: WireCall) => boolean;
  /** Whether the call stands still until the signal is sent; else it is sent once the caller has been given the reply. */
  readonly holds: boolean;
  /** The states of the saga, one of which its execution history must show at that moment. */
  readonly states: readonly string[];
  /** Whether the history must show a failed task, too, that was tried again only after that moment. */
  readonly inRetryWait?: true;
  /** Customers whose orders come there. */
  readonly customers: readonly CustomerKind[];
}

/** The points of a saga at which a fault hurts most. */
export const POINTS = {
  'after Reserve commits': {
    phase: 'answered',
    isAt: ({ link, operation }) => link === 'inventory' && operation === 'Reserve',
    holds: true,
    states: ['ReserveInventory'],
    customers: ['buys', 'pays later'],
  },
  'between Authorize and Capture': {
    phase: 'arrived',
    isAt: ({ link, operation }) => link === 'payment' && operation === 'Capture',
    holds: true,
    states: ['CapturePayment'],
    customers: ['buys', 'forgetful provider'],
  },
  'after Capture commits': {
    phase: 'answered',
    isAt: ({ link, operation }) => link === 'payment' && operation === 'Capture',
    holds: true,
    states: ['CapturePayment'],
    customers: ['buys', 'pays later'],
  },
  'while a token is out': {
    phase: 'answered',
    isAt: ({ link, operation }) => link === 'lambda' && operation === 'awaitPayment',
    holds: false,
    states: ['AwaitPayment'],
    customers: ['pays later', 'cancels while paying'],
  },
  "in a retry's wait": {
    phase: 'failed',
    isAt: ({ link, operation }) => link === 'lambda' && operation === 'authorizePayment',
    holds: false,
    states: ['AuthorizePayment'],
    inRetryWait: true,
    customers: ['flaky provider', 'flaky provider'],
  },
  'in a compensation': {
    phase: 'arrived',
    isAt: ({ link, operation }) =>
      (link === 'payment' && operation === 'Void') || (link === 'inventory' && operation === 'Release'),
    holds: true,
    states: ['VoidPayment', 'ReleaseInventory'],
    customers: ['never pays', 'declined'],
  },
} as const satisfies Record<string, WirePoint>;

/** The name of a point. */
export type PointName = keyof typeof POINTS;

/** All points, in the order of the saga. */
export const pointNames = Object.keys(POINTS) as readonly PointName[];
