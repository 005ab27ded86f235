import type { Scenario } from '../scenario.ts';

/** All goes well. */
export const confirmed: Scenario = {
  name: 'confirmed',
  story: 'An order of two items, paid with a good card, is confirmed.',
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
    const tea = await stage.stock('tea', 450, 10);
    const pot = await stage.stock('tea pot', 2900, 2);
    const order_id = await stage.shop.place(
      [
        { id: tea, count: 3 },
        { id: pot, count: 1 },
      ],
      { method: 'tok_visa' },
    );
    return {
      order_id,
      ordered: [
        { item_id: tea, count: 3 },
        { item_id: pot, count: 1 },
      ],
    };
  },
};
