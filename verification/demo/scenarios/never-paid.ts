import type { Scenario } from '../scenario.ts';

/** The payment window closes. */
export const neverPaid: Scenario = {
  name: 'never-paid',
  story: 'Ordered without a payment method and never paid; after three seconds the order expires.',
  expects: {
    status: 'EXPIRED',
    reason_code: 'PAYMENT_WINDOW_EXPIRED',
    reservation: 'RELEASED',
    payment: 'VOIDED',
    captures: 0,
    stock: 'all available',
    passes: ['ReserveInventory', 'AwaitPayment', 'VoidPayment', 'ReleaseInventory', 'CloseOrder'],
    avoids: ['CapturePayment', 'CommitInventory'],
  },
  play: async (stage) => {
    const table = await stage.stock('table', 34900, 1);
    const order_id = await stage.shop.place([{ id: table, count: 1 }], { window_seconds: 3 });
    return { order_id, ordered: [{ item_id: table, count: 1 }] };
  },
};
