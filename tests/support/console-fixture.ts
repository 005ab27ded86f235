import { buildConsolesWhenNeeded } from '../../console/build.ts';
import type { EmbeddedStackOptions } from '../../embedded/stack.ts';
import { type BrowserFixture, withBrowser } from './browser-fixture.ts';
import { type StackFixture, withStack } from './embedded-stack.ts';

/** A person in front of the orders' console of a whole stack. */
export interface ConsoleFixture extends BrowserFixture, StackFixture {
  /** Opens a page of the console, such as `/orders`. */
  readonly open: (path: string) => Promise<unknown>;
  /** Presses the first button of this name. */
  readonly press: (name: string | RegExp) => Promise<void>;
  /** Presses a button of the open dialog. */
  readonly decide: (name: string) => Promise<void>;
  /** Waits until the page shows a text. */
  readonly waitFor: (text: string | RegExp) => Promise<void>;
  /** Places an order of one piece, and returns its id. Without a payment method it is to be paid later. */
  readonly place: (itemId: string, method?: string) => Promise<string>;
}

/** Starts a stack and a browser for all tests of the file. A file calls this once, at its top. */
export function withConsole(options: EmbeddedStackOptions): ConsoleFixture {
  const browser = withBrowser();
  // A stack builds the console beside its start, and a page that is opened before has no buttons.
  const whole = withStack(async () => {
    await buildConsolesWhenNeeded();
    return options;
  });
  return {
    get page() {
      return browser.page;
    },
    get stack() {
      return whole.stack;
    },
    get api() {
      return whole.api;
    },
    inBrowser: browser.inBrowser,
    open: (path) => browser.page.goto(`${whole.stack.urls.http}/console${path}`),
    press: (name) => browser.page.getByRole('button', { name }).first().click(),
    decide: (name) => browser.page.getByRole('dialog').getByRole('button', { name, exact: true }).click(),
    waitFor: (text) => browser.page.getByText(text).first().waitFor(),
    place: (id, method) =>
      whole.api.place({ list: [{ id, count: 1 }], ...(method !== undefined && { payment: { method } }) }),
  };
}
