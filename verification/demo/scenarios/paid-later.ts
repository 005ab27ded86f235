import { randomUUID } from 'node:crypto';
import type { Scenario } from '../scenario.ts';

/** The customer pays by /payment/pay. */
export const paidLater: Scenario = {
  name: 'paid-later',
  story: 'Ordered without a payment method; the saga waits for a task token until the customer pays.',
  expects: {
    status: 'CONFIRMED',
    reservation: 'COMMITTED',
    payment: 'CAPTURED',
    captures: 1,
    stock: 'sold',
    passes: ['ReserveInventory', 'AwaitPayment', 'CapturePayment', 'CommitInventory', 'ConfirmOrder'],
    avoids: ['AuthorizePayment', 'VoidPayment', 'ReleaseInventory'],
  },
  play: async (stage) => {
    const chair = await stage.stock('chair', 12900, 4);
    const order_id = await stage.shop.place([{ id: chair, count: 2 }], { window_seconds: 120 });
    await stage.waitFor(order_id, (status) => status === 'AWAITING_PAYMENT', 30);
    await stage.shop.pay(order_id, randomUUID());
    return { order_id, ordered: [{ item_id: chair, count: 2 }] };
  },
};
