import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from './browser.ts';

// A real browser. Where the machine has none, the tests say so and pass.

const LONG_MS = 90_000;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** How wide a window is, and which theme its reader prefers. */
export interface Look {
  readonly width: 1280 | 390;
  readonly theme: 'light' | 'dark';
}

/** A browser with an empty page for each test. */
export interface BrowserFixture {
  readonly page: Page;
  /** A test that needs a browser. It fails too where a page complains, of its Content-Security-Policy for example. */
  readonly inBrowser: (name: string, work: () => Promise<void>, look?: Look) => void;
}

/** Starts a browser for all tests of the file. A file calls this once, at its top. */
export function withBrowser(): BrowserFixture {
  let browser: Browser | undefined;
  let page: Page | undefined;
  let complaints: string[] = [];
  const openPage = async ({ width, theme }: Look): Promise<void> => {
    const context = await browser?.newContext({ viewport: { width, height: 900 }, colorScheme: theme });
    page = await context?.newPage();
    page?.setDefaultTimeout(30_000);
    page?.on('pageerror', (error) => complaints.push(String(error)));
    page?.on('console', (message) => {
      // Browsers report each refused call of the API; the page shows those itself.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        complaints.push(message.text());
      }
    });
  };
  beforeAll(async () => {
    browser = await startBrowser();
    if (browser === undefined) {
      console.warn('This machine has no Chromium (CHROMIUM_PATH names one): no page is tested in a browser.');
    }
  }, LONG_MS);
  afterAll(() => browser?.close(), LONG_MS);
  beforeEach(() => {
    complaints = [];
  });
  afterEach(() => page?.context().close());
  return {
    get page() {
      if (page === undefined) {
        throw new Error('There is a page only inside of inBrowser.');
      }
      return page;
    },
    inBrowser: (name, work, look = { width: 1280, theme: 'light' }) => {
      test(
        name,
        async () => {
          if (browser !== undefined) {
            await openPage(look);
            await work();
          }
          expect(complaints).toEqual([]);
        },
        LONG_MS,
      );
    },
  };
}

// Colours depend on the look, so each look checks them. Everything else is checked once for each width.
const EVERY_RULE = {};
const RULES_OF_COLOURS = { runOnly: ['color-contrast'] };

/** Both widths in both themes, with the rules of axe to check there. */
export const LOOKS: readonly (Look & { readonly rules: object })[] = [
  { width: 1280, theme: 'light', rules: EVERY_RULE },
  { width: 1280, theme: 'dark', rules: RULES_OF_COLOURS },
  { width: 390, theme: 'light', rules: RULES_OF_COLOURS },
  { width: 390, theme: 'dark', rules: EVERY_RULE },
];

interface Finding {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly unknown[] }[];
}

/** Expects that a page is accessible, and that nothing of it needs to be scrolled sideways. */
export async function expectAccessible(page: Page, what: string, rules: object): Promise<void> {
  expect([what, await page.evaluate('document.documentElement.scrollWidth - innerWidth')]).toEqual([what, 0]);
  await page.evaluate(AXE);
  const { violations } = (await page.evaluate(`axe.run(${JSON.stringify(rules)})`)) as {
    readonly violations: readonly Finding[];
  };
  expect([what, violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)])]).toEqual([what, []]);
}
