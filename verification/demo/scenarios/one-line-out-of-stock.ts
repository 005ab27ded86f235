import type { Scenario } from '../scenario.ts';

/** All lines or none. */
export const oneLineOutOfStock: Scenario = {
  name: 'one-line-out-of-stock',
  story: 'Of three lines one is out of stock; nothing is held of the other two.',
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
    const cup = await stage.stock('cup', 900, 10);
    const plate = await stage.stock('plate', 1100, 10);
    const spoon = await stage.stock('silver spoon', 9900, 1);
    const wanted = [
      { id: cup, count: 4 },
      { id: spoon, count: 4 },
      { id: plate, count: 4 },
    ];
    const order_id = await stage.shop.place(wanted, { method: 'tok_visa' });
    return { order_id, ordered: wanted.map(({ id, count }) => ({ item_id: id, count })) };
  },
};
