import { randomUUID } from 'node:crypto';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect } from '@jest/globals';
import { expectAccessible } from '../support/browser-fixture.ts';
import { dynamoDbClient } from '../support/dynamodb.ts';
import { shared } from './shared.ts';

// A person breaks a service from the console, and mends what that left behind, without reading a page of documentation.

const { inBrowser, open, press } = shared;

/** Whether stock is held for an order. */
async function isStockHeldFor(orderId: string): Promise<boolean> {
  const answer = await fetch(`${shared.stack.urls.http}/inventory/items`);
  const { data } = (await answer.json()) as { data: { holds: { order_id: string }[] } };
  return data.holds.some(({ order_id }) => order_id === orderId);
}

describe('on a laptop a person', () => {
  inBrowser(
    'breaks Payment, sees an order park, mends Payment, redrives the order, and sees no stock held',
    async () => {
      await open('/live');
      // Its mark follows the answer of the API, which `check` would not wait for.
      await shared.page.getByLabel(/^quickly/).click();
      // An order that is placed before this is deployed tries again for minutes.
      await shared.page.getByText('New orders try again quickly, for some ten seconds.').waitFor();
      await press('Break Payment');
      const payment = shared.page.getByRole('listitem', { name: 'Payment' });
      await payment.getByText('100 % of the calls fail before they do anything').waitFor();
      await press(/^Paid/);
      const placed = shared.page
        .getByRole('listitem')
        .filter({ hasText: 'Paid' })
        .filter({ has: shared.page.getByRole('link') });
      await placed.getByText('needs attention').waitFor({ timeout: 60_000 });
      const orderId = (await placed.getByRole('link').first().getAttribute('href'))?.split('/').pop() ?? '';
      expect(await isStockHeldFor(orderId)).toBe(true);

      await press('Mend Payment');
      await payment.getByText('All calls are answered.').waitFor();
      await shared.page.getByRole('link', { name: /^Attention/ }).click();
      await press(`Redrive order ${orderId.slice(0, 8)}`);
      await shared.page.getByRole('dialog').getByRole('button', { name: 'Redrive', exact: true }).click();
      await shared.page.getByRole('heading', { name: '1 redriven' }).waitFor();
      await shared.page.getByRole('status').getByText('rejected', { exact: true }).waitFor();
      expect(await isStockHeldFor(orderId)).toBe(false);
    },
  );
});

describe('on a laptop a person who kills a process', () => {
  inBrowser('sees it come back, and an order that waited meanwhile paid and confirmed', async () => {
    const { page } = shared;
    await open('/live');
    await page.getByRole('button', { name: 'Kill the engine' }).waitFor();
    const pidOf = (name: string) => shared.stack.processes().find((each) => each.name === name)?.pid;
    const before = shared.stack.processes();
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

describe('the lights of the invariants', () => {
  inBrowser(
    'turn red with the order and the item at fault when a table is broken, and green once it is mended',
    async () => {
      const { page } = shared;
      const light = (name: RegExp) => page.locator('.light').filter({ hasText: name });
      const [stock, record, answers] = [light(/^Stock adds up/), light(/^The record of an order/), light(/^No answer/)];
      const isTurned = { timeout: 60_000 };
      await open('/live');
      await stock.getByText('holds', { exact: true }).waitFor(isTurned);
      await record.getByText('holds', { exact: true }).waitFor(isTurned);
      expect(await answers.textContent()).toContain('not known');
      await page.getByText('All that can be checked here holds.').waitFor();

      const tables = DynamoDBDocumentClient.from(dynamoDbClient(shared.stack.urls.dynamodb));
      const orderId = randomUUID();
      const at = new Date().toISOString();
      const order = { order_id: orderId, status: 'REJECTED', lines: [], created_at: at, updated_at: at, timeline: [] };
      const item = {
        item_id: 'lamp',
        name: 'lamp',
        stocked: 5,
        available: 3,
        held: 0,
        sold: 0,
        unit_price_minor: 1,
        currency: 'USD',
      };
      await tables.send(new PutCommand({ TableName: 'orders-dev', Item: order }));
      await tables.send(new PutCommand({ TableName: 'inventory-items-dev', Item: item }));
      await stock.getByText('available 3 + held 0 + sold 0 = 3, but 5 were stocked').waitFor(isTurned);
      await record
        .getByRole('link', { name: `Order ${orderId}` })
        .first()
        .waitFor(isTurned);
      await page.getByText('2 of 8 are broken.').waitFor(isTurned);
      await expectAccessible(page, 'broken lights', {});

      await tables.send(new DeleteCommand({ TableName: 'orders-dev', Key: { order_id: orderId } }));
      await tables.send(new DeleteCommand({ TableName: 'inventory-items-dev', Key: { item_id: 'lamp' } }));
      tables.destroy();
      await page.getByText('All that can be checked here holds.').waitFor(isTurned);
    },
  );
});

describe('where the checker is not installed', () => {
  inBrowser('all lights are grey, and the reason is said once', async () => {
    const why = 'This stack was installed without its checker.';
    const lights = ['stock adds up', 'no answer taken back'].map((invariant) => ({ invariant, state: 'unknown', why }));
    await shared.page.route(/\/laboratory\/invariants/, (route) =>
      route.fulfill({ json: { status: 200, success: true, meta: null, data: { lights } } }),
    );
    await open('/live');
    await shared.page.getByText(why).waitFor();
    expect(await shared.page.getByText(why).count()).toBe(1);
    expect(await shared.page.locator('.light.unknown').count()).toBe(2);
  });
});

describe('where there is no laboratory', () => {
  inBrowser('the page offers nothing to break', async () => {
    const isPanelShown = () => shared.page.getByRole('heading', { name: 'Break it' }).isVisible();
    await open('/live');
    await shared.page.getByRole('heading', { name: 'Break it' }).waitFor();
    await shared.page.route(/\/laboratory/, (route) =>
      route.fulfill({ status: 404, json: { status: 404, success: false, meta: { code: 'NO_SUCH_CALL' }, data: 'no' } }),
    );
    const asked = shared.page.waitForResponse(/\/laboratory/);
    await open('/live');
    await asked;
    await shared.page.getByRole('button', { name: 'Start the spike' }).waitFor();
    expect(await isPanelShown()).toBe(false);
  });
});
