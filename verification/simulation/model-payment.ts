import type { ModelProvider } from './model-provider.ts';
import {
  assertSamePayment,
  chargeKey,
  type PaymentRecord,
  type PaymentRecords,
  paymentRefusal,
  RecordConflict,
  requireAuthorized,
  requireCaptured,
  stateAfterCapture,
  type WantedPayment,
} from './payment-records.ts';
import type { Mutation } from './service-mutations.ts';
import type { VirtualClock } from './virtual-clock.ts';

type Steps<Output> = Generator<void, Output, void>;

/** When a Void that found no charge looks again for one that arrived late. */
const RECHECKS_SECONDS = [30, 330, 3930];

/**
 * An in-memory model of the contract in proto/payment/v1, with the steps of grpc-services/payment. It records an intent before
 * it calls the provider, and the next call after a crash repeats it. Each `yield` is a point of interleaving or crash.
 */
export class ModelPayment {
  readonly #rows: PaymentRecords;
  readonly #provider: ModelProvider;
  readonly #clock: VirtualClock;
  readonly #mutations: ReadonlySet<Mutation>;

  constructor(rows: PaymentRecords, provider: ModelProvider, clock: VirtualClock, mutations: ReadonlySet<Mutation>) {
    this.#rows = rows;
    this.#provider = provider;
    this.#clock = clock;
    this.#mutations = mutations;
  }

  *authorize(orderId: string, paymentId: string, method: string, amountMinor: number) {
    const wanted = { orderId, paymentId, amountMinor };
    const { state } = yield* retryOnConflict(() => this.#authorize(wanted, method));
    return state === 'ACTION_REQUIRED'
      ? { payment_id: paymentId, action_url: `/payment/action?charge=${chargeKey(wanted)}` }
      : { payment_id: paymentId, provider_reference: `charge-${chargeKey(wanted)}` };
  }

  /**
   * RecordProviderEvent: asks the provider about a payment that waits for its customer.
   *
   * @throws {Refusal} the order has no payment, or another one
   */
  *report(orderId: string, paymentId: string) {
    return yield* retryOnConflict(() => this.#report(orderId, paymentId));
  }

  *capture(orderId: string) {
    const row = yield* retryOnConflict(() => this.#capture(orderId));
    return { provider_reference: `charge-${chargeKey(row)}` };
  }

  /** @throws {Refusal} PaymentAlreadyCapturedError: only a refund undoes a capture */
  *void(orderId: string) {
    const { state } = yield* retryOnConflict(() => this.#void(orderId));
    return { state };
  }

  /**
   * Gives all of it back.
   *
   * @param refundId of a refund saga; undefined in compensation
   * @throws {Refusal} another refund has given it back, or the provider declines the refund
   */
  *refund(orderId: string, refundId?: string) {
    const { state } = yield* retryOnConflict(() => this.#refund(orderId, refundId));
    return { state };
  }

  *#authorize(wanted: WantedPayment, method: string): Steps<PaymentRecord> {
    const read = this.#rows.find(wanted.orderId);
    const known = read === undefined ? undefined : yield* this.#withoutWaiting(read, wanted);
    const undone = known?.state === 'VOIDED' && this.#mutations.has('authorize after void authorizes');
    const anew = known?.state === 'DECLINED' && known.paymentId !== wanted.paymentId;
    const begins = known === undefined || undone || anew;
    const again = known?.state === 'AUTHORIZED' && this.#mutations.has('a repeated authorize charges twice');
    const isOpen = known?.state === 'PENDING' || known?.state === 'ACTION_REQUIRED';
    if (!begins && !again && !isOpen) {
      return requireAuthorized(known, wanted);
    }
    if (!begins) {
      assertSamePayment(known, wanted);
    }
    const pending = begins ? this.#rows.save(known, { ...wanted, state: 'PENDING' }) : known;
    yield;
    const key = chargeKey(wanted);
    const { orderId, amountMinor } = wanted;
    const asked = () => this.#provider.authorize(key, orderId, method, amountMinor, this.#clock.now);
    const charge = again ? asked() : (this.#provider.find(key) ?? asked());
    yield;
    if (charge.state === 'ACTION_REQUIRED' && pending.state === 'ACTION_REQUIRED') {
      return pending;
    }
    try {
      return requireAuthorized(this.#rows.save(pending, { ...wanted, ...outcomeOf(charge) }), wanted);
    } catch (error) {
      // A concurrent Void found no charge. This call made one, so this call voids it.
      const current = this.#rows.find(orderId);
      const voided = current?.state === 'VOIDED' || current?.intent === 'VOID';
      if (error instanceof RecordConflict && voided) {
        this.#provider.void(key);
      }
      throw error;
    }
  }

  /** Another payment replaces one that waits for its customer. */
  *#withoutWaiting(read: PaymentRecord, { paymentId }: WantedPayment): Steps<PaymentRecord> {
    if (read.intent === 'VOID') {
      return yield* this.#settleVoid(read);
    }
    const replaced = read.state === 'ACTION_REQUIRED' && read.paymentId !== paymentId;
    return replaced || read.intent === 'REPLACE' ? yield* this.#replace(read) : read;
  }

  *#replace(waiting: PaymentRecord): Steps<PaymentRecord> {
    const intended =
      waiting.intent === 'REPLACE' ? waiting : this.#rows.save(waiting, { ...waiting, intent: 'REPLACE' });
    yield;
    this.#provider.void(chargeKey(intended));
    yield;
    const decline = 'PaymentDeclinedError';
    return this.#rows.save(intended, { ...intended, state: 'DECLINED', decline, intent: undefined });
  }

  *#report(orderId: string, paymentId: string): Steps<PaymentRecord> {
    const row = this.#rows.find(orderId);
    if (row === undefined) {
      throw paymentRefusal('PaymentNotFoundError');
    }
    if (row.paymentId !== paymentId) {
      throw paymentRefusal('PaymentMismatchError');
    }
    if (row.state === 'VOIDED') {
      this.#provider.void(chargeKey(row));
      return row;
    }
    if (row.state !== 'PENDING' && row.state !== 'ACTION_REQUIRED') {
      return row;
    }
    if (row.intent === 'VOID') {
      return yield* this.#settleVoid(row);
    }
    if (row.intent === 'REPLACE') {
      return yield* this.#replace(row);
    }
    const charge = this.#provider.find(chargeKey(row));
    yield;
    return charge === undefined || charge.state === 'ACTION_REQUIRED'
      ? row
      : this.#rows.save(row, { ...row, ...outcomeOf(charge) });
  }

  *#capture(orderId: string): Steps<PaymentRecord> {
    const read = this.#rows.find(orderId);
    const known = read === undefined ? undefined : yield* this.#withoutUndoing(read);
    const again = known?.state === 'CAPTURED' && this.#mutations.has('a repeated capture captures twice');
    if (known === undefined || (known.state !== 'AUTHORIZED' && !again)) {
      return requireCaptured(known);
    }
    const intended = this.#rows.save(known, { ...known, intent: 'CAPTURE' });
    yield;
    const charge = this.#provider.capture(chargeKey(known));
    yield;
    const settled = this.#rows.save(intended, { ...intended, state: stateAfterCapture(charge), intent: undefined });
    return settled.state === 'CAPTURED' ? settled : requireCaptured(settled);
  }

  *#withoutUndoing(row: PaymentRecord): Steps<PaymentRecord> {
    if (row.intent === 'VOID') {
      return yield* this.#settleVoid(row);
    }
    return row.intent === 'REFUND' ? yield* this.#settleRefund(row) : row;
  }

  *#void(orderId: string): Steps<PaymentRecord> {
    const known = this.#rows.find(orderId);
    if (known === undefined) {
      const tombstone: PaymentRecord = { orderId, state: 'VOIDED' };
      const left = !this.#mutations.has('void before authorize leaves no tombstone');
      return left ? this.#rows.save(undefined, tombstone) : tombstone;
    }
    switch (known.state) {
      case 'VOIDED':
        if (this.#mutations.has('a repeated void is refused')) {
          throw paymentRefusal('PaymentNotAuthorizedError');
        }
        return known;
      case 'REFUNDED':
        return known;
      case 'CAPTURED':
        throw paymentRefusal('PaymentAlreadyCapturedError');
      case 'DECLINED':
        return this.#rows.save(known, { ...known, state: 'VOIDED' });
      case 'PENDING':
      case 'ACTION_REQUIRED':
      case 'AUTHORIZED': {
        const intended = known.intent === 'VOID' ? known : this.#rows.save(known, { ...known, intent: 'VOID' });
        yield;
        return yield* this.#settleVoid(intended);
      }
    }
  }

