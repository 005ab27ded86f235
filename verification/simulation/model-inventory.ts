import type { ItemSnapshot, LineSnapshot, ReservationSnapshot, ReservationState } from '../invariants/snapshot.ts';
import { ModelStock } from './model-stock.ts';
import { FREE_ITEM } from './scenario.ts';
import type { Mutation } from './service-mutations.ts';
import { Refusal } from './simulated-call.ts';

interface Reservation {
  state: ReservationState;
  lines: readonly LineSnapshot[];
  expiresAt: number;
  /** Error name of a REFUSED reservation. */
  refusal?: string;
  /** Present once all that was sold came back, by a refund of this id or because the order was given up. */
  returnedBy?: string;
}

const GIVEN_UP = 'given up';

function unitPrice(itemId: string): number {
  return itemId === FREE_ITEM ? 0 : 250;
}

/** An in-memory model of the contract in proto/inventory/v1. Every call is atomic. */
export class ModelInventory {
  readonly #stock: ModelStock;
  readonly #reservations = new Map<string, Reservation>();
  readonly #mutations: ReadonlySet<Mutation>;

  /** @param shards rows over which the stock of each item is spread */
  constructor(stock: Readonly<Record<string, number>>, mutations: ReadonlySet<Mutation>, shards = 1) {
    this.#stock = new ModelStock(stock, shards);
    this.#mutations = mutations;
  }

