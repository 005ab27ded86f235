import type { Scenario } from './scenario.ts';
import { cancelled } from './scenarios/cancelled.ts';
import { confirmed } from './scenarios/confirmed.ts';
import { declined } from './scenarios/declined.ts';
import { inventoryDown } from './scenarios/inventory-down.ts';
import { neverPaid } from './scenarios/never-paid.ts';
import { oneLineOutOfStock } from './scenarios/one-line-out-of-stock.ts';
import { outOfStock } from './scenarios/out-of-stock.ts';
import { paidLater } from './scenarios/paid-later.ts';
import { paymentDown } from './scenarios/payment-down.ts';
import { replyLost } from './scenarios/reply-lost.ts';

/** Every way an order can go, in the order in which the demo shows them. */
export const scenarios: readonly Scenario[] = [
  confirmed,
  declined,
  outOfStock,
  oneLineOutOfStock,
  paidLater,
  neverPaid,
  cancelled,
  replyLost,
  paymentDown,
  inventoryDown,
];
