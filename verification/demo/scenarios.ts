import { randomUUID } from 'node:crypto';
import { eventually } from '../../embedded/eventually.ts';
import type { PaymentChoice } from '../client/order-api-client.ts';
import type { Expectation, Scenario, ScenarioTools } from './scenario.ts';

const AWAITED_WITHIN_SECONDS = 30;

/** Every way an order can go, in the order in which the demo shows them. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'confirmed',
    description: 'An order of two items, paid with a good card, is confirmed.',
    expects: confirmedBy('AuthorizePayment'),
    play: async (tools) => {
      const ordered = [
        { id: await tools.stock('tea', 450, 10), count: 3 },
        { id: await tools.stock('tea pot', 2900, 2), count: 1 },
      ];
      return { orderId: await tools.api.place({ list: ordered, payment: { method: 'tok_visa' } }), ordered };
    },
  },
  {
    name: 'declined',
    description: 'The card is declined; the stock is available again.',
    expects: undone({
      status: 'REJECTED',
      reasonCode: 'PAYMENT_DECLINED',
      reservation: 'RELEASED',
      payment: 'DECLINED',
      passes: ['ReserveInventory', 'AuthorizePayment', 'ReleaseInventory', 'CloseOrder'],
    }),
    play: async (tools) => {
      const lamp = await tools.stock('lamp', 4900, 5);
      return await placeOne(tools, { id: lamp, count: 2 }, { method: 'tok_declined' });
    },
  },
  {
    name: 'out-of-stock',
    description: 'Two are wanted and one is there; no payment is ever asked for.',
    expects: outOfStock(),
    play: async (tools) => {
      const vase = await tools.stock('vase', 7900, 1);
      return await placeOne(tools, { id: vase, count: 2 }, { method: 'tok_visa' });
    },
  },
  {
    name: 'one-line-out-of-stock',
    description: 'Of three lines one is out of stock; nothing is held of the other two.',
    expects: outOfStock(),
    play: async (tools) => {
      const ordered = [
        { id: await tools.stock('cup', 900, 10), count: 4 },
        { id: await tools.stock('silver spoon', 9900, 1), count: 4 },
        { id: await tools.stock('plate', 1100, 10), count: 4 },
      ];
      return { orderId: await tools.api.place({ list: ordered, payment: { method: 'tok_visa' } }), ordered };
    },
  },
  {
    name: 'paid-later',
    description: 'Ordered without a payment method; the saga waits for a task token until the customer pays.',
    expects: { ...confirmedBy('AwaitPayment'), avoids: ['AuthorizePayment', 'VoidPayment', 'ReleaseInventory'] },
    play: async (tools) => {
      const chair = await tools.stock('chair', 12900, 4);
      const placed = await placeUnpaid(tools, { id: chair, count: 2 });
      await tools.api.pay(placed.orderId, randomUUID());
      return placed;
    },
  },
  {
    name: 'confirmed-by-customer',
    description: "The bank asks the customer to confirm the payment; approved at the bank's page, the order goes on.",
    expects: {
      ...confirmedBy('AuthorizePayment'),
      passes: [
        'ReserveInventory',
        'AuthorizePayment',
        'AwaitPayment',
        'CapturePayment',
        'CommitInventory',
        'ConfirmOrder',
      ],
    },
    play: async (tools) => {
      const { placed, actionUrl } = await placeWith3ds(tools, { id: await tools.stock('watch', 24900, 2), count: 1 });
      await tools.api.decide(actionUrl, 'approve');
      return placed;
    },
  },
  {
    name: 'refused-by-customer',
    description: 'The bank asks the customer to confirm the payment; refused, the order is rejected.',
    expects: undone({
      status: 'REJECTED',
      reasonCode: 'PAYMENT_DECLINED',
      reservation: 'RELEASED',
      payment: 'VOIDED',
      passes: ['ReserveInventory', 'AuthorizePayment', 'AwaitPayment', 'VoidPayment', 'ReleaseInventory', 'CloseOrder'],
    }),
    play: async (tools) => {
      const { placed, actionUrl } = await placeWith3ds(tools, { id: await tools.stock('ring', 99900, 2), count: 1 });
      await tools.api.decide(actionUrl, 'refuse');
      return placed;
    },
  },
  {
    name: 'never-paid',
    description: 'Ordered without a payment method and never paid; after three seconds the order expires.',
    expects: undone({
      status: 'EXPIRED',
      reasonCode: 'PAYMENT_WINDOW_EXPIRED',
      reservation: 'RELEASED',
      payment: 'VOIDED',
      passes: ['ReserveInventory', 'AwaitPayment', 'VoidPayment', 'ReleaseInventory', 'CloseOrder'],
    }),
    play: async (tools) => {
      const table = await tools.stock('table', 34900, 1);
      return await placeOne(tools, { id: table, count: 1 }, { window_seconds: 3 });
    },
  },
  {
    name: 'cancelled',
    description: 'Cancelled while the payment is awaited; everything is undone at once.',
    expects: undone({
      status: 'CANCELLED',
      reasonCode: 'CANCELLED_BY_CUSTOMER',
      reservation: 'RELEASED',
      payment: 'VOIDED',
      passes: ['ReserveInventory', 'AwaitPayment', 'VoidPayment', 'ReleaseInventory', 'CloseCancelledOrder'],
    }),
    play: async (tools) => {
      const mirror = await tools.stock('mirror', 8900, 3);
      const placed = await placeUnpaid(tools, { id: mirror, count: 1 });
      await tools.api.cancel(placed.orderId);
      return placed;
    },
  },
  {
    name: 'reply-lost',
    description: 'The provider authorizes the payment and its reply is lost; the order is confirmed and charged once.',
    expects: confirmedBy('AuthorizePayment'),
    play: async (tools) => {
      const clock = await tools.stock('clock', 5900, 3);
      return await placeOne(tools, { id: clock, count: 1 }, { method: 'tok_timeout' });
    },
  },
  {
    name: 'refunded',
    description: 'A confirmed order is refunded: one piece first, then the rest; the goods can be sold again.',
    expects: { ...confirmedBy('AuthorizePayment'), payment: 'REFUNDED', stock: 'all available' },
    play: async (tools) => {
      const rug = await tools.stock('rug', 19900, 3);
      const placed = await placeOne(tools, { id: rug, count: 2 }, { method: 'tok_visa' });
      await tools.api.waitForStatus(placed.orderId, AWAITED_WITHIN_SECONDS, ['CONFIRMED']);
      const onePiece = { lines: [{ id: rug, count: 1 }], restock: true };
      await tools.api.refund(placed.orderId, onePiece, AWAITED_WITHIN_SECONDS);
      await tools.api.refund(placed.orderId, { restock: true }, AWAITED_WITHIN_SECONDS);
      return placed;
    },
  },
  {
    name: 'abandoned',
    description: 'The stock of a paid order is gone; an operator gives the order up, and the money goes back.',
    expects: {
      status: 'REJECTED',
      reasonCode: 'ABANDONED',
      reservation: 'RELEASED',
      payment: 'REFUNDED',
      captures: 1,
      stock: 'all available',
      passes: ['CapturePayment', 'CommitInventory', 'ParkOrder', 'AwaitRedrive', 'VoidPayment', 'CloseOrder'],
      avoids: ['ConfirmOrder'],
    },
    play: async (tools) => {
      const { placed, actionUrl } = await placeWith3ds(tools, { id: await tools.stock('desk', 45900, 2), count: 1 });
      await tools.releaseStock(placed.orderId);
      await tools.api.decide(actionUrl, 'approve');
      await tools.api.waitForStatus(placed.orderId, AWAITED_WITHIN_SECONDS, ['NEEDS_ATTENTION']);
      const within = { withinMs: AWAITED_WITHIN_SECONDS * 1_000, pollMs: 200, what: 'the order was given up' };
      // The order is shown as parked a moment before its execution has ended.
      await eventually(() => tools.api.abandon(placed.orderId, 'the stock is gone'), within);
      await eventually(async () => (await tools.api.order(placed.orderId)).status !== 'NEEDS_ATTENTION', within);
      return { ...placed, furtherRuns: 1 };
    },
  },
  {
    name: 'payment-down',
    description: 'Payment is killed as the order is placed; the saga tries again until it is back.',
    expects: confirmedBy('AuthorizePayment'),
    play: async (tools) => {
      const sofa = await tools.stock('sofa', 89900, 2);
      const [, placed] = await Promise.all([
        tools.crash('payment'),
        placeOne(tools, { id: sofa, count: 1 }, { method: 'tok_visa' }),
      ]);
      return placed;
    },
  },
  {
    name: 'inventory-down',
    description: 'Inventory is killed as the customer pays; the money is taken, and the stock follows once it is back.',
    expects: confirmedBy('AwaitPayment'),
    play: async (tools) => {
      const shelf = await tools.stock('shelf', 15900, 2);
      const placed = await placeUnpaid(tools, { id: shelf, count: 1 });
      await Promise.all([tools.crash('inventory'), tools.api.pay(placed.orderId, randomUUID())]);
      return placed;
    },
  },
];

/** Confirmed, its payment authorized in this state. */
function confirmedBy(authorizing: 'AuthorizePayment' | 'AwaitPayment'): Expectation {
  return {
    status: 'CONFIRMED',
    reservation: 'COMMITTED',
    payment: 'CAPTURED',
    captures: 1,
    stock: 'sold',
    passes: ['ReserveInventory', authorizing, 'CapturePayment', 'CommitInventory', 'ConfirmOrder'],
    avoids: ['VoidPayment', 'ReleaseInventory'],
  };
}

