import { expect, test } from '@jest/globals';
import { shared } from '../support/shared-stack.ts';

// Payments that need the customer, on a whole stack: the page of the simulated provider and its signed events.

const ITEM_3 = 'dad78a5a-3c27-449f-8696-fd745260884e';
const LONG = 120_000;
const WITHIN_SECONDS = 30;

/** Places an order with tok_3ds, and returns it with the address of its page. */
async function asked(window_seconds = 120) {
  const payment = { method: 'tok_3ds', window_seconds };
  const order_id = await shared.api.place({ list: [{ id: ITEM_3, count: 1 }], payment });
  const order = await shared.api.waitForStatus(order_id, WITHIN_SECONDS, ['AWAITING_PAYMENT']);
  return { order_id, url: new URL(String(order.payment?.action_url)) };
}

/** Presses a button of the page, as a browser does. */
async function press(url: URL, decision: 'approve' | 'refuse'): Promise<string> {
  const page = await (await fetch(url)).text();
  expect(page).toContain(`value="${decision}"`);
  const fields = [...page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)];
  const form = new URLSearchParams({ decision });
  for (const [, name = '', value = ''] of fields) {
    form.set(name, value);
  }
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    origin: url.origin,
    'sec-fetch-site': 'same-origin',
  };
  const response = await fetch(url, { method: 'POST', headers, body: form.toString() });
  expect(response.status).toBe(200);
  return response.text();
}

test(
  'an order with tok_3ds: approved at the page it is confirmed, refused it is rejected, left alone it expires',
  async () => {
    const [approved, refused, left] = [await asked(), await asked(), await asked(3)];
    expect(approved.url.origin).toBe(shared.stack.urls.http);
    expect(await press(approved.url, 'approve')).toContain('The shop has been told');
    expect(await press(refused.url, 'refuse')).toContain('The shop has been told');
    const confirmed = await shared.api.waitForStatus(approved.order_id, WITHIN_SECONDS, ['CONFIRMED']);
    expect(confirmed.payment).not.toHaveProperty('action_url');
    expect(await shared.api.waitForStatus(refused.order_id, WITHIN_SECONDS, ['REJECTED'])).toMatchObject({
      reason_code: 'PAYMENT_DECLINED',
    });
    expect(await shared.api.waitForStatus(left.order_id, WITHIN_SECONDS, ['EXPIRED'])).toMatchObject({
      reason_code: 'PAYMENT_WINDOW_EXPIRED',
    });
    // Approved too late: nothing is authorized any more.
    const late = await (await fetch(left.url)).text();
    expect(late).toContain('Nothing was charged');
    expect(late).not.toContain('<form');
  },
  LONG,
);

test(
  'an order that is paid later with tok_3ds is settled by the event; one that waits can be cancelled, or paid otherwise',
  async () => {
    const payment = { window_seconds: 120 };
    const order_id = await shared.api.place({ list: [{ id: ITEM_3, count: 1 }], payment });
    await shared.api.waitForStatus(order_id, WITHIN_SECONDS, ['AWAITING_PAYMENT']);
    const pay = { path: '/payment/pay', body: { list: [{ id: 'tok_3ds', order_id }] } };
    const answer = await shared.api.request(pay);
    expect(answer).toMatchObject({ status: 402, meta: { code: 'CUSTOMER_ACTION_REQUIRED' } });
    await press(new URL(String(answer.meta?.action_url)), 'approve');
    await shared.api.waitForStatus(order_id, WITHIN_SECONDS, ['CONFIRMED']);
    expect(await shared.api.request(pay)).toMatchObject({ status: 200, data: true });

    const [cancelled, other] = [await asked(), await asked()];
    await shared.api.cancel(cancelled.order_id);
    await shared.api.waitForStatus(cancelled.order_id, WITHIN_SECONDS, ['CANCELLED']);
    await shared.api.pay(other.order_id, 'another-card');
    await shared.api.waitForStatus(other.order_id, WITHIN_SECONDS, ['CONFIRMED']);
  },
  LONG,
);
