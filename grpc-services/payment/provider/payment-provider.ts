import { Unavailable } from '../../common/service-error.ts';

/** Why a provider declines a payment for good. */
export type DeclineReason = 'PAYMENT_DECLINED' | 'INSUFFICIENT_FUNDS' | 'INVALID_PAYMENT_METHOD';

/** A charge as the provider knows it. */
export type Charge =
  | { readonly state: 'AUTHORIZED' | 'CAPTURED' | 'VOIDED' | 'REFUNDED'; readonly reference: string }
  | { readonly state: 'DECLINED'; readonly reason: DeclineReason };

/** A request to authorize an amount. */
export interface Authorization {
  /** Idempotency key: the provider authorizes each key once. Later calls get the present charge. */
  readonly key: string;
  /** The provider's token of the customer's payment method. Secret: it is neither stored nor logged. */
  readonly method: string;
  readonly amountMinor: number;
  readonly currency: string;
}

/**
 * The port to the payment provider, which moves the money.
 *
 * All calls are idempotent by key. The provider decides a race between capture and void: the second call gets the charge as
 * the first one left it. Every call may throw `ProviderUnavailable`, with or without having had its effect.
 */
export interface PaymentProvider {
  readonly authorize: (authorization: Authorization, signal: AbortSignal) => Promise<Charge>;
  /** The charge of a key; undefined if the provider does not know the key. */
  readonly find: (key: string, signal: AbortSignal) => Promise<Charge | undefined>;
  /** Captures an authorized charge. Undefined if there is none. */
  readonly capture: (key: string, signal: AbortSignal) => Promise<Charge | undefined>;
  /** Voids an authorized charge. Undefined if there is none. */
  readonly void: (key: string, signal: AbortSignal) => Promise<Charge | undefined>;
  /** Refunds a captured charge. Undefined if there is none. */
  readonly refund: (key: string, signal: AbortSignal) => Promise<Charge | undefined>;
}

/** Thrown when the provider does not answer: it is down, or its answer was lost after the effect. */
export class ProviderUnavailable extends Unavailable {
  constructor(cause?: unknown) {
    super(
      {
        reason: 'PROVIDER_UNAVAILABLE',
        message: 'The payment provider gave no answer; it may or may not have done what it was asked. Try again.',
      },
      cause,
    );
  }
}
