import { Random } from 'resilient-stepfunctions/random';
import { Row, usedShare } from './row.ts';

/** A sale to simulate. */
export interface Sale {
  /** Rows over which the item's stock is spread. */
  readonly shards: number;
  /** Calls that come each second, those of customers who come again included. */
  readonly callsPerSecond: number;
  readonly seconds: number;
  /** How long a transaction keeps its rows to itself. DynamoDB documents no number. */
  readonly transactionMs: number;
  readonly seed: number;
}

/** What became of a sale. */
export interface SaleResult {
  readonly reservationsPerSecond: number;
  /** Transactions that met another one, for each reservation. */
  readonly conflictsPerReservation: number;
  /** The share of the calls that failed: their sagas repeat them later. */
  readonly failedShare: number;
  /** The longest of the fastest 99 % of the successful calls. */
  readonly p99Ms: number;
  /** Share of the read units of the item's own row that was used. */
  readonly itemReadShare: number;
  /** Share of the write units of the row that took the most. */
  readonly rowWriteShare: number;
}

/** The retries of Inventory (grpc-services/common/retry-on-conflict.ts); a test holds them against the original. */
export const INVENTORY_RETRIES = { attempts: 10, firstDelayMs: 10, longestDelayMs: 400 };

/** Calls that all tasks of Inventory carry out at the same time: 8 tasks with 64 each. */
const CALLS_AT_ONCE = 512;
/** Calls that wait for that; beyond these a call fails at once. */
const CALLS_THAT_WAIT = 8 * CALLS_AT_ONCE;
/** A read's answer, and the answer of a transaction beside the time that it keeps its rows. */
const ROUND_TRIP_MS = 4;
/** The start is left out of the figures. */
const WARM_UP_MS = 500;

interface Event {
  readonly atMs: number;
  readonly run: () => void;
}

/** Simulates customers who each want one piece of the same item. Stock never ends. The same sale always runs the same way. */
export function simulateSale(sale: Sale): SaleResult {
  return new SaleSimulation(sale).run();
}

class SaleSimulation {
  readonly #sale: Sale;
  readonly #random: Random;
  readonly #rows: readonly Row[];
  readonly #endMs: number;
  /** Latest first. */
  readonly #events: Event[] = [];
  #waiting = 0;
  #running = 0;
  #nowMs = 0;
  readonly #answerMs: number[] = [];
  #conflicts = 0;
  #failed = 0;

  constructor(sale: Sale) {
    this.#sale = sale;
    this.#random = new Random(sale.seed);
    this.#rows = Array.from({ length: sale.shards }, () => new Row());
    this.#endMs = sale.seconds * 1_000 + WARM_UP_MS;
  }

  run(): SaleResult {
    this.#nextCall();
    for (let event = this.#events.pop(); event !== undefined; event = this.#events.pop()) {
      if (event.atMs > this.#endMs) {
        break;
      }
      this.#nowMs = event.atMs;
      event.run();
    }
    const { seconds } = this.#sale;
    const reservations = this.#answerMs.length;
    const sorted = this.#answerMs.toSorted((left, right) => left - right);
    const shares = this.#rows.map((row) => usedShare(row, this.#endMs / 1_000));
    return {
      reservationsPerSecond: reservations / seconds,
      conflictsPerReservation: this.#conflicts / reservations,
      failedShare: this.#failed / (this.#failed + reservations),
      p99Ms: sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0,
      itemReadShare: shares[0]?.reads ?? 0,
      rowWriteShare: Math.max(...shares.map(({ writes }) => writes)),
    };
  }

  #nextCall(): void {
    const pauseMs = (-Math.log(1 - this.#random.fraction()) * 1_000) / this.#sale.callsPerSecond;
    this.#after(pauseMs, () => {
      this.#nextCall();
      this.#call();
    });
  }

  #call(): void {
    if (this.#running < CALLS_AT_ONCE) {
      this.#running += 1;
      this.#attempt(Math.floor(this.#random.fraction() * this.#sale.shards), 1, this.#nowMs);
    } else if (this.#waiting < CALLS_THAT_WAIT) {
      this.#waiting += 1;
    } else {
      this.#fail();
    }
  }

  /** One attempt of Reserve: reads the item's own row and the order's first shard, then writes the shard. */
  #attempt(shard: number, attempt: number, startMs: number): void {
    const [own, row] = [this.#rows[0], this.#rows[shard]];
    const isRead = own?.read(this.#nowMs) === true && (shard === 0 || row?.read(this.#nowMs) === true);
    this.#after(this.#varied(ROUND_TRIP_MS), () => {
      const end = isRead && row !== undefined ? row.write(this.#nowMs, this.#sale.transactionMs) : 'throttled';
      if (end === 'conflict' && this.#isMeasured()) {
        this.#conflicts += 1;
      }
      if (end === 'conflict' && attempt < INVENTORY_RETRIES.attempts) {
        const limitMs = Math.min(INVENTORY_RETRIES.longestDelayMs, INVENTORY_RETRIES.firstDelayMs * 2 ** (attempt - 1));
        const delayMs = this.#varied(ROUND_TRIP_MS) + this.#random.fraction() * limitMs;
        this.#after(delayMs, () => this.#attempt(shard, attempt + 1, startMs));
        return;
      }
      const answerMs = this.#varied(ROUND_TRIP_MS) + (end === 'done' ? this.#sale.transactionMs : 0);
      this.#after(answerMs, () => this.#answered(end === 'done', startMs));
    });
  }

  #answered(isReserved: boolean, startMs: number): void {
    if (isReserved && this.#isMeasured()) {
      this.#answerMs.push(this.#nowMs - startMs);
    }
    if (!isReserved) {
      this.#fail();
    }
    this.#running -= 1;
    if (this.#waiting > 0) {
      this.#waiting -= 1;
      this.#call();
    }
  }

  #fail(): void {
    if (this.#isMeasured()) {
      this.#failed += 1;
    }
  }

  #isMeasured(): boolean {
    return this.#nowMs >= WARM_UP_MS;
  }

  /** Half to one and a half times as long. */
  #varied(ms: number): number {
    return ms * (0.5 + this.#random.fraction());
  }

  #after(ms: number, run: () => void): void {
    const event = { atMs: this.#nowMs + ms, run };
    let [low, high] = [0, this.#events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#events[middle]?.atMs ?? 0) > event.atMs) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    this.#events.splice(low, 0, event);
  }
}
