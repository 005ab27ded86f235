import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { type EmbeddedStack, startEmbeddedStack } from '../embedded/stack.ts';
import { OrderApiClient } from '../verification/client/order-api-client.ts';
import { startBrowser } from './support/browser.ts';

// A person in front of the console: a real browser, a real stack. Where the machine has no browser the tests say so and pass.

const ITEM_2 = '154ffd4d-ac59-4819-a2fc-194faf1b92ba';
const ITEM_3 = 'dad78a5a-3c27-449f-8696-fd745260884e';
const LONG = 90_000;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let stack: EmbeddedStack;
let api: OrderApiClient;
let browser: Browser | undefined;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  [stack, browser] = await Promise.all([
    startEmbeddedStack({ environment: { SWEEP_INTERVAL_SECONDS: '1' } }),
    startBrowser(),
  ]);
  api = new OrderApiClient(stack.urls.http);
  if (browser === undefined) {
    console.warn('This machine has no Chromium (CHROMIUM_PATH names one): the console is not tested in a browser.');
  }
}, LONG);

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
}, LONG);

beforeEach(async () => {
  complaints = [];
  if (browser !== undefined) {
    page = await openPage(browser, { width: 1280, theme: 'light' });
  }
});

afterEach(() => page?.context().close());

interface Look {
  readonly width: 1280 | 390;
  readonly theme: 'light' | 'dark';
}

async function openPage(opened: Browser, { width, theme }: Look): Promise<Page> {
  const context = await opened.newContext({ viewport: { width, height: 900 }, colorScheme: theme });
  const created = await context.newPage();
  created.setDefaultTimeout(15_000);
  created.on('pageerror', (error) => complaints.push(String(error)));
  created.on('console', (message) => {
    // Browsers report each refused call of the API; the page shows those itself.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text());
    }
  });
  return created;
}

/** A test that needs a browser. */
function inBrowser(name: string, work: () => Promise<void>): void {
  test(
    name,
    async () => {
      if (browser !== undefined) {
        await work();
      }
      // Among them what the Content-Security-Policy refuses.
      expect(complaints).toEqual([]);
    },
    LONG,
  );
}

function open(path: string) {
  return page.goto(`${stack.urls.http}/console${path}`);
}

function press(name: string | RegExp) {
  return page.getByRole('button', { name }).first().click();
}

function decide(name: string) {
  return page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
}

function waitFor(text: string | RegExp) {
  return page.getByText(text).first().waitFor();
}

async function place(itemId: string, method?: string): Promise<string> {
  return api.place({ list: [{ id: itemId, count: 1 }], ...(method !== undefined && { payment: { method } }) });
}

/** An order that is paid after its hold ran out and the stock was lost: it parks behind the pivot. */
async function parkedOrder(): Promise<string> {
  const orderId = await place(ITEM_2);
  await api.waitForStatus(orderId, 20, ['AWAITING_PAYMENT']);
  const local = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  const client = new DynamoDBClient({ endpoint: stack.urls.dynamodb, ...local });
  await client.send(
    new UpdateItemCommand({
      TableName: 'inventory-reservations-dev',
      Key: { order_id: { S: orderId } },
      UpdateExpression: 'SET expires_at = :past',
      ExpressionAttributeValues: { ':past': { N: String(Date.now() - 1_000) } },
    }),
  );
  client.destroy();
  await heldBecomesZero();
  const corrected = await fetch(`${stack.urls.http}/inventory/correct`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id: ITEM_2, count: 0, reason: 'lost' }),
  });
  expect(corrected.status).toBe(200);
  await api.request({ path: '/payment/pay', body: { list: [{ id: randomUUID(), order_id: orderId }] } });
  await api.waitForStatus(orderId, 20, ['NEEDS_ATTENTION']);
  return orderId;
}

async function heldBecomesZero(): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const answer = await fetch(`${stack.urls.http}/inventory/items`);
    const { data } = (await answer.json()) as { data: { items: { id: string; held: number }[] } };
    if (data.items.find(({ id }) => id === ITEM_2)?.held === 0) {
      return;
    }
    await sleep(50);
  }
  throw new Error('The hold was not returned.');
}

