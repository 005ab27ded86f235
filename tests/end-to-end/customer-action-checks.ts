import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { eventually } from '../../embedded/eventually.ts';
import { signEvent } from '../../functions/common/event-signature.ts';
import { awaitPayment, basket, type Check, type Deployment, END_WITHIN_SECONDS, ended, LeftOut } from './deployment.ts';

/** A secret that no deployment has. */
const FOREIGN_SECRET = `whsec_${Buffer.alloc(32, 'x').toString('base64')}`;

/** Payments that need their customer, and the provider's signed events. */
export const CUSTOMER_ACTION_CHECKS: readonly Check[] = [
  {
    name: 'a payment that needs its customer is settled by what the customer decides at its page',
    run: async (deployment) => {
      const { api } = deployment;
      const approved = await asked(deployment);
      await api.decide(approved.actionUrl, 'approve');
      assert.equal((await ended(api, approved.orderId)).status, 'CONFIRMED');
      const declined = await asked(deployment);
      await api.decide(declined.actionUrl, 'refuse');
      const { status, reason_code } = await ended(api, declined.orderId);
      assert.deepEqual([status, reason_code], ['REJECTED', 'PAYMENT_DECLINED']);
    },
  },
  {
    name: 'a forged event of the provider is refused, and the order waits on',
    run: async (deployment) => {
      const { api } = deployment;
      const orderId = await api.place(await basket(api, 'tok_3ds'));
      await awaitPayment(api, orderId);
      const { status, code } = await report(deployment, FOREIGN_SECRET, orderId);
      assert.deepEqual([status, code], [401, 'UNAUTHENTICATED']);
      assert.equal((await api.order(orderId)).status, 'AWAITING_PAYMENT');
      await api.cancel(orderId);
      assert.equal((await ended(api, orderId)).status, 'CANCELLED');
    },
  },
  {
    name: 'an event is only a hint before the customer has decided, and settles the same however often it comes',
    run: async (deployment) => {
      const { api, eventSecret } = deployment;
      if (eventSecret === undefined) {
        throw new LeftOut('it needs --event-secret');
      }
      const { orderId, actionUrl } = await asked(deployment);
      const early = await report(deployment, eventSecret, orderId);
      assert.deepEqual([early.status, early.result], [200, 'WAITING']);
      await api.decide(actionUrl, 'approve');
      assert.equal((await ended(api, orderId)).status, 'CONFIRMED');
      const id = `evt_${randomUUID()}`;
      for (const time of ['first', 'second']) {
        const { status, result } = await report(deployment, eventSecret, orderId, id);
        assert.deepEqual([status, result], [200, 'PAID'], `the ${time} time`);
      }
    },
  },
];

/**
 * Places an order whose payment waits for its customer.
 *
 * @throws LeftOut where the deployment serves no page of the simulated provider
 */
async function asked({ api }: Deployment): Promise<{ readonly orderId: string; readonly actionUrl: string }> {
  const orderId = await api.place(await basket(api, 'tok_3ds'));
  await awaitPayment(api, orderId);
  // The address follows the wait within milliseconds where the saga notes both in turn.
  const { payment } = await eventually(
    async () => {
      const order = await api.order(orderId);
      return order.payment?.action_url === undefined ? undefined : order;
    },
    { withinMs: 10_000, pollMs: 200, what: `order ${orderId} has an action_url` },
  );
  const actionUrl = payment?.action_url ?? '';
  const page = await fetch(actionUrl);
  if (page.status === 404) {
    await api.cancel(orderId);
    throw new LeftOut('the deployment serves no page of the simulated provider');
  }
  assert.match(await page.text(), /value="approve"/);
  return { orderId, actionUrl };
}

/** Delivers an event as a provider does: again after a 503. */
async function report({ url }: Deployment, secret: string, orderId: string, id = `evt_${randomUUID()}`) {
  const body = JSON.stringify({ type: 'payment.authorized', data: { order_id: orderId, payment_id: orderId } });
  const deliver = async (): Promise<Response | undefined> => {
    const response = await fetch(`${url}/payment/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signEvent([secret], id, new Date(), body) },
      body,
    });
    return response.status === 503 ? undefined : response;
  };
  const response = await eventually(deliver, {
    withinMs: END_WITHIN_SECONDS * 1_000,
    pollMs: 1_000,
    what: `event ${id} is taken`,
  });
  const answer = (await response.json()) as { meta?: { code?: string } | null; data?: { result?: string } };
  return { status: response.status, code: answer.meta?.code, result: answer.data?.result };
}
