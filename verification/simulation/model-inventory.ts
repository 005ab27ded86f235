import type { ItemSnapshot, LineSnapshot, ReservationSnapshot, ReservationState } from '../invariants/snapshot.ts';
import { FREE_ITEM } from './scenario.ts';
import type { Mutation } from './service-mutations.ts';
import { Refusal } from './simulated-call.ts';

interface Reservation {
  state: ReservationState;
  lines: readonly LineSnapshot[];
  expiresAt: number;
  /** Error name of a REFUSED reservation. */
  refusal?: string;
  /** Present once all that was sold came back: by a refund of this id, or because the order was given up. */
  returnedBy?: string;
}

interface Counters {
  stocked: number;
  available: number;
  held: number;
  sold: number;
}

const GIVEN_UP = 'given up';

function unitPrice(itemId: string): number {
  return itemId === FREE_ITEM ? 0 : 250;
}

/** An in-memory model of the contract in proto/inventory/v1. Every call is atomic. */
export class ModelInventory {
  readonly #items = new Map<string, Counters>();
  readonly #reservations = new Map<string, Reservation>();
  readonly #mutations: ReadonlySet<Mutation>;

  constructor(stock: Readonly<Record<string, number>>, mutations: ReadonlySet<Mutation>) {
    for (const [id, count] of Object.entries(stock)) {
      this.#items.set(id, { stocked: count, available: count, held: 0, sold: 0 });
    }
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
    const unknown = lines.find(({ item_id }) => !this.#items.has(item_id));
    const short = lines.find(({ item_id, count }) => (this.#items.get(item_id)?.available ?? 0) < count);
    if (short !== undefined) {
      const refusal = unknown === undefined ? 'OutOfStockError' : 'ItemNotFoundError';
      this.#reservations.set(orderId, { state: 'REFUSED', lines, expiresAt, refusal });
      throw new Refusal(refusal, `${(unknown ?? short).item_id} is not available`);
    }
    const reservation: Reservation = { state: 'HELD', lines, expiresAt };
    this.#move(lines, 'available', 'held');
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
      this.#move(known.lines, 'held', 'available');
    }
    this.#reservations.set(orderId, { state: 'RELEASED', lines: known?.lines ?? [], expiresAt: 0 });
  }

  /** Sells what was held; an expired hold is renewed if there is enough stock. */
  commit(orderId: string): void {
    const known = this.#reservations.get(orderId);
    switch (known?.state) {
      case 'COMMITTED':
        if (this.#mutations.has('a repeated commit sells stock twice')) {
          this.#move(known.lines, 'held', 'sold');
        }
        return;
      case 'HELD':
        this.#move(known.lines, 'held', 'sold');
        break;
      case 'EXPIRED':
        if (known.lines.some(({ item_id, count }) => this.#item(item_id).available < count)) {
          throw new Refusal('ReservationExpiredError', 'the hold ran out');
        }
        this.#move(known.lines, 'available', 'sold');
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
      this.#move(known.lines, 'sold', 'available');
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
      this.#move(reservation.lines, 'held', 'available');
      reservation.state = 'EXPIRED';
    }
  }

  /** Adds stock of every item, as an operator would. */
  restock(count: number): void {
    for (const item of this.#items.values()) {
      item.stocked += count;
      item.available += count;
    }
  }

  /** Whether available + held + sold is the stock of every item, and none is negative. */
  isBalanced(): boolean {
    for (const { stocked, available, held, sold } of this.#items.values()) {
      if (available + held + sold !== stocked || available < 0 || held < 0 || sold < 0) {
        return false;
      }
    }
    return true;
  }

  items(): readonly ItemSnapshot[] {
    return [...this.#items].map(([item_id, counters]) => ({ item_id, ...counters }));
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
      lines: lines.map((line) => ({ ...line, name: line.item_id, unit_price_minor: unitPrice(line.item_id) })),
      expires_at: new Date(expiresAt).toISOString(),
    };
  }

  #item(id: string): Counters {
    const item = this.#items.get(id);
    if (item === undefined) {
      throw new Refusal('ItemNotFoundError', `there is no item ${id}`);
    }
    return item;
  }

  #move(lines: readonly LineSnapshot[], from: 'available' | 'held' | 'sold', to: 'available' | 'held' | 'sold'): void {
    for (const { item_id, count } of lines) {
      const item = this.#item(item_id);
      item[from] -= count;
      item[to] += count;
    }
  }
}
