import { ModelInventory } from './model-inventory.ts';
import { ModelOrders } from './model-orders.ts';
import { ModelPayment } from './model-payment.ts';
import { ModelProvider } from './model-provider.ts';
import { PaymentRows } from './payment-rows.ts';
import { STOCK } from './scenario.ts';
import type { VirtualClock } from './virtual-clock.ts';
import type { Weakness } from './weakness.ts';

/** Everything that keeps data beside Step Functions. */
export interface ModelServices {
  readonly inventory: ModelInventory;
  readonly payment: ModelPayment;
  readonly paymentRows: PaymentRows;
  readonly provider: ModelProvider;
  readonly orders: ModelOrders;
}

/** Services that nobody has used yet. */
export function modelServices(clock: VirtualClock, weaknesses: ReadonlySet<Weakness>): ModelServices {
  const paymentRows = new PaymentRows();
  const provider = new ModelProvider(weaknesses);
  return {
    inventory: new ModelInventory(STOCK, weaknesses),
    payment: new ModelPayment(paymentRows, provider, clock, weaknesses),
    paymentRows,
    provider,
    orders: new ModelOrders(weaknesses),
  };
}
