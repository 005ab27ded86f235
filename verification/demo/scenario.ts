import type { OrderStatus } from '../../functions/orders/order-status.ts';
import type { PaymentState, ReservationState } from '../invariants/snapshot.ts';
import type { Stage } from './stage.ts';

/** How an order must stand when its saga is over. */
export interface Expectation {
  readonly status: OrderStatus;
  /** `meta.code`-like constant of the order's end; absent where there is nothing to explain. */
  readonly reason_code?: string;
  readonly reservation: ReservationState;
  /** `absent`: Payment never heard of the order. */
  readonly payment: PaymentState | 'absent';
  /** How often the provider took the money. */
  readonly captures: 0 | 1;
  /** What became of the items made for the scenario: what was ordered is sold, or all of it is available again. */
  readonly stock: 'sold' | 'all available';
  /** States that the saga must have been in, in this order; others may lie between. */
  readonly passes: readonly string[];
  /** States that the saga must not have been in. */
  readonly avoids: readonly string[];
}

/** What playing a scenario leads to. */
export interface Played {
  readonly order_id: string;
  /** Every item made for the scenario, with how many pieces of it were ordered. */
  readonly ordered: readonly OrderedItem[];
}

/** An item made for a scenario. */
export interface OrderedItem {
  readonly item_id: string;
  readonly count: number;
}

/** One way an order can go. */
export interface Scenario {
  /** For `--only`. */
  readonly name: string;
  /** What happens, in one sentence. */
  readonly story: string;
  readonly expects: Expectation;
  /** Does what the customer, and fate, do. Returns once there is nothing left but to wait for the end. */
  readonly play: (stage: Stage) => Promise<Played>;
}
