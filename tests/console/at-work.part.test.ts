import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from '@jest/globals';
import { eventually } from '../../embedded/eventually.ts';
import { changeRow } from '../support/embedded-stack.ts';
import { shared } from './shared.ts';

// A person works with the orders' console on a real stack.

const ITEM_2 = '154ffd4d-ac59-4819-a2fc-194faf1b92ba';
const ITEM_3 = 'dad78a5a-3c27-449f-8696-fd745260884e';

const { inBrowser, open, press, decide, waitFor, place } = shared;

/** An order that is paid after its hold ran out and the stock was lost: it parks behind the pivot. */
async function parkedOrder(): Promise<string> {
  const orderId = await place(ITEM_2);
  await shared.api.waitForStatus(orderId, 20, ['AWAITING_PAYMENT']);
  await changeRow(shared.stack, 'inventory-reservations', {
    Key: { order_id: { S: orderId } },
    UpdateExpression: 'SET expires_at = :past',
    ExpressionAttributeValues: { ':past': { N: String(Date.now() - 1_000) } },
  });
  await heldBecomesZero();
  const corrected = await fetch(`${shared.stack.urls.http}/inventory/correct`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id: ITEM_2, count: 0, reason: 'lost' }),
  });
  expect(corrected.status).toBe(200);
  await shared.api.request({ path: '/payment/pay', body: { list: [{ id: randomUUID(), order_id: orderId }] } });
  await shared.api.waitForStatus(orderId, 20, ['NEEDS_ATTENTION']);
  return orderId;
}

function heldBecomesZero(): Promise<unknown> {
  const isReturned = async (): Promise<boolean> => {
    const answer = await fetch(`${shared.stack.urls.http}/inventory/items`);
    const { data } = (await answer.json()) as { data: { items: { id: string; held: number }[] } };
    return data.items.find(({ id }) => id === ITEM_2)?.held === 0;
  };
  return eventually(isReturned, { pollMs: 50, what: 'the hold is returned' });
}