  *#settleVoid(intended: PaymentRecord): Steps<PaymentRecord> {
    const charge = this.#provider.void(chargeKey(intended));
    yield;
    const found = charge === undefined || charge.state === 'DECLINED' ? 'VOIDED' : charge.state;
    const settled = this.#rows.save(intended, { ...intended, state: found, intent: undefined });
    if (found !== 'VOIDED') {
      throw new RecordConflict('the capture was faster than the void');
    }
    if (charge === undefined) {
      for (const seconds of RECHECKS_SECONDS) {
        this.#clock.after(seconds, () => void this.#provider.void(chargeKey(settled)));
      }
    }
    return settled;
  }

  *#refund(orderId: string, refundId: string | undefined): Steps<PaymentRecord> {
    const read = this.#rows.find(orderId);
    if (read?.intent === 'VOID') {
      yield* this.#settleVoid(read);
    }
    const captured = read?.intent === 'CAPTURE' && this.#provider.find(chargeKey(read))?.state === 'CAPTURED';
    const known = captured ? this.#rows.save(read, { ...read, state: 'CAPTURED', intent: undefined }) : read;
    if (known?.state === 'REFUNDED') {
      if (refundId !== undefined && known.refundId !== refundId) {
        throw paymentRefusal('RefundExceedsCapturedError');
      }
      return known;
    }
    if (known?.state !== 'CAPTURED') {
      throw paymentRefusal('PaymentNotCapturedError');
    }
    // Compensation is never declined here: an order that nobody can end would hide what else is wrong.
    if (refundId !== undefined && this.#provider.declinesRefunds(chargeKey(known))) {
      throw paymentRefusal('RefundDeclinedError');
    }
    const intended =
      known.intent === 'REFUND' ? known : this.#rows.save(known, { ...known, intent: 'REFUND', refundId });
    yield;
    return yield* this.#settleRefund(intended);
  }

  *#settleRefund(intended: PaymentRecord): Steps<PaymentRecord> {
    this.#provider.refund(chargeKey(intended), intended.refundId);
    yield;
    return this.#rows.save(intended, { ...intended, state: 'REFUNDED', intent: undefined });
  }
}

/** What a charge says about a payment without an outcome. */
function outcomeOf({ state, decline }: Pick<PaymentRecord, 'state' | 'decline'>) {
  return { state, decline };
}

function* retryOnConflict<Output>(steps: () => Steps<Output>): Steps<Output> {
  for (;;) {
    try {
      return yield* steps();
    } catch (error) {
      if (!(error instanceof RecordConflict)) {
        throw error;
      }
    }
  }
}
