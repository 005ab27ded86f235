import { ModelInventory } from './model-inventory.ts';
import { ModelOrders } from './model-orders.ts';
import { ModelPayment } from './model-payment.ts';
import { ModelProvider } from './model-provider.ts';
import { PaymentRecords } from './payment-records.ts';
import { type Scenario, STOCK } from './scenario.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Models of all services that keep data, Step Functions aside. */
export interface ModelServices {
  readonly inventory: ModelInventory;
  readonly payment: ModelPayment;
  readonly paymentRecords: PaymentRecords;
  readonly provider: ModelProvider;
  readonly orders: ModelOrders;
}

/** Creates the models: full stock, no orders, no payments. */
export function modelServices(
  clock: VirtualClock,
  { mutations: seeded = [], weakness, probe, shards }: Scenario,
): ModelServices {
  const mutations = new Set(seeded);
  const paymentRecords = new PaymentRecords();
  const provider = new ModelProvider(mutations);
  return {
    inventory: new ModelInventory(STOCK, mutations, shards),
    payment: new ModelPayment(paymentRecords, provider, clock, mutations),
    paymentRecords,
    provider,
    orders: new ModelOrders(weakness, probe),
  };
}
