import type { PaymentSnapshot, PaymentState } from '../invariants/snapshot.ts';

/** What the Payment service keeps of an order: the last that is certain, and what the provider is being asked. */
export interface PaymentRow {
  readonly orderId: string;
  readonly state: PaymentState;
  readonly intent?: 'CAPTURE' | 'VOID' | 'REFUND' | undefined;
  /** Absent where a Void came before any payment. */
  readonly paymentId?: string;
  readonly amountMinor?: number;
  readonly decline?: string | undefined;
}

/** A row was written by somebody else since it was read: read it again and decide anew. */
export class RowConflict extends Error {}

/** The Payment service's table. Each row is replaced as a whole, and only where it is still the one that was read. */
export class PaymentRows {
  readonly #rows = new Map<string, PaymentRow>();

  find(orderId: string): PaymentRow | undefined {
    return this.#rows.get(orderId);
  }

  /** @throws RowConflict */
  save(read: PaymentRow | undefined, next: PaymentRow): PaymentRow {
    if (this.#rows.get(next.orderId) !== read) {
      throw new RowConflict();
    }
    this.#rows.set(next.orderId, next);
    return next;
  }

  payments(): readonly PaymentSnapshot[] {
    return [...this.#rows.values()].map(({ orderId, state, amountMinor }) => ({
      order_id: orderId,
      state,
      ...(amountMinor === undefined ? {} : { amount_minor: amountMinor, currency: 'USD' }),
    }));
  }
}
