import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { type EmbeddedStack, startEmbeddedStack } from '../../embedded/stack.ts';
import { OrderApiClient } from '../../verification/client/order-api-client.ts';
import { withBrowser } from '../support/browser-fixture.ts';

// A person works with the orders' console, and with the documentation of the API, on a real stack.

const ITEM_2 = '154ffd4d-ac59-4819-a2fc-194faf1b92ba';
const ITEM_3 = 'dad78a5a-3c27-449f-8696-fd745260884e';
const LONG_MS = 90_000;

const fixture = withBrowser();
const { inBrowser } = fixture;
let stack: EmbeddedStack;
let api: OrderApiClient;

beforeAll(async () => {
  stack = await startEmbeddedStack({ environment: { SWEEP_INTERVAL_SECONDS: '1' } });
  api = new OrderApiClient(stack.urls.http);
}, LONG_MS);
afterAll(() => stack?.stop(), LONG_MS);

function open(path: string) {
  return fixture.page.goto(`${stack.urls.http}/console${path}`);
}

function press(name: string | RegExp) {
  return fixture.page.getByRole('button', { name }).first().click();
}

function decide(name: string) {
  return fixture.page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
}

function waitFor(text: string | RegExp) {
  return fixture.page.getByText(text).first().waitFor();
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
      fixture.page
        .getByRole('listitem')
        .filter({ hasText: kind })
        .filter({ has: fixture.page.getByRole('link') });
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
    const drawing = fixture.page.getByRole('group', { name: /^The saga/ });
    await drawing.getByRole('button', { name: /Authorize payment, failed, went another way/ }).waitFor();
    await drawing.getByRole('button', { name: /Release inventory, done/ }).waitFor();
    await drawing.getByRole('button', { name: /Capture payment, not reached/ }).waitFor();
    expect(await drawing.locator('.way.taken').count()).toBeGreaterThan(5);

    await drawing.getByRole('button', { name: /Is resumed/ }).focus();
    await fixture.page.keyboard.press('ArrowRight');
    await fixture.page.keyboard.press('Enter');
    const panel = fixture.page.getByRole('region', { name: 'Chosen step' });
    await panel.getByRole('heading', { name: /Reserve inventory/ }).waitFor();
    await panel.getByText('Input').click();
    await panel.getByText(orderId).first().waitFor();
  });

  inBrowser('reads how the stack is told to keep traces, where it keeps none', async () => {
    await open(`/orders/${await place(ITEM_3, 'tok_visa')}`);
    await fixture.page.getByRole('region', { name: 'Trace' }).getByText('TRACES=console npm start').waitFor();
  });

  inBrowser('finds an order by status and by its id, and comes back with the browser’s own button', async () => {
    const orderId = await place(ITEM_3, 'tok_visa');
    await api.waitForStatus(orderId, 20, ['CONFIRMED']);
    await open('');
    await fixture.page
      .getByRole('navigation', { name: 'Orders by status' })
      .getByRole('link', { name: /^confirmed/ })
      .click();
    await fixture.page.waitForURL(/\/orders\?status=CONFIRMED$/);
    await fixture.page.getByLabel('Order id').fill(orderId);
    await press('Open');
    await fixture.page.getByRole('heading', { name: new RegExp(orderId.slice(0, 8)) }).waitFor();
    await fixture.page.goBack();
    await fixture.page.getByRole('link', { name: `Order ${orderId}` }).waitFor();
  });

  inBrowser('finds by its age for which order stock is held, and cancels that after reading what it does', async () => {
    const orderId = await place(ITEM_3);
    await api.waitForStatus(orderId, 20, ['AWAITING_PAYMENT']);
    const later = await api.place({ list: [{ id: ITEM_3, count: 1 }], payment: { window_seconds: 60 } });
    await api.waitForStatus(later, 20, ['AWAITING_PAYMENT']);
    await open('/stock');
    const links = fixture.page.getByRole('region', { name: /^Holds/ }).getByRole('link');
    await links.filter({ hasText: later.slice(0, 8) }).waitFor();
    const held = (await links.allTextContents()).filter((text) => orderId.startsWith(text) || later.startsWith(text));
    expect(held).toEqual([orderId.slice(0, 8), later.slice(0, 8)]);
    await links.filter({ hasText: orderId.slice(0, 8) }).click();
    await press(/^Cancel/);
    await fixture.page.getByRole('dialog').getByText('gives the held stock back').waitFor();
    await decide('Cancel the order');
    await fixture.page.getByRole('heading', { name: /cancelled/ }).waitFor();
  });

  inBrowser('sees a parked order, restocks what it lacks and redrives it; gives another one up', async () => {
    const orderId = await parkedOrder();
    await open('/orders');
    await fixture.page.getByRole('heading', { name: '1 order waits for you' }).waitFor();
    await fixture.page.getByRole('link', { name: 'Look at all of them' }).click();
    await fixture.page.getByRole('heading', { name: /Commit inventory/ }).waitFor();

    await fixture.page.getByRole('link', { name: 'Stock', exact: true }).click();
    await press('Restock item2');
    await fixture.page.getByRole('dialog').getByLabel('How many came').fill('5');
    await fixture.page.getByRole('dialog').getByLabel('Why').fill('found again');
    await decide('Add to the stock');
    await waitFor('5 of item2 are available now.');

    await fixture.page.getByRole('link', { name: /^Attention/ }).click();
    await press(`Redrive order ${orderId.slice(0, 8)}`);
    await fixture.page.getByRole('dialog').getByText('Nothing that succeeded is done twice').waitFor();
    await decide('Redrive');
    await fixture.page.getByRole('heading', { name: '1 redriven' }).waitFor();
    await fixture.page.getByRole('status').getByText('confirmed', { exact: true }).waitFor();
    await waitFor('Nothing waits for you.');

    const other = await parkedOrder();
    await open(`/orders/${other}`);
    await waitFor(/Commit inventory could not go on/);
    await press(/^Give up/);
    await fixture.page.getByRole('dialog').getByLabel('Why').fill('not made any more');
    await decide('Give it up');
    await fixture.page.getByRole('heading', { name: /rejected/ }).waitFor();
  });

  inBrowser('refunds one piece of an order, and sees money and stock come back', async () => {
    const orderId = await api.place({ list: [{ id: ITEM_3, count: 2 }], payment: { method: 'tok_visa' } });
    await api.waitForStatus(orderId, 20, ['CONFIRMED']);
    await open(`/orders/${orderId}`);
    await press(/^Refund/);
    const dialog = fixture.page.getByRole('dialog');
    await dialog.getByText('some of the pieces').click();
    await dialog.getByLabel('item3, of 2').fill('1');
    await dialog.getByLabel('Why').fill('sent back');
    await decide('Refund $5.00');
    const refunds = fixture.page.getByRole('region', { name: /^Refunds/ });
    await refunds.getByText('succeeded').waitFor();
    await refunds.getByText('the pieces are back in the stock').waitFor();
    await refunds.getByText('$5.00 given back').waitFor();
    await press(/^Refund/);
    await dialog.getByText('all that is left, $5.00').waitFor();
  });

  inBrowser('refunds an amount, reads the saga of that refund, and comes back to the saga of the order', async () => {
    const orderId = await place(ITEM_3, 'tok_visa');
    await api.waitForStatus(orderId, 20, ['CONFIRMED']);
    await open(`/orders/${orderId}`);
    await press(/^Refund/);
    const dialog = fixture.page.getByRole('dialog');
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
    const refunds = fixture.page.getByRole('region', { name: /^Refunds/ });
    await refunds.getByText('$1.50 given back').waitFor();

    await refunds.getByRole('link', { name: 'Saga of this refund of $1.50' }).click();
    const drawing = fixture.page.getByRole('group', { name: /^The saga/ });
    await drawing.getByRole('button', { name: /Refund payment, done/ }).click();
    await drawing.getByRole('button', { name: /Return inventory, not reached/ }).waitFor();
    const panel = fixture.page.getByRole('region', { name: 'Chosen step' });
    await panel.getByText('Input').click();
    await panel.getByText('came late').first().waitFor();
    await fixture.page.reload();
    await drawing.getByRole('button', { name: /Record refund, done/ }).waitFor();
    await fixture.page.getByRole('combobox', { name: 'Of' }).selectOption('the order');
    await drawing.getByRole('button', { name: /Confirm order, done/ }).waitFor();
  });

  inBrowser('starts a spike, sees its charts, and stops it', async () => {
    await open('/live');
    await press('Start the spike');
    const panel = fixture.page.getByRole('region', { name: 'A spike' });
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
    await fixture.page.getByRole('heading', { name: 'Orders' }).waitFor();
    await fixture.page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })");
    await sleep(500);
    let requests = 0;
    fixture.page.on('request', () => {
      requests += 1;
    });
    await sleep(2_500);
    expect(requests).toBe(0);
    await fixture.page.evaluate(
      "Object.defineProperty(document, 'hidden', { value: false, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))",
    );
    await fixture.page.waitForResponse(/\/orders\?/);
  });
});

