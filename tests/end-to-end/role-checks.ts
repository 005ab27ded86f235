import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { OrderApiClient } from '../../verification/client/order-api-client.ts';
import { basket, type Check, type Deployment, ended, LeftOut, refused } from './deployment.ts';

/** Calls of operators alone, with a body for those that take one. */
const OPERATORS_CALLS: readonly (readonly [string, object?])[] = [
  ['/orders/summary'],
  [`/orders/saga?order_id=${randomUUID()}`],
  ['/inventory/items'],
  ['/webhooks'],
  ['/orders/redrive', { order_ids: [randomUUID()] }],
  ['/orders/abandon', { order_id: randomUUID(), reason: 'end-to-end' }],
  ['/orders/refund', { order_id: randomUUID(), reason: 'end-to-end' }],
  ['/inventory/correct', { id: randomUUID(), count: 1, reason: 'end-to-end' }],
];

/** Who may call what. */
export const ROLE_CHECKS: readonly Check[] = [
  {
    name: 'without credentials nothing but health and documentation answers',
    run: async ({ stranger }) => {
      await asksForCredentials(stranger);
      for (const path of ['/orders', '/orders/summary', `/orders/status?order_id=${randomUUID()}`]) {
        refused(await stranger.operate({ path }), 401, 'UNAUTHENTICATED');
      }
      refused(await stranger.operate({ path: '/orders/place', body: {} }), 401, 'UNAUTHENTICATED');
      assert.equal((await stranger.operate({ path: '/health' })).status, 200);
    },
  },
  {
    name: 'a customer is refused every call for operators, and sees its own orders alone',
    run: async (deployment) => {
      const { api, stranger } = deployment;
      await asksForCredentials(stranger);
      const customer = customerOf(deployment);
      for (const [path, body] of OPERATORS_CALLS) {
        refused(await customer.operate({ path, ...(body !== undefined && { body }) }), 403, 'FORBIDDEN');
      }
      const own = await customer.place(await basket(customer, 'tok_declined'));
      const foreign = await api.place(await basket(api, 'tok_declined'));
      await Promise.all([ended(api, own), ended(api, foreign)]);
      assert.equal((await customer.order(own)).order_id, own);
      refused(await customer.request({ path: `/orders/status?order_id=${foreign}` }), 404, 'ORDER_NOT_FOUND');
      const listed = JSON.stringify((await customer.operate({ path: '/orders?limit=100' })).data);
      assert.deepEqual([listed.includes(own), listed.includes(foreign)], [true, false]);
    },
  },
];

/** @throws LeftOut where the deployment answers everybody */
async function asksForCredentials(stranger: OrderApiClient): Promise<void> {
  if ((await stranger.operate({ path: '/orders?limit=1' })).status === 200) {
    throw new LeftOut('the deployment asks for no credentials');
  }
}

/** @throws LeftOut where no customer was named */
function customerOf({ customer }: Deployment): OrderApiClient {
  if (customer === undefined) {
    throw new LeftOut('it needs --customer-header');
  }
  return customer;
}