/** Ended before the pivot, with nothing left behind. */
function undone(end: Omit<Expectation, 'captures' | 'stock' | 'avoids'>): Expectation {
  return { ...end, captures: 0, stock: 'all available', avoids: ['CapturePayment', 'CommitInventory'] };
}

function outOfStock(): Expectation {
  const end = undone({
    status: 'REJECTED',
    reasonCode: 'OUT_OF_STOCK',
    reservation: 'REFUSED',
    payment: 'absent',
    passes: ['ReserveInventory', 'CloseOrder'],
  });
  return { ...end, avoids: ['AuthorizePayment', 'CapturePayment'] };
}

async function placeOne({ api }: ScenarioTools, line: { id: string; count: number }, payment: PaymentChoice) {
  return { orderId: await api.place({ list: [line], payment }), ordered: [line] };
}

/** Places an order whose payment its customer has to confirm, and waits for the address of the page. */
async function placeWith3ds(tools: ScenarioTools, line: { id: string; count: number }) {
  const placed = await placeOne(tools, line, { method: 'tok_3ds', window_seconds: 120 });
  const { payment } = await tools.api.waitForStatus(placed.orderId, AWAITED_WITHIN_SECONDS, ['AWAITING_PAYMENT']);
  return { placed, actionUrl: String(payment?.action_url) };
}

/** Places an order without a payment method and waits until its payment is awaited. */
async function placeUnpaid(tools: ScenarioTools, line: { id: string; count: number }) {
  const placed = await placeOne(tools, line, { window_seconds: 120 });
  await tools.api.waitForStatus(placed.orderId, AWAITED_WITHIN_SECONDS, ['AWAITING_PAYMENT']);
  return placed;
}
