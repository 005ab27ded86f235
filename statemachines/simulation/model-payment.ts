import type { ChargeSnapshot, PaymentSnapshot, PaymentState } from '../../load/invariants/snapshot.ts';
import { Refusal } from './refusal.ts';
import type { Weakness } from './weakness.ts';

interface Payment {
  paymentId: string;
  state: PaymentState;
  amountMinor: number;
  captures: number;
  refunds: number;
}

/** What the Payment service promises in proto/payment/v1, in memory and at once. */
export class ModelPayment {
  readonly #payments = new Map<string, Payment>();
  readonly #weaknesses: ReadonlySet<Weakness>;

  constructor(weaknesses: ReadonlySet<Weakness>) {
    this.#weaknesses = weaknesses;
  }

  authorize(orderId: string, paymentId: string, method: string, amountMinor: number) {
    const known = this.#payments.get(orderId);
    if (known?.state === 'VOIDED' || known?.state === 'REFUNDED') {
      if (!this.#weaknesses.has('no void tombstone')) throw new Refusal('PaymentVoidedError', 'the payment was undone');
    } else if (known !== undefined && known.state !== 'DECLINED') {
      if (known.paymentId !== paymentId) throw new Refusal('PaymentMismatchError', 'another payment is under way');
      return { payment_id: paymentId, provider_reference: `charge-${orderId}` };
    }
    const declined = method === 'tok_declined';
    this.#payments.set(orderId, {
      paymentId,
      state: declined ? 'DECLINED' : 'AUTHORIZED',
      amountMinor,
      captures: 0,
      refunds: 0,
    });
    if (declined) throw new Refusal('PaymentDeclinedError', 'the card was declined');
    return { payment_id: paymentId, provider_reference: `charge-${orderId}` };
  }

  capture(orderId: string) {
    const known = this.#payments.get(orderId);
    switch (known?.state) {
      case 'AUTHORIZED':
        known.captures += 1;
        known.state = 'CAPTURED';
        break;
      case 'CAPTURED':
        if (this.#weaknesses.has('no capture idempotency')) known.captures += 1;
        break;
      case 'VOIDED':
      case 'REFUNDED':
        if (!this.#weaknesses.has('no void tombstone'))
          throw new Refusal('PaymentVoidedError', 'the payment was undone');
        known.captures += 1;
        known.state = 'CAPTURED';
        break;
      case 'PENDING':
      case 'DECLINED':
      case undefined:
        throw new Refusal('PaymentNotAuthorizedError', 'there is nothing to capture');
    }
    return { provider_reference: `charge-${orderId}` };
  }

  /** Voids, or refunds what was captured; leaves a tombstone where there is nothing. */
  undo(orderId: string) {
    const known = this.#payments.get(orderId);
    if (known === undefined) {
      this.#payments.set(orderId, { paymentId: '', state: 'VOIDED', amountMinor: 0, captures: 0, refunds: 0 });
      return { state: 'VOIDED' };
    }
    if (known.state === 'CAPTURED') {
      known.refunds += 1;
      known.state = 'REFUNDED';
    }
    if (known.state !== 'REFUNDED') known.state = 'VOIDED';
    return { state: known.state };
  }

  payments(): readonly PaymentSnapshot[] {
    return [...this.#payments].map(([order_id, { state, amountMinor }]) => ({
      order_id,
      state,
      amount_minor: amountMinor,
      currency: 'USD',
    }));
  }

  charges(): readonly ChargeSnapshot[] {
    return [...this.#payments]
      .filter(([, { paymentId }]) => paymentId !== '')
      .map(([order_id, { paymentId, state, amountMinor, captures, refunds }]) => ({
        charge_id: `${order_id}#${paymentId}`,
        order_id,
        state: state === 'PENDING' ? 'UNANSWERED' : state,
        amount_minor: amountMinor,
        currency: 'USD',
        captures,
        refunds,
      }));
  }
}
