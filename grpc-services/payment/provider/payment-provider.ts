import { Unavailable } from '../../common/service-error.ts';

/** Why a provider declines a payment for good. */
export type DeclineReason = 'PAYMENT_DECLINED' | 'INSUFFICIENT_FUNDS' | 'INVALID_PAYMENT_METHOD';

/** A charge as the provider knows it. A charge stays CAPTURED when it is refunded. */
export type Charge =
  | { readonly state: 'AUTHORIZED' | 'CAPTURED' | 'VOIDED'; readonly reference: string }
  /** The customer must act at `actionUrl`, such as confirm the payment in the bank's app (3-D Secure). */
  | { readonly state: 'ACTION_REQUIRED'; readonly reference: string; readonly actionUrl: string }
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

/** A request to refund a part of a captured charge, or all of it. */
export interface ChargeRefund {
  /** The key of the charge. */
  readonly key: string;
  /** Idempotency key among the refunds of the charge. */
  readonly refundId: string;
  readonly amountMinor: number;
}

/** What became of a refund. A declined refund gives nothing back. */
export type RefundOutcome = 'SUCCEEDED' | 'DECLINED';

/** What the customer decided at the provider's page. */
export interface CustomerDecision {
  /** The key of the charge. */
  readonly key: string;
  /** The secret in the charge's `actionUrl`. */
  readonly reference: string;
  readonly approve: boolean;
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
  /** Voids a charge that is authorized or waits for its customer. Undefined if there is none. */
  readonly void: (key: string, signal: AbortSignal) => Promise<Charge | undefined>;
  /** Refunds a captured charge. Undefined if no such charge is captured. */
  readonly refund: (refund: ChargeRefund, signal: AbortSignal) => Promise<RefundOutcome | undefined>;
  /** What became of an earlier refund; undefined if the provider does not know it. */
  readonly findRefund: (refund: ChargeRefund, signal: AbortSignal) => Promise<RefundOutcome | undefined>;
  /**
   * Decides for the customer, where a simulated provider has no page of its own. Returns the charge, which an earlier
   * decision or a void may have settled. Undefined if no charge has this key and reference.
   */
  readonly decide: (decision: CustomerDecision, signal: AbortSignal) => Promise<Charge | undefined>;
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
