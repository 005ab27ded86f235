import { describe, expect } from '@jest/globals';
import { shared } from './shared.ts';

// A person reads the documentation of the API, and sends a request from it.

const { inBrowser } = shared;

describe('the documentation of the API', () => {
  inBrowser('sends an example with an order that it places for it, and asks nobody but the API', async () => {
    const foreign: string[] = [];
    shared.page.on('request', (request) => {
      if (!request.url().startsWith(shared.stack.urls.http)) {
        foreign.push(request.url());
      }
    });
    await shared.page.goto(`${shared.stack.urls.http}/docs`);
    await shared.page.getByText('Orders', { exact: true }).first().click();
    await shared.page.getByText('What has become of an order').first().click();
    await shared.page.getByRole('button', { name: /Test Request.*get .orders.status/ }).click();
    const answered = shared.page.waitForResponse((response) =>
      /orders\/status\?order_id=(?!bdc38c99)/.test(response.url()),
    );
    await shared.page.getByRole('button', { name: /^Send/ }).first().click();
    expect((await answered).status()).toBe(200);
    expect(foreign).toEqual([]);
  });
});
