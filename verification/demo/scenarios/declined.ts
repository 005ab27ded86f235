import type { Scenario } from '../scenario.ts';

/** The provider says no. */
export const declined: Scenario = {
  name: 'declined',
  story: 'The card is declined; the stock is available again.',
  expects: {
    status: 'REJECTED',
    reason_code: 'PAYMENT_DECLINED',
    reservation: 'RELEASED',
    payment: 'DECLINED',
    captures: 0,
    stock: 'all available',
    passes: ['ReserveInventory', 'AuthorizePayment', 'ReleaseInventory', 'CloseOrder'],
    avoids: ['CapturePayment', 'CommitInventory'],
  },
  play: async (stage) => {
    const lamp = await stage.stock('lamp', 4900, 5);
    const order_id = await stage.shop.place([{ id: lamp, count: 2 }], { method: 'tok_declined' });
    return { order_id, ordered: [{ item_id: lamp, count: 2 }] };
  },
};
