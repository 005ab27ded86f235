import type { StackProcessName } from '../../embedded/stack.ts';
import type { OrderStatus } from '../../functions/orders/order-status.ts';
import type { OrderApiClient, PlaceBody } from '../client/order-api-client.ts';
import type { PaymentState, ReservationState } from '../invariants/snapshot.ts';
import type { RestockClient } from '../stack/restock-client.ts';
import type { DemoStack } from './demo-stack.ts';

/** How an order must stand when its saga is over. */
export interface Expectation {
  readonly status: OrderStatus;
  /** The constant that explains the order's end; absent where there is nothing to explain. */
  readonly reasonCode?: string;
  readonly reservation: ReservationState;
  /** `absent`: Payment never heard of the order. */
  readonly payment: PaymentState | 'absent';
  /** How often the provider captured the money. */
  readonly captures: 0 | 1;
  /** Whether the ordered items are sold, or all available again. */
  readonly stock: 'sold' | 'all available';
  /** States that the saga must pass, in this order; others may lie between. */
  readonly passes: readonly string[];
  /** States that the saga must not pass. */
  readonly avoids: readonly string[];
}

/** The order that a scenario placed. */
export interface PlacedOrder {
  readonly orderId: string;
  /** Every item made for the scenario, with how many pieces of it were ordered. */
  readonly ordered: PlaceBody['list'];
  /** How many further executions the order had; absent: none. The last one ends the order. */
  readonly furtherRuns?: number;
}

/** One way an order can go. */
export interface Scenario {
  /** For `--only`. */
  readonly name: string;
  /** What happens, in one sentence. */
  readonly description: string;
  readonly expects: Expectation;
  /** Does what the customer does, and what breaks meanwhile. Returns when there is nothing left but to wait for the end. */
  readonly play: (tools: ScenarioTools) => Promise<PlacedOrder>;
}

/** The dependencies of a scenario: the API, the warehouse, and a way to crash a process. */
export class ScenarioTools {
  readonly api: OrderApiClient;
  readonly #restockClient: RestockClient;
  readonly #stack: DemoStack;
  readonly #say: (line: string) => void;

  constructor(api: OrderApiClient, restockClient: RestockClient, stack: DemoStack, say: (line: string) => void) {
    this.api = api;
    this.#restockClient = restockClient;
    this.#stack = stack;
    this.#say = say;
  }

  /**
   * Stocks a new item and returns its id.
   *
   * @param price whole cents
   */
  async stock(name: string, price: number, count: number): Promise<string> {
    return await this.#restockClient.createItem(name, price, count);
  }

  /** Gives the stock of an order back, as somebody in the warehouse might do by mistake. */
  async releaseStock(orderId: string): Promise<void> {
    await this.#restockClient.release(orderId);
  }

  /** Kills a process of the stack; the supervisor restarts it. Resolves when it is ready again. */
  async crash(process: StackProcessName): Promise<void> {
    const pid = this.#stack.kill(process, 'SIGKILL');
    this.#say(`kill -9 ${pid} (${process})`);
    const died = performance.now();
    await this.#stack.isBack(process, pid);
    this.#say(`${process} is back after ${((performance.now() - died) / 1000).toFixed(1)} s`);
  }
}
