import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { eventually } from '../../embedded/eventually.ts';
import type { OrderApiClient } from '../../verification/client/order-api-client.ts';
import { startBrowser } from '../support/browser.ts';

/** The first call of each function starts a container. */
const PATIENCE_MS = 120_000;
const PRESS_AGAIN_AFTER_MS = 45_000;

/**
 * A person works with the console of a deployment in a real browser: places, pays, is declined, reads a saga and refunds.
 *
 * @param api a client of the same deployment
 * @param pictures the folder for a picture of each page; absent: none are taken
 * @returns false where this machine has no browser
 */
export async function checkConsole(url: string, api: OrderApiClient, pictures?: string): Promise<boolean> {
  const browser = await startBrowser();
  if (browser === undefined) {
    return false;
  }
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(PATIENCE_MS);
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      // Browsers report each refused call of the API; the page shows those itself.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        complaints.push(message.text());
      }
    });
    const picture = async (name: string): Promise<void> => {
      if (pictures !== undefined) {
        await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
      }
    };
    await placeEachKind(page, url);
    await picture('live');
    await readDeclinedSaga(page, url);
    await picture('declined');
    await refundOnePiece(page, url, api);
    await picture('refunded');
    await page.goto(`${url}/console/stock`);
    await page.getByText('notebook').first().waitFor();
    await picture('stock');
    await page.goto(`${url}/`);
    await page.waitForURL(({ href }) => href.startsWith(`${url}/console`));
    await page.getByRole('navigation', { name: 'Orders by status' }).waitFor();
    await page
      .getByRole('link', { name: /^Order / })
      .first()
      .waitFor();
    await picture('orders');
    assert.deepEqual(complaints, [], 'the page complained');
    return true;
  } finally {
    await browser.close();
  }
}

async function placeEachKind(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/console/live`);
  const row = (kind: string) =>
    page
      .getByRole('listitem')
      .filter({ hasText: kind })
      .filter({ has: page.getByRole('link') });
  const button = (name: RegExp) => page.getByRole('button', { name }).first();
  const confirmed = (kind: string) => row(kind).getByText('confirmed', { exact: true });
  await pressUntil(button(/^Paid/), confirmed('Paid'));
  await pressUntil(button(/^Declined/), row('Declined').getByText('rejected', { exact: true }));
  await pressUntil(button(/^Pay later/), row('Pay later').getByText('awaiting payment'));
  await pressUntil(button(/^Pay order/), confirmed('Pay later'));
}

/** Presses a button until the page shows what follows: a busy deployment refuses for now, and a person presses again. */
async function pressUntil(button: Locator, shown: Locator): Promise<void> {
  await eventually(
    async () => {
      if ((await button.isVisible()) && (await button.isEnabled())) {
        await button.click();
      }
      const isShown = shown.first().waitFor({ timeout: PRESS_AGAIN_AFTER_MS });
      return await isShown.then(
        () => true,
        () => false,
      );
    },
    { withinMs: 2 * PATIENCE_MS, pollMs: 1_000, what: `what follows ${String(button)}` },
  );
}

/** Opens the order that was declined from the list of orders. */
async function readDeclinedSaga(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/console/orders?status=REJECTED`);
  await page
    .getByRole('link', { name: /^Order / })
    .first()
    .click();
  const drawing = page.getByRole('group', { name: /^The saga/ });
  await drawing.getByRole('button', { name: /Authorize payment, failed, went another way/ }).waitFor();
  await drawing.getByRole('button', { name: /Release inventory, done/ }).waitFor();
  await drawing.getByRole('button', { name: /Capture payment, not reached/ }).waitFor();
  assert.ok((await drawing.locator('.way.taken').count()) > 5, 'the way of the saga is not drawn');
  await drawing.getByRole('button', { name: /Authorize payment/ }).click();
  const panel = page.getByRole('region', { name: 'Chosen step' });
  await panel.getByText('PaymentDeclinedError').first().waitFor();
}

async function refundOnePiece(page: Page, url: string, api: OrderApiClient): Promise<void> {
  const item = (await api.stocks()).find(({ count }) => count >= 100);
  assert.ok(item, 'no item has 100 or more in stock');
  const orderId = await api.place({ list: [{ id: item.Id, count: 2 }], payment: { method: 'tok_visa' } });
  await api.waitForStatus(orderId, PATIENCE_MS / 1_000, ['CONFIRMED']);
  await page.goto(`${url}/console/orders/${orderId}`);
  await page
    .getByRole('button', { name: /^Refund/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('some of the pieces').click();
  await dialog.getByLabel(`${item.name}, of 2`).fill('1');
  await dialog.getByLabel('Why').fill('sent back');
  await dialog.getByRole('button', { name: /^Refund \$/ }).click();
  const refunds = page.getByRole('region', { name: /^Refunds/ });
  await refunds.getByText('succeeded').waitFor();
  await refunds.getByText('the pieces are back in the stock').waitFor();
}
