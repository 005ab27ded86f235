import type { Scenario } from '../scenario.ts';

/** A service is down before the pivot. */
export const paymentDown: Scenario = {
  name: 'payment-down',
  story: 'Payment is killed as the order is placed; the saga tries again until it is back.',
  expects: {
    status: 'CONFIRMED',
    reservation: 'COMMITTED',
    payment: 'CAPTURED',
    captures: 1,
    stock: 'sold',
    passes: ['ReserveInventory', 'AuthorizePayment', 'CapturePayment', 'CommitInventory', 'ConfirmOrder'],
    avoids: ['VoidPayment', 'ReleaseInventory'],
  },
  play: async (stage) => {
    const sofa = await stage.stock('sofa', 89900, 2);
    const [, order_id] = await Promise.all([
      stage.crash('payment'),
      stage.shop.place([{ id: sofa, count: 1 }], { method: 'tok_visa' }),
    ]);
    return { order_id, ordered: [{ item_id: sofa, count: 1 }] };
  },
};