  /**
   * @param now milliseconds since the epoch
   * @returns the answer of the reserveInventory function
   * @throws {Refusal}
   */
  reserve(orderId: string, lines: readonly LineSnapshot[], holdSeconds: number, now: number) {
    const known = this.#reservations.get(orderId);
    const expiresAt = now + holdSeconds * 1000;
    if (known !== undefined && this.#isRepeat(known)) {
      if (known.state === 'HELD') {
        known.expiresAt = Math.max(known.expiresAt, expiresAt);
      }
      return this.#answer(known);
    }
    const unknown = lines.find(({ item_id }) => !this.#stock.has(item_id));
    const short = this.#shortLine(lines);
    if (short !== undefined) {
      const refusal = unknown === undefined ? 'OutOfStockError' : 'ItemNotFoundError';
      this.#reservations.set(orderId, { state: 'REFUSED', lines, expiresAt, refusal });
      throw new Refusal(refusal, `${(unknown ?? short).item_id} is not available`);
    }
    const taken = this.#stock.allocate(lines);
    const reservation: Reservation = { state: 'HELD', lines: taken, expiresAt };
    this.#stock.move(taken, 'available', 'held');
    this.#reservations.set(orderId, reservation);
    return this.#answer(reservation);
  }

  /** Undoes a reservation and always leaves a tombstone, which refuses a late Reserve or Commit. */
  release(orderId: string): void {
    const known = this.#reservations.get(orderId);
    if (known?.state === 'COMMITTED') {
      throw new Refusal('ReservationCommittedError', 'the stock is sold');
    }
    if (known === undefined && this.#mutations.has('release before reserve leaves no tombstone')) {
      return;
    }
    const again = known?.state === 'RELEASED' && this.#mutations.has('a repeated release returns stock twice');
    if (known !== undefined && (known.state === 'HELD' || again)) {
      const toOwnRow = this.#mutations.has('a release returns stock to the own row of an item that is spread');
      const lines = toOwnRow ? known.lines.map(({ taken_from: _ignored, ...line }) => line) : known.lines;
      this.#stock.move(lines, 'held', 'available');
    }
    this.#reservations.set(orderId, { state: 'RELEASED', lines: known?.lines ?? [], expiresAt: 0 });
  }

  /** Sells what was held; an expired hold is renewed if there is enough stock. */
  commit(orderId: string): void {
    const known = this.#reservations.get(orderId);
    switch (known?.state) {
      case 'COMMITTED':
        if (this.#mutations.has('a repeated commit sells stock twice')) {
          this.#stock.move(known.lines, 'held', 'sold');
        }
        return;
      case 'HELD':
        this.#stock.move(known.lines, 'held', 'sold');
        break;
      case 'EXPIRED':
        if (this.#shortLine(known.lines) !== undefined) {
          throw new Refusal('ReservationExpiredError', 'the hold ran out');
        }
        known.lines = this.#stock.allocate(known.lines);
        this.#stock.move(known.lines, 'available', 'sold');
        break;
      case 'RELEASED':
      case 'REFUSED':
        throw new Refusal('ReservationReleasedError', 'the reservation was undone');
      case undefined:
        throw new Refusal('ReservationNotFoundError', 'there is no reservation');
    }
    known.state = 'COMMITTED';
  }

  /** Takes back all that was sold to the order, once. @throws {Refusal} another return has taken it back */
  return(orderId: string, returnId = GIVEN_UP): void {
    const known = this.#reservations.get(orderId);
    if (known?.state !== 'COMMITTED') {
      throw new Refusal('ReservationNotCommittedError', 'the stock is not sold');
    }
    if (this.#mutations.has('sold stock of an order that was given up is not returned')) {
      return;
    }
    if (known.returnedBy === undefined) {
      this.#stock.move(known.lines, 'sold', 'available');
      known.returnedBy = returnId;
    } else if (known.returnedBy !== returnId) {
      throw new Refusal('ReturnExceedsSoldError', 'all that was sold came back');
    }
  }

  /** Returns expired holds, as Inventory's sweeper does. */
  sweep(now: number): void {
    for (const reservation of this.#reservations.values()) {
      if (reservation.state !== 'HELD' || reservation.expiresAt > now) {
        continue;
      }
      this.#stock.move(reservation.lines, 'held', 'available');
      reservation.state = 'EXPIRED';
    }
  }

  /** Adds stock of every item, as an operator would. */
  restock(count: number): void {
    this.#stock.restock(count);
  }

  /** Whether available + held + sold is the stock of every row, and none is negative. */
  isBalanced(): boolean {
    return this.#stock.isBalanced();
  }

  items(): readonly ItemSnapshot[] {
    return this.#stock.items();
  }

  reservations(): readonly ReservationSnapshot[] {
    return [...this.#reservations].map(([order_id, { state, lines, returnedBy }]) => ({
      order_id,
      state,
      lines,
      ...(returnedBy !== undefined && { returns: [{ return_id: returnedBy, lines }] }),
    }));
  }

  /** Whether Reserve repeats its earlier answer. @throws {Refusal} the reservation was refused or undone */
  #isRepeat({ state, refusal }: Reservation): boolean {
    switch (state) {
      case 'HELD':
        return !this.#mutations.has('a repeated reserve holds stock twice');
      case 'COMMITTED':
        return true;
      case 'RELEASED':
        if (this.#mutations.has('reserve after release holds stock')) {
          return false;
        }
        throw new Refusal('ReservationReleasedError', 'the reservation was undone');
      case 'EXPIRED':
        throw new Refusal('ReservationExpiredError', 'the hold ran out');
      case 'REFUSED':
        throw new Refusal(refusal ?? 'OutOfStockError', 'refused before');
    }
  }

  #answer({ lines, expiresAt }: Reservation) {
    return {
      amount_minor: lines.reduce((sum, { item_id, count }) => sum + count * unitPrice(item_id), 0),
      currency: 'USD',
      lines: lines.map(({ taken_from: _internal, ...line }) => ({
        ...line,
        name: line.item_id,
        unit_price_minor: unitPrice(line.item_id),
      })),
      expires_at: new Date(expiresAt).toISOString(),
    };
  }

  #shortLine(lines: readonly LineSnapshot[]): LineSnapshot | undefined {
    return lines.find(({ item_id, count }) => this.#stock.available(item_id) < count);
  }
}
