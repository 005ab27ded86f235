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
});
