import type { ChargeSnapshot } from '../invariants/snapshot.ts';
import type { Mutation } from './service-mutations.ts';

interface Charge {
  readonly orderId: string;
  state: 'ACTION_REQUIRED' | 'AUTHORIZED' | 'DECLINED' | 'CAPTURED' | 'VOIDED' | 'REFUNDED';
  decline: string | undefined;
  readonly amountMinor: number;
  authorizedAt: number;
  captures: number;
  refunds: number;
  readonly declinesRefunds: boolean;
  /** Given back by refunds, compensation aside. */
  refundedMinor: number;
}

/** Payment methods that the provider declines, with the error that the saga gets. */
const DECLINED_METHODS: Readonly<Record<string, string>> = {
  tok_declined: 'PaymentDeclinedError',
  tok_insufficient_funds: 'InsufficientFundsError',
  tok_unknown: 'InvalidPaymentMethodError',
};

/** An authorization lapses if it is not captured within this time. */
const AUTHORIZATION_LIFETIME_SECONDS = 1200;

/** A model of the payment provider, with its own ledger: one charge for each `order#payment`. */
export class ModelProvider {
  readonly #charges = new Map<string, Charge>();
  readonly #mutations: ReadonlySet<Mutation>;

  constructor(mutations: ReadonlySet<Mutation>) {
    this.#mutations = mutations;
  }

  find(key: string): Readonly<Charge> | undefined {
    return this.#charges.get(key);
  }

  /** Idempotent by key. */
  authorize(key: string, orderId: string, method: string, amountMinor: number, now: number): Readonly<Charge> {
    const known = this.#charges.get(key);
    const again = known !== undefined && this.#mutations.has('a repeated authorize charges twice');
    if (known !== undefined && !again) {
      return known;
    }
    const decline = DECLINED_METHODS[method];
    const accepted = method === 'tok_3ds' ? 'ACTION_REQUIRED' : 'AUTHORIZED';
    const state = decline === undefined ? accepted : 'DECLINED';
    const declinesRefunds = method === 'tok_refund_fails';
    const untouched = { captures: 0, refunds: 0, refundedMinor: 0 };
    const charge: Charge = { orderId, state, decline, amountMinor, authorizedAt: now, declinesRefunds, ...untouched };
    this.#charges.set(again ? `${key}#${this.#charges.size}` : key, charge);
    return charge;
  }

  capture(key: string): Readonly<Charge> | undefined {
    const charge = this.#charges.get(key);
    const again = charge?.state === 'CAPTURED' && this.#mutations.has('a repeated capture captures twice');
    if (charge?.state === 'AUTHORIZED' || (charge !== undefined && again)) {
      charge.state = 'CAPTURED';
      charge.captures += 1;
    }
    return charge;
  }

  void(key: string): Readonly<Charge> | undefined {
    const charge = this.#charges.get(key);
    if (charge?.state === 'AUTHORIZED' || charge?.state === 'ACTION_REQUIRED') {
      charge.state = 'VOIDED';
    }
    return charge;
  }

  /** The customer decides on every charge of the order that waits for that. Returns the keys of those charges. */
  decide(orderId: string, approve: boolean, now: number): readonly string[] {
    const waiting = [...this.#charges].filter(
      ([, charge]) => charge.orderId === orderId && charge.state === 'ACTION_REQUIRED',
    );
    for (const [, charge] of waiting) {
      charge.state = approve ? 'AUTHORIZED' : 'DECLINED';
      charge.decline = approve ? undefined : 'PaymentDeclinedError';
      charge.authorizedAt = now;
    }
    return waiting.map(([key]) => key);
  }

  declinesRefunds(key: string): boolean {
    return this.#charges.get(key)?.declinesRefunds === true;
  }

  refund(key: string, refundId?: string): Readonly<Charge> | undefined {
    const charge = this.#charges.get(key);
    const again = charge?.state === 'REFUNDED' && this.#mutations.has('a repeated refund refunds twice');
    if (charge?.state === 'CAPTURED' || (charge !== undefined && again)) {
      charge.state = 'REFUNDED';
      charge.refunds += 1;
      charge.refundedMinor += refundId === undefined ? 0 : charge.amountMinor;
    }
    return charge;
  }

  /** Voids authorizations that are too old. */
  lapse(now: number): void {
    for (const charge of this.#charges.values()) {
      if (charge.state === 'AUTHORIZED' && charge.authorizedAt + AUTHORIZATION_LIFETIME_SECONDS * 1000 <= now) {
        charge.state = 'VOIDED';
      }
    }
  }

  charges(): readonly ChargeSnapshot[] {
    return [...this.#charges].map(([charge_id, { orderId, state, amountMinor, captures, refunds, refundedMinor }]) => ({
      charge_id,
      order_id: orderId,
      state,
      amount_minor: amountMinor,
      currency: 'USD',
      captures,
      refunds,
      refunded_minor: refundedMinor,
    }));
  }
}
