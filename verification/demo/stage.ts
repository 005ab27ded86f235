import { setTimeout as sleep } from 'node:timers/promises';
import type { StackProcessName } from '../../embedded/stack.ts';
import type { OrderStatus } from '../../functions/orders/order-status.ts';
import type { Stocker } from '../stack/stocker.ts';
import type { DemoStack } from './demo-stack.ts';
import type { OrderView, Shop } from './shop.ts';

/** What a scenario plays with. */
export class Stage {
  readonly shop: Shop;
  readonly #stocker: Stocker;
  readonly #stack: DemoStack;
  readonly #say: (line: string) => void;

  constructor(shop: Shop, stocker: Stocker, stack: DemoStack, say: (line: string) => void) {
    this.shop = shop;
    this.#stocker = stocker;
    this.#stack = stack;
    this.#say = say;
  }

  /**
   * Puts a new item on the shelf and returns its id.
   *
   * @param price whole cents
   */
  async stock(name: string, price: number, count: number): Promise<string> {
    return await this.#stocker.create(name, price, count);
  }

  /** Ends a process of the stack as a crash would; the stack starts it again. Resolves once it is back. */
  async crash(process: StackProcessName): Promise<void> {
    const pid = this.#stack.kill(process, 'SIGKILL');
    this.#say(`kill -9 ${pid} (${process})`);
    const died = performance.now();
    await this.#stack.isBack(process, pid);
    this.#say(`${process} is back after ${((performance.now() - died) / 1000).toFixed(1)} s`);
  }

  /**
   * Looks at an order until it is in a status.
   *
   * @throws {Error} it was not within the time
   */
  async waitFor(order_id: string, isThere: (status: OrderStatus) => boolean, seconds: number): Promise<OrderView> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const order = await this.shop.look(order_id);
      if (isThere(order.status)) {
        return order;
      }
      if (Date.now() > deadline) {
        throw new Error(`Order ${order_id} is still ${order.status} after ${seconds} s`);
      }
      await sleep(100);
    }
  }
}
