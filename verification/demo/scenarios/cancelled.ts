import type { Scenario } from '../scenario.ts';

/** The customer changes their mind. */
export const cancelled: Scenario = {
  name: 'cancelled',
  story: 'Cancelled while the payment is awaited; everything is undone at once.',
  expects: {
    status: 'CANCELLED',
    reason_code: 'CANCELLED_BY_CUSTOMER',
    reservation: 'RELEASED',
    payment: 'VOIDED',
    captures: 0,
    stock: 'all available',
    passes: ['ReserveInventory', 'AwaitPayment', 'VoidPayment', 'ReleaseInventory', 'CloseCancelledOrder'],
    avoids: ['CapturePayment', 'CommitInventory'],
  },
  play: async (stage) => {
    const mirror = await stage.stock('mirror', 8900, 3);
    const order_id = await stage.shop.place([{ id: mirror, count: 1 }], { window_seconds: 120 });
    await stage.waitFor(order_id, (status) => status === 'AWAITING_PAYMENT', 30);
    await stage.shop.cancel(order_id);
    return { order_id, ordered: [{ item_id: mirror, count: 1 }] };
  },
};