describe('in the console a person', () => {
  inBrowser('places a paid, a declined and an unpaid order, and pays the last one', async () => {
    await open('/live');
    const row = (kind: string) =>
      page
        .getByRole('listitem')
        .filter({ hasText: kind })
        .filter({ has: page.getByRole('link') });
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
    await api.waitForStatus(orderId, 20, ['REJECTED']);
    await open(`/orders/${orderId}`);
    const drawing = page.getByRole('group', { name: /^The saga/ });
    await drawing.getByRole('button', { name: /Authorize payment, failed, went another way/ }).waitFor();
    await drawing.getByRole('button', { name: /Release inventory, done/ }).waitFor();
    await drawing.getByRole('button', { name: /Capture payment, not reached/ }).waitFor();
    expect(await drawing.locator('.way.taken').count()).toBeGreaterThan(5);

    await drawing.getByRole('button', { name: /Is resumed/ }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    const panel = page.getByRole('region', { name: 'Chosen step' });
    await panel.getByRole('heading', { name: /Reserve inventory/ }).waitFor();
    await panel.getByText('Input').click();
    await panel.getByText(orderId).first().waitFor();
  });

  inBrowser('finds an order by status and by its id, and comes back with the browser’s own button', async () => {
    const orderId = await place(ITEM_3, 'tok_visa');
    await api.waitForStatus(orderId, 20, ['CONFIRMED']);
    await open('');
    await page
      .getByRole('navigation', { name: 'Orders by status' })
      .getByRole('link', { name: /^confirmed/ })
      .click();
    await page.waitForURL(/\/orders\?status=CONFIRMED$/);
    await page.getByLabel('Order id').fill(orderId);
    await press('Open');
    await page.getByRole('heading', { name: new RegExp(orderId.slice(0, 8)) }).waitFor();
    await page.goBack();
    await page.getByRole('link', { name: `Order ${orderId}` }).waitFor();
  });

  inBrowser('cancels an order after reading what that does', async () => {
    const orderId = await place(ITEM_3);
    await api.waitForStatus(orderId, 20, ['AWAITING_PAYMENT']);
    await open(`/orders/${orderId}`);
    await press(/^Cancel/);
    await page.getByRole('dialog').getByText('gives the held stock back').waitFor();
    await decide('Cancel the order');
    await page.getByRole('heading', { name: /cancelled/ }).waitFor();
  });

  inBrowser('sees a parked order, restocks what it lacks and redrives it; gives another one up', async () => {
    const orderId = await parkedOrder();
    await open('/orders');
    await page.getByRole('heading', { name: '1 order waits for you' }).waitFor();
    await page.getByRole('link', { name: 'Look at all of them' }).click();
    await page.getByRole('heading', { name: /Commit inventory/ }).waitFor();

    await page.getByRole('link', { name: 'Stock', exact: true }).click();
    await press('Restock item2');
    await page.getByRole('dialog').getByLabel('How many came').fill('5');
    await page.getByRole('dialog').getByLabel('Why').fill('found again');
    await decide('Add to the stock');
    await waitFor('5 of item2 are available now.');

    await page.getByRole('link', { name: /^Attention/ }).click();
    await press(`Redrive order ${orderId.slice(0, 8)}`);
    await page.getByRole('dialog').getByText('Nothing that succeeded is done twice').waitFor();
    await decide('Redrive');
    await page.getByRole('heading', { name: '1 redriven' }).waitFor();
    await page.getByRole('status').getByText('confirmed', { exact: true }).waitFor();
    await waitFor('Nothing waits for you.');

    const other = await parkedOrder();
    await open(`/orders/${other}`);
    await waitFor(/Commit inventory could not go on/);
    await press(/^Give up/);
    await page.getByRole('dialog').getByLabel('Why').fill('not made any more');
    await decide('Give it up');
    await page.getByRole('heading', { name: /rejected/ }).waitFor();
  });

  inBrowser('refunds one piece of an order, and sees money and stock come back', async () => {
    const orderId = await api.place({ list: [{ id: ITEM_3, count: 2 }], payment: { method: 'tok_visa' } });
    await api.waitForStatus(orderId, 20, ['CONFIRMED']);
    await open(`/orders/${orderId}`);
    await press(/^Refund/);
    const dialog = page.getByRole('dialog');
    await dialog.getByText('some of the pieces').click();
    await dialog.getByLabel('item3, of 2').fill('1');
    await dialog.getByLabel('Why').fill('sent back');
    await decide('Refund $5.00');
    const refunds = page.getByRole('region', { name: /^Refunds/ });
    await refunds.getByText('succeeded').waitFor();
    await refunds.getByText('the pieces are back in the stock').waitFor();
    await refunds.getByText('$5.00 given back').waitFor();
    await press(/^Refund/);
    await dialog.getByText('all that is left, $5.00').waitFor();
  });

  inBrowser('starts a spike, sees its charts, and stops it', async () => {
    await open('/live');
    await press('Start the spike');
    const panel = page.getByRole('region', { name: 'A spike' });
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

  inBrowser('is asked for a key where the API wants one, and told when it is not accepted', async () => {
    await page.route(/\/orders|\/inventory/, async (route) => {
      const key = route.request().headers()['x-api-key'];
      if (route.request().url().includes('/console') || key === 'right') {
        return route.continue();
      }
      const envelope = {
        status: 401,
        success: false,
        meta: { code: 'UNAUTHENTICATED' },
        data: 'credentials are missing',
      };
      return route.fulfill({ status: 401, json: envelope });
    });
    await open('/stock');
    const field = page.getByRole('dialog', { name: 'Sign in' }).getByLabel('API key or token');
    await field.fill('wrong');
    await decide('Sign in');
    await waitFor('The API did not accept that key or token.');
    await field.fill('right');
    await decide('Sign in');
    await waitFor('item3');
    await page.reload();
    await waitFor('item3');
    await press('Sign out');
    await field.waitFor();
  });

  inBrowser('costs the API nothing while looking elsewhere', async () => {
    await open('/orders');
    await page.getByRole('heading', { name: 'Orders' }).waitFor();
    await page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })");
    await sleep(500);
    let requests = 0;
    page.on('request', () => {
      requests += 1;
    });
    await sleep(2_500);
    expect(requests).toBe(0);
    await page.evaluate(
      "Object.defineProperty(document, 'hidden', { value: false, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))",
    );
    await page.waitForResponse(/\/orders\?/);
  });
});

interface Finding {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly unknown[] }[];
}

