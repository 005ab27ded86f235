import assert from 'node:assert/strict';
import { Webhook as Verifier } from 'standardwebhooks';
import { eventually } from '../../embedded/eventually.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../verification/client/webhook-receiver.ts';
import { subscribe, type WebhookSubscription } from '../../verification/client/webhook-subscription.ts';
import { type Check, confirmed, type Deployment, END_WITHIN_SECONDS, LeftOut } from './deployment.ts';

const WITHIN = { withinMs: END_WITHIN_SECONDS * 1_000, pollMs: 200 };

/** Events of orders, delivered to a receiver on this machine. */
export const WEBHOOK_CHECKS: readonly Check[] = [
  {
    name: 'a webhook gets every event of an order, in order and signed, and a refused one again',
    run: async (deployment) => {
      const { api, receiver: place } = deployment;
      const receiver = await startWebhookReceiver(place);
      try {
        const webhook = await subscribed(deployment, receiver.url);
        try {
          let refusals = 1;
          receiver.reply = () => ({ status: refusals-- > 0 ? 500 : 204 });
          const orderId = await confirmed(api);
          await told(receiver, orderId, 'order.confirmed');
          assert.equal(await api.refund(orderId, {}, END_WITHIN_SECONDS), 'SUCCEEDED');
          await told(receiver, orderId, 'order.refunded');
          const ofOrder = receiver.taken.filter((event) => event.orderId === orderId);
          // At least once: a doubled event has the id of the first.
          const types = new Map(ofOrder.map(({ id, type }) => [id, type]));
          assert.deepEqual(
            [...types.values()],
            ['placed', 'reserved', 'authorized', 'paid', 'confirmed', 'refunded'].map((type) => `order.${type}`),
          );
          for (const { headers, body } of ofOrder) {
            new Verifier(webhook.secret).verify(body, headers as Record<string, string>);
          }
          assert.ok(receiver.received.length > receiver.taken.length, 'nothing was refused');
        } finally {
          await webhook.remove();
        }
      } finally {
        await receiver.close();
      }
    },
  },
];

/** @throws LeftOut where the deployment refuses a receiver on this machine */
async function subscribed({ url, headers }: Deployment, receiverUrl: string): Promise<WebhookSubscription> {
  try {
    return await subscribe(url, receiverUrl, undefined, headers);
  } catch (error) {
    const { message } = error as Error;
    if (/answered with 400: .*(must not lead to|must begin with https|is not found)/.test(message)) {
      throw new LeftOut(`the deployment takes no receiver at ${receiverUrl}`);
    }
    throw error;
  }
}

async function told({ taken }: WebhookReceiver, orderId: string, type: string): Promise<void> {
  const isTold = () => taken.some((event) => event.orderId === orderId && event.type === type);
  await eventually(isTold, { ...WITHIN, what: `${type} of order ${orderId} is delivered` });
}
