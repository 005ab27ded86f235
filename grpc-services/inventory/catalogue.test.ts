import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startInventory } from '../../tests/support/inventory.ts';
import { systemClock } from '../common/clock.ts';
import { ConfigurationError } from '../common/environment.ts';
import { readCatalogue, seed } from './catalogue.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'catalogue-'));
});

afterAll(() => rm(folder, { recursive: true }));

describe('the catalogue', () => {
  test('of the service is valid, and begins with the two items of the first release', () => {
    const catalogue = readCatalogue(join(import.meta.dirname, 'catalogue.json'));
    expect(catalogue.slice(0, 2).map(({ item_id, available }) => [item_id, available])).toEqual([
      ['0ec2fe2b-d061-43cd-a16e-672d2662e6fe', 10],
      ['154ffd4d-ac59-4819-a2fc-194faf1b92ba', 10],
    ]);
    expect(new Set(catalogue.map(({ item_id }) => item_id)).size).toBe(catalogue.length);
  });

  test('is seeded once: a later start does not change the stock', async () => {
    const catalogue = readCatalogue(join(import.meta.dirname, 'catalogue.json'));
    const inventory = await startInventory({ catalogue, clock: systemClock });
    try {
      const [first] = catalogue;
      await inventory.reserve('order', [{ itemId: first?.item_id ?? '', count: 4 }]);
      expect(await seed(inventory.otherInstance.items, catalogue, new AbortController().signal)).toBe(0);
      expect(await inventory.stock(first?.item_id ?? '')).toMatchObject({ available: 6, held: 4 });
    } finally {
      await inventory.close();
    }
  });

  test('is refused with the name of its variable when it is missing or invalid', async () => {
    const file = join(folder, 'broken.json');
    await writeFile(file, '[{"item_id":"a b"}]');
    expect(() => readCatalogue(file)).toThrow(ConfigurationError);
    expect(() => readCatalogue(file)).toThrow(/SEED_FILE/);
    expect(() => readCatalogue(join(folder, 'absent.json'))).toThrow(/SEED_FILE/);
  });

  const entry = { item_id: 'pen', name: 'Pen', unit_price_minor: 5, currency: 'USD', count: 3 };

  async function fileWith(content: unknown): Promise<string> {
    const file = join(folder, 'catalogue.json');
    await writeFile(file, JSON.stringify(content));
    return file;
  }

  test('is read with the first stock of each item', async () => {
    const free = { ...entry, item_id: 'free', name: 'x'.repeat(200), unit_price_minor: 0, count: 0 };
    const most = { ...entry, item_id: 'most', count: 1_000_000_000 };
    expect(readCatalogue(await fileWith([entry, free, most]))).toEqual([
      {
        item_id: 'pen',
        catalogue: 'all',
        name: 'Pen',
        unit_price_minor: 5,
        currency: 'USD',
        seeded: 3,
        stocked: 3,
        available: 3,
        held: 0,
        sold: 0,
      },
      expect.objectContaining({ item_id: 'free', unit_price_minor: 0, stocked: 0, available: 0 }),
      expect.objectContaining({ item_id: 'most', stocked: 1_000_000_000, available: 1_000_000_000 }),
    ]);
  });

  test.each([
    ['item_id', { item_id: 'a b' }],
    ['name', { name: '' }],
    ['name', { name: 'x'.repeat(201) }],
    ['unit_price_minor', { unit_price_minor: -1 }],
    ['unit_price_minor', { unit_price_minor: 0.5 }],
    ['currency', { currency: 'usd' }],
    ['currency', { currency: 'USDX' }],
    ['currency', { currency: 'AUSD' }],
    ['count', { count: -1 }],
    ['count', { count: 1_000_000_001 }],
    ['colour', { colour: 'red' }],
  ])('is refused because of the %s in its second entry: %j', async (field, change) => {
    const file = await fileWith([entry, { ...entry, ...change }]);
    expect(() => readCatalogue(file)).toThrow(ConfigurationError);
    expect(() => readCatalogue(file)).toThrow(new RegExp(field));
    expect(() => readCatalogue(file)).toThrow(file);
  });

  test('that is no list is refused, and the cause is kept', async () => {
    const file = await fileWith(entry);
    expect(() => readCatalogue(file)).toThrow(expect.objectContaining({ cause: expect.any(Error) }));
  });

  test('is not seeded while the store cannot be reached: the start tries again', async () => {
    const inventory = await startInventory();
    try {
      const caller = new AbortController();
      caller.abort();
      const catalogue = readCatalogue(await fileWith([entry]));
      await expect(seed(inventory.otherInstance.items, catalogue, caller.signal)).rejects.toMatchObject({
        reason: 'STORE_UNAVAILABLE',
      });
    } finally {
      await inventory.close();
    }
  });
});
