import { afterAll, beforeAll, describe } from '@jest/globals';
import { type EmbeddedStack, startEmbeddedStack } from '../../embedded/stack.ts';
import { acceptedRefundSchema } from '../../functions/http/contract/refund-order.ts';
import { OrderApiClient } from '../../verification/client/order-api-client.ts';
import { expectAccessible, LOOKS, withBrowser } from '../support/browser-fixture.ts';

// How the orders' console looks.

const ITEM_3 = 'dad78a5a-3c27-449f-8696-fd745260884e';
const LONG_MS = 90_000;

const fixture = withBrowser();
const { inBrowser } = fixture;
let stack: EmbeddedStack;
let api: OrderApiClient;

beforeAll(async () => {
  stack = await startEmbeddedStack({});
  api = new OrderApiClient(stack.urls.http);
}, LONG_MS);
afterAll(() => stack?.stop(), LONG_MS);

function open(path: string) {
  return fixture.page.goto(`${stack.urls.http}/console${path}`);
}

function press(name: string | RegExp) {
  return fixture.page.getByRole('button', { name }).first().click();
}

async function place(itemId: string, method?: string): Promise<string> {
  return api.place({ list: [{ id: itemId, count: 1 }], ...(method !== undefined && { payment: { method } }) });
}

/** Refunds an amount, and says under which id. */
async function refund(order_id: string): Promise<string> {
  const { data } = await api.request({ path: '/orders/refund', body: { order_id, amount: 100, reason: 'came late' } });
  return acceptedRefundSchema.parse(data).refund_id;
}

describe.each(LOOKS)('at $width pixels, $theme', ({ rules, ...look }) => {
  inBrowser(
    'every page is accessible, and nothing needs to be scrolled sideways',
    async () => {
      const [confirmed, waiting] = [await place(ITEM_3, 'tok_visa'), await place(ITEM_3)];
      await api.waitForStatus(confirmed, 20, ['CONFIRMED']);
      await api.waitForStatus(waiting, 20, ['AWAITING_PAYMENT']);
      const refunded = await place(ITEM_3, 'tok_visa');
      await api.waitForStatus(refunded, 20, ['CONFIRMED']);
      const refundId = await refund(refunded);
      const ofRefund = `/orders/${refunded}?refund=${refundId}`;
      const paths = [
        '/orders',
        `/orders/${confirmed}`,
        `/orders/${waiting}`,
        ofRefund,
        '/attention',
        '/stock',
        '/live',
        '/none',
      ];
      for (const path of paths) {
        await open(path);
        await fixture.page.getByRole('heading', { level: 1 }).waitFor();
        await fixture.page.getByRole('status', { name: 'Loading' }).waitFor({ state: 'detached' });
        if (path === `/orders/${waiting}`) {
          await press(/^Cancel/);
        } else if (path === `/orders/${confirmed}`) {
          await press(/^Refund/);
          await fixture.page.getByText('an amount', { exact: true }).click();
        }
        await expectAccessible(fixture.page, path, rules);
      }
    },
    look,
  );
});
