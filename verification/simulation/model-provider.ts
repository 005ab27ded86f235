import type { ChargeSnapshot } from '../invariants/snapshot.ts';
import type { Weakness } from './weakness.ts';

interface Charge {
  readonly orderId: string;
  state: 'AUTHORIZED' | 'DECLINED' | 'CAPTURED' | 'VOIDED' | 'REFUNDED';
  readonly decline: string | undefined;
  readonly amountMinor: number;
  readonly authorizedAt: number;
  captures: number;
  refunds: number;
}

/** What the provider says no to, and with which error that reaches the saga. */
const REFUSED_METHODS: Readonly<Record<string, string>> = {
  tok_declined: 'PaymentDeclinedError',
  tok_insufficient_funds: 'InsufficientFundsError',
  tok_unknown: 'InvalidPaymentMethodError',
};

/** Money that nobody has captured for so long goes back by itself. */
const AUTHORIZATION_LASTS_SECONDS = 1200;

/** Who moves the money, with books of its own: one charge for each order and payment, `order#payment`. */
export class ModelProvider {
  readonly #charges = new Map<string, Charge>();
  readonly #weaknesses: ReadonlySet<Weakness>;

  constructor(weaknesses: ReadonlySet<Weakness>) {
    this.#weaknesses = weaknesses;
  }

  find(key: string): Readonly<Charge> | undefined {
    return this.#charges.get(key);
  }

  /** The same key charges once. */
  authorize(key: string, orderId: string, method: string, amountMinor: number, now: number): Readonly<Charge> {
    const known = this.#charges.get(key);
    const again = known !== undefined && this.#weaknesses.has('authorize again charges again');
    if (known !== undefined && !again) {
      return known;
    }
    const decline = REFUSED_METHODS[method];
    const state = decline === undefined ? 'AUTHORIZED' : 'DECLINED';
    const charge: Charge = { orderId, state, decline, amountMinor, authorizedAt: now, captures: 0, refunds: 0 };
    this.#charges.set(again ? `${key}#${this.#charges.size}` : key, charge);
    return charge;
  }

  capture(key: string): Readonly<Charge> | undefined {
    const charge = this.#charges.get(key);
    const again = charge?.state === 'CAPTURED' && this.#weaknesses.has('capture again takes again');
    if (charge?.state === 'AUTHORIZED' || (charge !== undefined && again)) {
      charge.state = 'CAPTURED';
      charge.captures += 1;
    }
    return charge;
  }

  void(key: string): Readonly<Charge> | undefined {
    const charge = this.#charges.get(key);
    if (charge?.state === 'AUTHORIZED') {
      charge.state = 'VOIDED';
    }
    return charge;
  }

  refund(key: string): Readonly<Charge> | undefined {
    const charge = this.#charges.get(key);
    const again = charge?.state === 'REFUNDED' && this.#weaknesses.has('refund again gives back again');
    if (charge?.state === 'CAPTURED' || (charge !== undefined && again)) {
      charge.state = 'REFUNDED';
      charge.refunds += 1;
    }
    return charge;
  }

  /** Lets go what was set aside too long ago. */
  lapse(now: number): void {
    for (const charge of this.#charges.values()) {
      if (charge.state === 'AUTHORIZED' && charge.authorizedAt + AUTHORIZATION_LASTS_SECONDS * 1000 <= now) {
        charge.state = 'VOIDED';
      }
    }
  }

  charges(): readonly ChargeSnapshot[] {
    return [...this.#charges].map(([charge_id, { orderId, state, amountMinor, captures, refunds }]) => ({
      charge_id,
      order_id: orderId,
      state,
      amount_minor: amountMinor,
      currency: 'USD',
      captures,
      refunds,
    }));
  }
}
