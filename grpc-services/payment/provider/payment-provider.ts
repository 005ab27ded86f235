/** Why a provider says no for good. */
export type DeclineReason = 'PAYMENT_DECLINED' | 'INSUFFICIENT_FUNDS' | 'INVALID_PAYMENT_METHOD';

/** A charge as the provider knows it. */
export type Charge =
  | { readonly state: 'AUTHORIZED' | 'CAPTURED' | 'VOIDED' | 'REFUNDED'; readonly reference: string }
  | { readonly state: 'DECLINED'; readonly reason: DeclineReason };

/** What is asked of the provider to set money aside. */
export interface Authorization {
  /** The provider does the same key once; later calls get the charge as it is by then. */
  readonly key: string;
  /** The provider's token of the customer's payment method. Secret: neither stored nor logged. */
  readonly method: string;
  readonly amountMinor: number;
  readonly currency: string;
}

/**
 * Who really moves the money. All calls are idempotent by key, and the provider decides between a capture and a void
 * that race: whichever comes second is answered with the charge as the first left it. Every call may throw
 * `ProviderUnavailable`, after which it may or may not have had its effect.
 */
export interface PaymentProvider {
  readonly authorize: (authorization: Authorization, signal: AbortSignal) => Promise<Charge>;
  /** The charge of a key; undefined where the provider has never heard of it. */
  readonly find: (key: string, signal: AbortSignal) => Promise<Charge | undefined>;
  /** Takes the money of an authorized charge. */
  readonly capture: (key: string, signal: AbortSignal) => Promise<Charge | undefined>;
  /** Lets the money of an authorized charge go. */
  readonly void: (key: string, signal: AbortSignal) => Promise<Charge | undefined>;
  /** Gives the money of a captured charge back. */
  readonly refund: (key: string, signal: AbortSignal) => Promise<Charge | undefined>;
}