describe('where the API asks who somebody is', () => {
  /** Answers as an API with keys: `operator` sees all, `customer` no sums, others nothing. */
  async function askForKeys(isLateKnown: () => boolean): Promise<void> {
    const answer = (status: number, code: string) => ({
      status,
      json: { status, success: false, meta: { code }, data: 'no' },
    });
    await fixture.page.route(
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
    await fixture.page.getByLabel('API key or token').fill(key);
    await fixture.page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
  }

  inBrowser('signing out hides what was seen from the next person on the same tab', async () => {
    await place(ITEM_3, 'tok_visa');
    await askForKeys(() => true);
    await open('/orders');
    await signIn('operator');
    await waitFor('captured');
    await press('Sign out');
    await signIn('customer');
    await fixture.page.getByRole('region', { name: 'List of orders' }).waitFor();
    expect(await fixture.page.getByText('captured').count()).toBe(0);
  });

  inBrowser('a key that the API comes to know is taken when it is entered again', async () => {
    let isLateKnown = false;
    await askForKeys(() => isLateKnown);
    await open('/orders');
    await signIn('late');
    await waitFor('did not accept that key');
    isLateKnown = true;
    await signIn('late');
    await fixture.page.getByRole('region', { name: 'List of orders' }).waitFor();
    await waitFor('captured');
  });

  inBrowser('is asked for a key where the API wants one, and told when it is not accepted', async () => {
    await fixture.page.route(/\/orders|\/inventory/, async (route) => {
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
    const field = fixture.page.getByRole('dialog', { name: 'Sign in' }).getByLabel('API key or token');
    await field.fill('wrong');
    await decide('Sign in');
    await waitFor('The API did not accept that key or token.');
    await field.fill('right');
    await decide('Sign in');
    await waitFor('item3');
    await fixture.page.reload();
    await waitFor('item3');
    await press('Sign out');
    await field.waitFor();
  });
});

describe('the documentation of the API', () => {
  inBrowser('sends an example with an order that it places for it, and asks nobody but the API', async () => {
    const foreign: string[] = [];
    fixture.page.on('request', (request) => {
      if (!request.url().startsWith(stack.urls.http)) {
        foreign.push(request.url());
      }
    });
    await fixture.page.goto(`${stack.urls.http}/docs`);
    await fixture.page.getByText('Orders', { exact: true }).first().click();
    await fixture.page.getByText('What has become of an order').first().click();
    await fixture.page.getByRole('button', { name: /Test Request.*get .orders.status/ }).click();
    const answered = fixture.page.waitForResponse((response) =>
      /orders\/status\?order_id=(?!bdc38c99)/.test(response.url()),
    );
    await fixture.page.getByRole('button', { name: /^Send/ }).first().click();
    expect((await answered).status()).toBe(200);
    expect(foreign).toEqual([]);
  });
});
