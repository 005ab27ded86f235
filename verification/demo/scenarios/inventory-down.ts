import { randomUUID } from 'node:crypto';
import type { Scenario } from '../scenario.ts';

/** A service is down behind the pivot. */
export const inventoryDown: Scenario = {
  name: 'inventory-down',
  story: 'Inventory is killed as the customer pays; the money is taken, and the stock follows once it is back.',
  expects: {
    status: 'CONFIRMED',
    reservation: 'COMMITTED',
    payment: 'CAPTURED',
    captures: 1,
    stock: 'sold',
    passes: ['ReserveInventory', 'AwaitPayment', 'CapturePayment', 'CommitInventory', 'ConfirmOrder'],
    avoids: ['VoidPayment', 'ReleaseInventory'],
  },
  play: async (stage) => {
    const shelf = await stage.stock('shelf', 15900, 2);
    const order_id = await stage.shop.place([{ id: shelf, count: 1 }], { window_seconds: 120 });
    await stage.waitFor(order_id, (status) => status === 'AWAITING_PAYMENT', 30);
    await Promise.all([stage.crash('inventory'), stage.shop.pay(order_id, randomUUID())]);
    return { order_id, ordered: [{ item_id: shelf, count: 1 }] };
  },
};
