import type { CustomerKind } from '../../customer-kinds.ts';
import type { NetworkCall } from '../proxy/network-call.ts';

/** A point of a saga, recognised by a call between two parts of the stack. */
export interface SagaPoint {
  /** `arrived`: before the call is delivered; `answered`: after a good reply; `failed`: after an error. */
  readonly phase: 'arrived' | 'answered' | 'failed';
  readonly matches: (call: NetworkCall) => boolean;
  /** Whether the call waits until the signal is sent. Otherwise the signal follows once the caller has the reply. */
  readonly holdsCall: boolean;
  /** The execution history must show the saga in one of these states at that moment. */
  readonly states: readonly string[];
  /** Whether the history must also show a failed task whose retry came only after that moment. */
  readonly inRetryWait?: true;
  /** Customers whose orders reach the point. */
  readonly customers: readonly CustomerKind[];
}

/** The points of a saga at which a fault does most harm. */
export const SAGA_POINTS = {
  'after Reserve commits': {
    phase: 'answered',
    matches: ({ link, operation }) => link === 'inventory' && operation === 'Reserve',
    holdsCall: true,
    states: ['ReserveInventory'],
    customers: ['buys', 'pays later'],
  },
  'between Authorize and Capture': {
    phase: 'arrived',
    matches: ({ link, operation }) => link === 'payment' && operation === 'Capture',
    holdsCall: true,
    states: ['CapturePayment'],
    customers: ['buys', 'forgetful provider'],
  },
  'after Capture commits': {
    phase: 'answered',
    matches: ({ link, operation }) => link === 'payment' && operation === 'Capture',
    holdsCall: true,
    states: ['CapturePayment'],
    customers: ['buys', 'pays later'],
  },
  'while a token is out': {
    phase: 'answered',
    matches: ({ link, operation }) => link === 'lambda' && operation === 'awaitPayment',
    holdsCall: false,
    states: ['AwaitPayment'],
    customers: ['pays later', 'cancels while paying'],
  },
  "in a retry's wait": {
    phase: 'failed',
    matches: ({ link, operation }) => link === 'lambda' && operation === 'authorizePayment',
    holdsCall: false,
    states: ['AuthorizePayment'],
    inRetryWait: true,
    customers: ['flaky provider', 'flaky provider'],
  },
  'in a compensation': {
    phase: 'arrived',
    matches: ({ link, operation }) =>
      (link === 'payment' && operation === 'Void') || (link === 'inventory' && operation === 'Release'),
    holdsCall: true,
    states: ['VoidPayment', 'ReleaseInventory'],
    customers: ['never pays', 'declined'],
  },
} as const satisfies Record<string, SagaPoint>;

/** The name of a point. */
export type SagaPointName = keyof typeof SAGA_POINTS;

/** Every point, in the order of the saga. */
export const SAGA_POINT_NAMES = Object.keys(SAGA_POINTS) as readonly SagaPointName[];
