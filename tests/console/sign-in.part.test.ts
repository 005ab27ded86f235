import { describe, expect } from '@jest/globals';
import { shared } from './shared.ts';

// A person whom the API asks for a key, in the orders' console.

const ITEM_3 = 'dad78a5a-3c27-449f-8696-fd745260884e';

const { inBrowser, open, press, decide, waitFor, place } = shared;

describe('where the API asks who somebody is', () => {
  /** Answers as an API with keys: `operator` sees all, `customer` no sums, others nothing. */
  async function askForKeys(isLateKnown: () => boolean): Promise<void> {
    const answer = (status: number, code: string) => ({
      status,
      json: { status, success: false, meta: { code }, data: 'no' },
    });
    await shared.page.route(
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
    await shared.page.getByLabel('API key or token').fill(key);
    await shared.page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
  }

  inBrowser('signing out hides what was seen from the next person on the same tab', async () => {
    await place(ITEM_3, 'tok_visa');
    await askForKeys(() => true);
    await open('/orders');
    await signIn('operator');
    await waitFor('captured');
    await press('Sign out');
    await signIn('customer');
    await shared.page.getByRole('region', { name: 'List of orders' }).waitFor();
    expect(await shared.page.getByText('captured').count()).toBe(0);
  });

  inBrowser('a key that the API comes to know is taken when it is entered again', async () => {
    let isLateKnown = false;
    await askForKeys(() => isLateKnown);
    await open('/orders');
    await signIn('late');
    await waitFor('did not accept that key');
    isLateKnown = true;
    await signIn('late');
    await shared.page.getByRole('region', { name: 'List of orders' }).waitFor();
    await waitFor('captured');
  });

  inBrowser('is asked for a key where the API wants one, and told when it is not accepted', async () => {
    await shared.page.route(/\/orders|\/inventory/, async (route) => {
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
    const field = shared.page.getByRole('dialog', { name: 'Sign in' }).getByLabel('API key or token');
    await field.fill('wrong');
    await decide('Sign in');
    await waitFor('The API did not accept that key or token.');
    await field.fill('right');
    await decide('Sign in');
    await waitFor('item3');
    await shared.page.reload();
    await waitFor('item3');
    await press('Sign out');
    await field.waitFor();
  });
});
