import type { Scenario } from '../scenario.ts';

/** There is not enough. */
export const outOfStock: Scenario = {
  name: 'out-of-stock',
  story: 'Two are wanted and one is there; no payment is ever asked for.',
  expects: {
    status: 'REJECTED',
    reason_code: 'OUT_OF_STOCK',
    reservation: 'REFUSED',
    payment: 'absent',
    captures: 0,
    stock: 'all available',
    passes: ['ReserveInventory', 'CloseOrder'],
    avoids: ['AuthorizePayment', 'CapturePayment'],
  },
  play: async (stage) => {
    const vase = await stage.stock('vase', 7900, 1);
    const order_id = await stage.shop.place([{ id: vase, count: 2 }], { method: 'tok_visa' });
    return { order_id, ordered: [{ item_id: vase, count: 2 }] };
  },
};
