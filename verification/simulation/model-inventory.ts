import type { ItemSnapshot, LineSnapshot, ReservationSnapshot, ReservationState } from '../invariants/snapshot.ts';
import { Refusal } from './refusal.ts';
import type { Weakness } from './weakness.ts';

interface Reservation {
  state: ReservationState;
  lines: readonly LineSnapshot[];
  expiresAt: number;
  /** Name of the error with which it was REFUSED. */
  refusal?: string;
}

interface Counters {
  stocked: number;
  available: number;
  held: number;
  sold: number;
}

const UNIT_PRICE_MINOR = 250;

/** What the Inventory service promises in proto/inventory/v1, in memory and at once. */
export class ModelInventory {
  readonly #items = new Map<string, Counters>();
  readonly #reservations = new Map<string, Reservation>();
  readonly #weaknesses: ReadonlySet<Weakness>;

  constructor(stock: Readonly<Record<string, number>>, weaknesses: ReadonlySet<Weakness>) {
    for (const [id, count] of Object.entries(stock)) {
      this.#items.set(id, { stocked: count, available: count, held: 0, sold: 0 });
    }
    this.#weaknesses = weaknesses;
  }

  /** @returns the answer of the reserveInventory function; times in milliseconds. */
  reserve(orderId: string, lines: readonly LineSnapshot[], holdSeconds: number, now: number) {
    const known = this.#reservations.get(orderId);
    const expiresAt = now + holdSeconds * 1000;
    if (known !== undefined && this.#stands(known)) {
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
      throw new Refusal(refusal, `${(unknown ?? short).item_id} cannot be had`);
    }
    const reservation: Reservation = { state: 'HELD', lines, expiresAt };
    this.#move(lines, 'available', 'held');
    this.#reservations.set(orderId, reservation);
    return this.#answer(reservation);
  }

  /** Undoes a reservation; whatever it finds, it leaves what no Reserve and no Commit gets past. */
  release(orderId: string): void {
    const known = this.#reservations.get(orderId);
    if (known?.state === 'COMMITTED') {
      throw new Refusal('ReservationCommittedError', 'the stock is sold');
    }
    if (known === undefined && this.#weaknesses.has('release before reserve leaves no tombstone')) {
      return;
    }
    const again = known?.state === 'RELEASED' && this.#weaknesses.has('release again gives back again');
    if (known !== undefined && (known.state === 'HELD' || again)) {
      this.#move(known.lines, 'held', 'available');
    }
    this.#reservations.set(orderId, { state: 'RELEASED', lines: known?.lines ?? [], expiresAt: 0 });
  }

  /** Held becomes sold; an expired hold is taken again where the stock is still there. */
  commit(orderId: string): void {
    const known = this.#reservations.get(orderId);
    switch (known?.state) {
      case 'COMMITTED':
        if (this.#weaknesses.has('commit again sells again')) {
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

  /** What the sweeper does: returns what was held too long. */
  sweep(now: number): void {
    for (const reservation of this.#reservations.values()) {
      if (reservation.state !== 'HELD' || reservation.expiresAt > now) {
        continue;
      }
      this.#move(reservation.lines, 'held', 'available');
      reservation.state = 'EXPIRED';
    }
  }

  /** An operator brings more of everything. */
  restock(count: number): void {
    for (const item of this.#items.values()) {
      item.stocked += count;
      item.available += count;
    }
  }

  /** Whether every piece of every item is where it can be: available, held or sold. */
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
    return [...this.#reservations].map(([order_id, { state, lines }]) => ({ order_id, state, lines }));
  }

  /** Whether a repeated Reserve gets the old answer; refuses what was undone. */
  #stands({ state, refusal }: Reservation): boolean {
    switch (state) {
      case 'HELD':
        return !this.#weaknesses.has('reserve again holds again');
      case 'COMMITTED':
        return true;
      case 'RELEASED':
        if (this.#weaknesses.has('reserve after release holds again')) {
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
      amount_minor: lines.reduce((sum, { count }) => sum + count * UNIT_PRICE_MINOR, 0),
      currency: 'USD',
      lines: lines.map((line) => ({ ...line, name: line.item_id, unit_price_minor: UNIT_PRICE_MINOR })),
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

  #move(lines: readonly LineSnapshot[], from: 'available' | 'held', to: 'available' | 'held' | 'sold'): void {
    for (const { item_id, count } of lines) {
      const item = this.#item(item_id);
      item[from] -= count;
      item[to] += count;
    }
  }
}
