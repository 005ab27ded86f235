import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderStatus } from '../../functions/orders/order-status.ts';
import { isFinished } from '../invariants/snapshot.ts';
import type { AwsCalls } from './aws-calls.ts';

const POLL_MS = 30;
const KEYS_A_CALL = 100;
const PATIENCE_MS = 60_000;

interface Watched {
  readonly since: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Waits for orders to be confirmed, with one BatchGetItem for all of them every 30 ms. */
export class OrderEndWatch {
  readonly #dynamodb: AwsCalls;
  readonly #table: string;
  readonly #patienceMs: number;
  readonly #watched = new Map<string, Watched>();
  #polling = false;

  constructor(dynamodb: AwsCalls, table: string, patienceMs = PATIENCE_MS) {
    this.#patienceMs = patienceMs;
    this.#dynamodb = dynamodb;
    this.#table = table;
  }

  /**
   * Resolves once the order is confirmed.
   *
   * @throws {Error} it ended otherwise, or has not ended in time
   */
  confirmed(order_id: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#watched.set(order_id, { since: performance.now(), resolve, reject });
      if (!this.#polling) {
        void this.#poll();
      }
    });
  }

  async #poll(): Promise<void> {
    this.#polling = true;
    while (this.#watched.size > 0) {
      await sleep(POLL_MS);
      const ids = [...this.#watched.keys()];
      for (let from = 0; from < ids.length; from += KEYS_A_CALL) {
        await this.#look(ids.slice(from, from + KEYS_A_CALL)).catch((error: unknown) => this.#giveUp(error));
      }
    }
    this.#polling = false;
  }

  async #look(ids: readonly string[]): Promise<void> {
    const { Responses } = await this.#dynamodb.call('dynamodb', 'BatchGetItem', {
      RequestItems: {
        [this.#table]: {
          Keys: ids.map((id) => ({ order_id: { S: id } })),
          ProjectionExpression: 'order_id, #status',
          ExpressionAttributeNames: { '#status': 'status' },
          ConsistentRead: true,
        },
      },
    });
    const rows = (Responses as Record<string, readonly { order_id: { S: string }; status: { S: OrderStatus } }[]>)[
      this.#table
    ];
    for (const { order_id, status } of rows ?? []) {
      this.#settle(order_id.S, status.S);
    }
    for (const id of ids) {
      this.#rejectIfLate(id);
    }
  }

  #settle(id: string, status: OrderStatus): void {
    if (!isFinished(status) && status !== 'NEEDS_ATTENTION') {
      return;
    }
    const watched = this.#watched.get(id);
    this.#watched.delete(id);
    if (status === 'CONFIRMED') {
      watched?.resolve();
    } else {
      watched?.reject(new Error(`Order ${id} ended as ${status}, though nothing about it should fail`));
    }
  }

  #rejectIfLate(id: string): void {
    const watched = this.#watched.get(id);
    if (watched === undefined || performance.now() - watched.since < this.#patienceMs) {
      return;
    }
    this.#watched.delete(id);
    watched.reject(new Error(`Order ${id} has not ended after ${this.#patienceMs / 1000} s`));
  }

  #giveUp(cause: unknown): void {
    for (const { reject } of this.#watched.values()) {
      reject(new Error('The orders cannot be watched', { cause }));
    }
    this.#watched.clear();
  }
}