describe('in the console a person', () => {
  inBrowser('places a paid, a declined and an unpaid order, and pays the last one', async () => {
    await open('/live');
    const row = (kind: string) =>
      shared.page
        .getByRole('listitem')
        .filter({ hasText: kind })
        .filter({ has: shared.page.getByRole('link') });
    await press(/^Paid/);
    await row('Paid').getByText('confirmed', { exact: true }).waitFor();
    await press(/^Declined/);
    await row('Declined').getByText('rejected', { exact: true }).waitFor();
    await press(/^Pay later/);
    await row('Pay later').getByText('awaiting payment').waitFor();
    await press(/^Pay order/);
    await row('Pay later').getByText('confirmed', { exact: true }).waitFor();
  });

  inBrowser('reads the saga of an order, and of each step what it was given, with keys alone', async () => {
    const orderId = await place(ITEM_3, 'tok_declined');
    await shared.api.waitForStatus(orderId, 20, ['REJECTED']);
    await open(`/orders/${orderId}`);
    const drawing = shared.page.getByRole('group', { name: /^The saga/ });
    await drawing.getByRole('button', { name: /Authorize payment, failed, went another way/ }).waitFor();
    await drawing.getByRole('button', { name: /Release inventory, done/ }).waitFor();
    await drawing.getByRole('button', { name: /Capture payment, not reached/ }).waitFor();
    expect(await drawing.locator('.way.taken').count()).toBeGreaterThan(5);

    await drawing.getByRole('button', { name: /Is resumed/ }).focus();
    await shared.page.keyboard.press('ArrowRight');
    await shared.page.keyboard.press('Enter');
    const panel = shared.page.getByRole('region', { name: 'Chosen step' });
    await panel.getByRole('heading', { name: /Reserve inventory/ }).waitFor();
    await panel.getByText('Input').click();
    await panel.getByText(orderId).first().waitFor();
  });

  inBrowser('finds an order by status and by its id, and comes back with the browser’s own button', async () => {
    const orderId = await place(ITEM_3, 'tok_visa');
    await shared.api.waitForStatus(orderId, 20, ['CONFIRMED']);
    await open('');
    await shared.page
      .getByRole('navigation', { name: 'Orders by status' })
      .getByRole('link', { name: /^confirmed/ })
      .click();
    await shared.page.waitForURL(/\/orders\?status=CONFIRMED$/);
    await shared.page.getByLabel('Order id').fill(orderId);
    await press('Open');
    await shared.page.getByRole('heading', { name: new RegExp(orderId.slice(0, 8)) }).waitFor();
    await shared.page.goBack();
    await shared.page.getByRole('link', { name: `Order ${orderId}` }).waitFor();
  });

  inBrowser('finds by its age for which order stock is held, and cancels that after reading what it does', async () => {
    const orderId = await place(ITEM_3);
    await shared.api.waitForStatus(orderId, 20, ['AWAITING_PAYMENT']);
    const later = await shared.api.place({ list: [{ id: ITEM_3, count: 1 }], payment: { window_seconds: 60 } });
    await shared.api.waitForStatus(later, 20, ['AWAITING_PAYMENT']);
    await open('/stock');
    const links = shared.page.getByRole('region', { name: /^Holds/ }).getByRole('link');
    await links.filter({ hasText: later.slice(0, 8) }).waitFor();
    const held = (await links.allTextContents()).filter((text) => orderId.startsWith(text) || later.startsWith(text));
    expect(held).toEqual([orderId.slice(0, 8), later.slice(0, 8)]);
    await links.filter({ hasText: orderId.slice(0, 8) }).click();
    await press(/^Cancel/);
    await shared.page.getByRole('dialog').getByText('gives the held stock back').waitFor();
    await decide('Cancel the order');
    await shared.page.getByRole('heading', { name: /cancelled/ }).waitFor();
  });

  inBrowser('sees a parked order, restocks what it lacks and redrives it; gives another one up', async () => {
    const orderId = await parkedOrder();
    await open('/orders');
    await shared.page.getByRole('heading', { name: '1 order waits for you' }).waitFor();
    await shared.page.getByRole('link', { name: 'Look at all of them' }).click();
    await shared.page.getByRole('heading', { name: /Commit inventory/ }).waitFor();

    await shared.page.getByRole('link', { name: 'Stock', exact: true }).click();
    await press('Restock item2');
    await shared.page.getByRole('dialog').getByLabel('How many came').fill('5');
    await shared.page.getByRole('dialog').getByLabel('Why').fill('found again');
    await decide('Add to the stock');
    await waitFor('5 of item2 are available now.');

    await shared.page.getByRole('link', { name: /^Attention/ }).click();
    await press(`Redrive order ${orderId.slice(0, 8)}`);
    await shared.page.getByRole('dialog').getByText('Nothing that succeeded is done twice').waitFor();
    await decide('Redrive');
    await shared.page.getByRole('heading', { name: '1 redriven' }).waitFor();
    await shared.page.getByRole('status').getByText('confirmed', { exact: true }).waitFor();
    await waitFor('Nothing waits for you.');

    const other = await parkedOrder();
    await open(`/orders/${other}`);
    await waitFor(/Commit inventory could not go on/);
    await press(/^Give up/);
    await shared.page.getByRole('dialog').getByLabel('Why').fill('not made any more');
    await decide('Give it up');
    await shared.page.getByRole('heading', { name: /rejected/ }).waitFor();
  });

  inBrowser('refunds one piece of an order, and sees money and stock come back', async () => {
    const orderId = await shared.api.place({ list: [{ id: ITEM_3, count: 2 }], payment: { method: 'tok_visa' } });
    await shared.api.waitForStatus(orderId, 20, ['CONFIRMED']);
    await open(`/orders/${orderId}`);
    await press(/^Refund/);
    const dialog = shared.page.getByRole('dialog');
    await dialog.getByText('some of the pieces').click();
    await dialog.getByLabel('item3, of 2').fill('1');
    await dialog.getByLabel('Why').fill('sent back');
    await decide('Refund $5.00');
    const refunds = shared.page.getByRole('region', { name: /^Refunds/ });
    await refunds.getByText('succeeded').waitFor();
    await refunds.getByText('the pieces are back in the stock').waitFor();
    await refunds.getByText('$5.00 given back').waitFor();
    await press(/^Refund/);
    await dialog.getByText('all that is left, $5.00').waitFor();
  });

  inBrowser('refunds an amount, reads the saga of that refund, and comes back to the saga of the order', async () => {
    const orderId = await place(ITEM_3, 'tok_visa');
    await shared.api.waitForStatus(orderId, 20, ['CONFIRMED']);
    await open(`/orders/${orderId}`);
    await press(/^Refund/);
    const dialog = shared.page.getByRole('dialog');
    await dialog.getByText('an amount', { exact: true }).click();
    await dialog.getByLabel('Why').fill('came late');
    for (const [written, answer] of [
      ['1,000', 'Write an amount up to $5.00, such as 12.50.'],
      ['5.01', '$5.01 is more than the $5.00 that are left.'],
    ] as const) {
      await dialog.getByLabel('How much, in USD').fill(written);
      await dialog.getByRole('button', { name: /^Refund/ }).click();
      await dialog.getByRole('alert').getByText(answer, { exact: true }).waitFor();
    }
    await dialog.getByLabel('How much, in USD').fill('1.50');
    await dialog.getByText('No piece comes back into the stock. $3.50 can still be refunded afterwards.').waitFor();
    await decide('Refund $1.50');
    const refunds = shared.page.getByRole('region', { name: /^Refunds/ });
    await refunds.getByText('$1.50 given back').waitFor();

    await refunds.getByRole('link', { name: 'Saga of this refund of $1.50' }).click();
    const drawing = shared.page.getByRole('group', { name: /^The saga/ });
    await drawing.getByRole('button', { name: /Refund payment, done/ }).click();
    await drawing.getByRole('button', { name: /Return inventory, not reached/ }).waitFor();
    const panel = shared.page.getByRole('region', { name: 'Chosen step' });
    await panel.getByText('Input').click();
    await panel.getByText('came late').first().waitFor();
    await shared.page.reload();
    await drawing.getByRole('button', { name: /Record refund, done/ }).waitFor();
    await shared.page.getByRole('combobox', { name: 'Of' }).selectOption('the order');
    await drawing.getByRole('button', { name: /Confirm order, done/ }).waitFor();
  });

  inBrowser('starts a spike, sees its charts, and stops it', async () => {
    await open('/live');
    await press('Start the spike');
    const panel = shared.page.getByRole('region', { name: 'A spike' });
    await panel.getByRole('img', { name: /^accepted a second, at most [1-9]/ }).waitFor();
    await panel.getByRole('button', { name: 'Stop' }).click();
    await panel.getByRole('button', { name: 'Start the spike' }).waitFor();
    const [accepted, over] = await Promise.all(
      ['accepted', 'over'].map((name) =>
        panel
          .locator('dl > div')
          .filter({ hasText: new RegExp(`^${name}`) })
          .locator('dd')
          .textContent(),
      ),
    );
    expect(Number(accepted)).toBeGreaterThan(0);
    expect(over).toBe(accepted);
  });

  inBrowser('costs the API nothing while looking elsewhere', async () => {
    await open('/orders');
    await shared.page.getByRole('heading', { name: 'Orders' }).waitFor();
    await shared.page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })");
    await sleep(500);
    let requests = 0;
    shared.page.on('request', () => {
      requests += 1;
    });
    await sleep(2_500);
    expect(requests).toBe(0);
    await shared.page.evaluate(
      "Object.defineProperty(document, 'hidden', { value: false, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))",
    );
    await shared.page.waitForResponse(/\/orders\?/);
  });
});
