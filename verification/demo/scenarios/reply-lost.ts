import type { Scenario } from '../scenario.ts';

/** The hardest answer is none. */
export const replyLost: Scenario = {
  name: 'reply-lost',
  story: 'The provider sets the money aside and its reply is lost; the order is confirmed and charged once.',
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
    const clock = await stage.stock('clock', 5900, 3);
    const order_id = await stage.shop.place([{ id: clock, count: 1 }], { method: 'tok_timeout' });
    return { order_id, ordered: [{ item_id: clock, count: 1 }] };
  },
};
