import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { type EmbeddedStack, startEmbeddedStack } from '../../embedded/stack.ts';
import { withBrowser } from '../support/browser-fixture.ts';

// A person breaks a service from the console, and mends what that left behind, without reading a page of documentation.

const LONG_MS = 90_000;
const fixture = withBrowser();
const { inBrowser } = fixture;
let stack: EmbeddedStack;

beforeAll(async () => {
  stack = await startEmbeddedStack({ environment: { SWEEP_INTERVAL_SECONDS: '1' } });
}, LONG_MS);
afterAll(() => stack?.stop(), LONG_MS);

function open(path: string) {
  return fixture.page.goto(`${stack.urls.http}/console${path}`);
}

function press(name: string | RegExp) {
  return fixture.page.getByRole('button', { name }).first().click();
}

/** Whether stock is held for an order. */
async function isStockHeldFor(orderId: string): Promise<boolean> {
  const answer = await fetch(`${stack.urls.http}/inventory/items`);
  const { data } = (await answer.json()) as { data: { holds: { order_id: string }[] } };
  return data.holds.some(({ order_id }) => order_id === orderId);
}

describe('on a laptop a person', () => {
  inBrowser(
    'breaks Payment, sees an order park, mends Payment, redrives the order, and sees no stock held',
    async () => {
      await open('/live');
      await fixture.page.getByLabel(/^quickly/).check();
      await press('Break Payment');
      const payment = fixture.page.getByRole('listitem', { name: 'Payment' });
      await payment.getByText('100 % of the calls fail before they do anything').waitFor();
      await press(/^Paid/);
      const placed = fixture.page
        .getByRole('listitem')
        .filter({ hasText: 'Paid' })
        .filter({ has: fixture.page.getByRole('link') });
      await placed.getByText('needs attention').waitFor({ timeout: 60_000 });
      const orderId = (await placed.getByRole('link').first().getAttribute('href'))?.split('/').pop() ?? '';
      expect(await isStockHeldFor(orderId)).toBe(true);

      await press('Mend Payment');
      await payment.getByText('All calls are answered.').waitFor();
      await fixture.page.getByRole('link', { name: /^Attention/ }).click();
      await press(`Redrive order ${orderId.slice(0, 8)}`);
      await fixture.page.getByRole('dialog').getByRole('button', { name: 'Redrive', exact: true }).click();
      await fixture.page.getByRole('heading', { name: '1 redriven' }).waitFor();
      await fixture.page.getByRole('status').getByText('rejected', { exact: true }).waitFor();
      expect(await isStockHeldFor(orderId)).toBe(false);
    },
  );
});

describe('on a laptop a person who kills a process', () => {
  inBrowser('sees it come back, and an order that waited meanwhile paid and confirmed', async () => {
    const { page } = fixture;
    await open('/live');
    await page.getByRole('button', { name: 'Kill the engine' }).waitFor();
    const pidOf = (name: string) => stack.processes().find((each) => each.name === name)?.pid;
    const before = stack.processes();
    await press(/^Pay later/);
    const pay = page.getByRole('button', { name: /^Pay order/ });
    await pay.waitFor();
    for (const [button, name] of [
      ['Kill Payment', 'Payment process'],
      ['Kill the engine', 'Engine process'],
      ['Kill the database', 'Database process'],
    ] as const) {
      await press(button);
      const killed = page.getByRole('listitem', { name, exact: true });
      await killed.getByText(/^Process \d+, started .*, restarted once\.$/).waitFor();
    }
    await pay.click();
    const placed = page.getByRole('listitem').filter({ has: page.getByRole('link', { name: /Pay later$/ }) });
    await placed.getByText('confirmed', { exact: true }).waitFor({ timeout: 60_000 });
    const isNew = before.flatMap(({ name, pid }) => (pidOf(name) === pid ? [] : [name]));
    expect(isNew.sort()).toEqual(['dynamodb', 'engine', 'payment']);
  });
});

describe('where there is no laboratory', () => {
  inBrowser('the page offers nothing to break', async () => {
    const isPanelShown = () => fixture.page.getByRole('heading', { name: 'Break it' }).isVisible();
    await open('/live');
    await fixture.page.getByRole('heading', { name: 'Break it' }).waitFor();
    await fixture.page.route(/\/laboratory/, (route) =>
      route.fulfill({ status: 404, json: { status: 404, success: false, meta: { code: 'NO_SUCH_CALL' }, data: 'no' } }),
    );
    const asked = fixture.page.waitForResponse(/\/laboratory/);
    await open('/live');
    await asked;
    await fixture.page.getByRole('button', { name: 'Start the spike' }).waitFor();
    expect(await isPanelShown()).toBe(false);
  });
});
