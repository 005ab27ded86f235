import type { ModelProvider } from './model-provider.ts';
import {
  answered,
  assertSame,
  capturedBefore,
  keyOf,
  refusal,
  stateOf,
  type WantedPayment,
} from './payment-answers.ts';
import { type PaymentRow, type PaymentRows, RowConflict } from './payment-rows.ts';
import type { VirtualClock } from './virtual-clock.ts';
import type { Weakness } from './weakness.ts';

type Steps<Output> = Generator<void, Output, void>;

/** When a Void that found no charge looks for one that came after it. */
const RECHECKS_SECONDS = [30, 330, 3930];

/**
 * What the Payment service promises in proto/payment/v1, in memory: what it is about to ask the provider is written down first,
 * and whoever comes after a crash asks again. Its steps are those of grpc-services/payment.
 */
export class ModelPayment {
  readonly #rows: PaymentRows;
  readonly #provider: ModelProvider;
  readonly #clock: VirtualClock;
  readonly #weaknesses: ReadonlySet<Weakness>;

  constructor(rows: PaymentRows, provider: ModelProvider, clock: VirtualClock, weaknesses: ReadonlySet<Weakness>) {
    this.#rows = rows;
    this.#provider = provider;
    this.#clock = clock;
    this.#weaknesses = weaknesses;
  }