// What a look decides is checked in each; everything else once for each width.
const EVERY_RULE = {};
const RULES_OF_COLOURS = { runOnly: ['color-contrast'] };

const LOOKS: readonly (Look & { readonly rules: object })[] = [
  { width: 1280, theme: 'light', rules: EVERY_RULE },
  { width: 1280, theme: 'dark', rules: RULES_OF_COLOURS },
  { width: 390, theme: 'light', rules: RULES_OF_COLOURS },
  { width: 390, theme: 'dark', rules: EVERY_RULE },
];

describe.each(LOOKS)('at $width pixels, $theme', ({ rules, ...look }) => {
  inBrowser('every page is accessible, and nothing needs to be scrolled sideways', async () => {
    await page.context().close();
    page = await openPage(browser as Browser, look);
    const [confirmed, waiting] = [await place(ITEM_3, 'tok_visa'), await place(ITEM_3)];
    await api.waitForStatus(confirmed, 20, ['CONFIRMED']);
    await api.waitForStatus(waiting, 20, ['AWAITING_PAYMENT']);
    const paths = ['/orders', `/orders/${confirmed}`, `/orders/${waiting}`, '/attention', '/stock', '/live', '/none'];
    for (const path of paths) {
      await open(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByRole('status', { name: 'Loading' }).waitFor({ state: 'detached' });
      if (path === `/orders/${waiting}`) {
        await press(/^Cancel/);
      } else if (path === `/orders/${confirmed}`) {
        await press(/^Refund/);
      }
      expect([path, await page.evaluate('document.documentElement.scrollWidth - innerWidth')]).toEqual([path, 0]);
      await page.evaluate(AXE);
      const { violations } = (await page.evaluate(`axe.run(${JSON.stringify(rules)})`)) as {
        readonly violations: readonly Finding[];
      };
      expect([path, violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)])]).toEqual([path, []]);
    }
  });
});

describe('where the API asks who somebody is', () => {
  /** Answers as an API with keys: `operator` sees all, `customer` no sums, others nothing. */
  async function askForKeys(isLateKnown: () => boolean): Promise<void> {
    const answer = (status: number, code: string) => ({
      status,
      json: { status, success: false, meta: { code }, data: 'no' },
    });
    await page.route(
      (url) => /\/(orders|health|inventory)\b/.test(url.pathname) && !url.pathname.includes('/console'),
      async (route) => {
        const key = route.request().headers()['x-api-key'];
        const isKnown = key === 'operator' || key === 'customer' || (key === 'late' && isLateKnown());
        if (!isKnown) {
          return route.fulfill(answer(401, 'UNAUTHENTICATED'));
        }
        const isRefused = key === 'customer' && route.request().url().includes('/orders/summary');
        return isRefused ? route.fulfill(answer(403, 'FORBIDDEN')) : route.continue();
      },
    );
  }

  async function signIn(key: string): Promise<void> {
    await page.getByLabel('API key or token').fill(key);
    await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
  }

  inBrowser('signing out hides what was seen from the next person on the same tab', async () => {
    await place(ITEM_3, 'tok_visa');
    await askForKeys(() => true);
    await open('/orders');
    await signIn('operator');
    await waitFor('captured');
    await press('Sign out');
    await signIn('customer');
    await page.getByRole('region', { name: 'List of orders' }).waitFor();
    expect(await page.getByText('captured').count()).toBe(0);
  });

  inBrowser('a key that the API comes to know is taken when it is entered again', async () => {
    let isLateKnown = false;
    await askForKeys(() => isLateKnown);
    await open('/orders');
    await signIn('late');
    await waitFor('did not accept that key');
    isLateKnown = true;
    await signIn('late');
    await page.getByRole('region', { name: 'List of orders' }).waitFor();
    await waitFor('captured');
  });
});