  *authorize(orderId: string, paymentId: string, method: string, amountMinor: number) {
    const wanted = { orderId, paymentId, amountMinor };
    yield* untilUndisturbed(() => this.#authorize(wanted, method));
    return { payment_id: paymentId, provider_reference: `charge-${keyOf(wanted)}` };
  }

  *capture(orderId: string) {
    const row = yield* untilUndisturbed(() => this.#capture(orderId));
    return { provider_reference: `charge-${keyOf(row)}` };
  }

  /** @throws Refusal PaymentAlreadyCapturedError: only a refund undoes it */
  *void(orderId: string) {
    const { state } = yield* untilUndisturbed(() => this.#void(orderId));
    return { state };
  }

  *refund(orderId: string) {
    const { state } = yield* untilUndisturbed(() => this.#refund(orderId));
    return { state };
  }

  *#authorize(wanted: WantedPayment, method: string): Steps<void> {
    const read = this.#rows.find(wanted.orderId);
    const known = read?.intent === 'VOID' ? yield* this.#settleVoid(read) : read;
    const undone = known?.state === 'VOIDED' && this.#weaknesses.has('authorize after void sets money aside');
    const anew = known?.state === 'DECLINED' && known.paymentId !== wanted.paymentId;
    const begins = known === undefined || undone || anew;
    const again = known?.state === 'AUTHORIZED' && this.#weaknesses.has('authorize again charges again');
    if (!begins && !again && known.state !== 'PENDING') {
      return answered(known, wanted);
    }
    if (!begins) {
      assertSame(known, wanted);
    }
    const pending = begins ? this.#rows.save(known, { ...wanted, state: 'PENDING' }) : known;
    yield;
    const key = keyOf(wanted);
    const { orderId, amountMinor } = wanted;
    const asked = () => this.#provider.authorize(key, orderId, method, amountMinor, this.#clock.now);
    const charge = again ? asked() : (this.#provider.find(key) ?? asked());
    yield;
    try {
      answered(this.#rows.save(pending, { ...wanted, state: charge.state, decline: charge.decline }), wanted);
    } catch (error) {
      // A Void came in between and found no charge: this call made one, so this call undoes it.
      const current = this.#rows.find(orderId);
      const voided = current?.state === 'VOIDED' || current?.intent === 'VOID';
      if (error instanceof RowConflict && voided) {
        this.#provider.void(key);
      }
      throw error;
    }
  }

  *#capture(orderId: string): Steps<PaymentRow> {
    const read = this.#rows.find(orderId);
    const known = read === undefined ? undefined : yield* this.#withoutUndoing(read);
    const again = known?.state === 'CAPTURED' && this.#weaknesses.has('capture again takes again');
    if (known === undefined || (known.state !== 'AUTHORIZED' && !again)) {
      return capturedBefore(known);
    }
    const intended = this.#rows.save(known, { ...known, intent: 'CAPTURE' });
    yield;
    const charge = this.#provider.capture(keyOf(known));
    yield;
    const settled = this.#rows.save(intended, { ...intended, state: stateOf(charge), intent: undefined });
    return settled.state === 'CAPTURED' ? settled : capturedBefore(settled);
  }

  *#withoutUndoing(row: PaymentRow): Steps<PaymentRow> {
    if (row.intent === 'VOID') {
      return yield* this.#settleVoid(row);
    }
    return row.intent === 'REFUND' ? yield* this.#settleRefund(row) : row;
  }

  *#void(orderId: string): Steps<PaymentRow> {
    const known = this.#rows.find(orderId);
    if (known === undefined) {
      const tombstone: PaymentRow = { orderId, state: 'VOIDED' };
      const left = !this.#weaknesses.has('void before authorize leaves no tombstone');
      return left ? this.#rows.save(undefined, tombstone) : tombstone;
    }
    switch (known.state) {
      case 'VOIDED':
        if (this.#weaknesses.has('void again is refused')) {
          throw refusal('PaymentNotAuthorizedError');
        }
        return known;
      case 'REFUNDED':
        return known;
      case 'CAPTURED':
        throw refusal('PaymentAlreadyCapturedError');
      case 'DECLINED':
        return this.#rows.save(known, { ...known, state: 'VOIDED' });
      case 'PENDING':
      case 'AUTHORIZED': {
        const intended = known.intent === 'VOID' ? known : this.#rows.save(known, { ...known, intent: 'VOID' });
        yield;
        return yield* this.#settleVoid(intended);
      }
    }
  }

  *#settleVoid(intended: PaymentRow): Steps<PaymentRow> {
    const charge = this.#provider.void(keyOf(intended));
    yield;
    const found = charge === undefined || charge.state === 'DECLINED' ? 'VOIDED' : charge.state;
    const settled = this.#rows.save(intended, { ...intended, state: found, intent: undefined });
    if (found !== 'VOIDED') {
      throw new RowConflict('the capture was faster than the void');
    }
    if (charge === undefined) {
      for (const seconds of RECHECKS_SECONDS) {
        this.#clock.after(seconds, () => void this.#provider.void(keyOf(settled)));
      }
    }
    return settled;
  }

  *#refund(orderId: string): Steps<PaymentRow> {
    const read = this.#rows.find(orderId);
    if (read?.intent === 'VOID') {
      yield* this.#settleVoid(read);
    }
    const captured = read?.intent === 'CAPTURE' && this.#provider.find(keyOf(read))?.state === 'CAPTURED';
    const known = captured ? this.#rows.save(read, { ...read, state: 'CAPTURED', intent: undefined }) : read;
    if (known?.state === 'REFUNDED') {
      return known;
    }
    if (known?.state !== 'CAPTURED') {
      throw refusal('PaymentNotCapturedError');
    }
    const intended = known.intent === 'REFUND' ? known : this.#rows.save(known, { ...known, intent: 'REFUND' });
    yield;
    return yield* this.#settleRefund(intended);
  }

  *#settleRefund(intended: PaymentRow): Steps<PaymentRow> {
    this.#provider.refund(keyOf(intended));
    yield;
    return this.#rows.save(intended, { ...intended, state: 'REFUNDED', intent: undefined });
  }
}

function* untilUndisturbed<Output>(steps: () => Steps<Output>): Steps<Output> {
  for (;;) {
    try {
      return yield* steps();
    } catch (error) {
      if (!(error instanceof RowConflict)) {
        throw error;
      }
    }
  }
}
