import { describe, expect, test } from '@jest/globals';
import { Row, usedShare } from './row.ts';
import { type Sale, simulateSale } from './simulate-sale.ts';

const SALE: Sale = { shards: 1, callsPerSecond: 50, seconds: 5, transactionMs: 8, seed: 7 };

describe('a row', () => {
  test('takes no more than 500 transactional writes and 3,000 reads a second, and keeps no more than a second of them', () => {
    const row = new Row();
    // A second in which nothing is asked for, and then three in which too much is.
    const moments = Array.from({ length: 12_000 }, (_, index) => 1_000 + index / 4);
    const read = moments.filter((atMs) => row.read(atMs)).length;
    const written = moments.filter((atMs) => row.write(atMs, 0) !== 'throttled').length;
    expect([read, written].map((count) => Math.round(count / 10) * 10)).toEqual([12_000, 2_000]);
    expect(usedShare(row, 4).writes).toBeCloseTo(1, 2);
  });

  test('cancels the later one of two transactions that meet, and takes the next one after the first', () => {
    const row = new Row();
    expect([100, 104, 107.9, 108].map((atMs) => row.write(atMs, 8))).toEqual(['done', 'conflict', 'conflict', 'done']);
    expect(row.writeUnits).toBe(8);
  });
});

describe('a simulated sale', () => {
  test('of few customers serves all of them', () => {
    const { reservationsPerSecond, failedShare } = simulateSale({ ...SALE, callsPerSecond: 20 });
    expect(failedShare).toBe(0);
    expect(reservationsPerSecond).toBeGreaterThan(15);
  });

  test('runs the same way again, and otherwise with another seed', () => {
    expect(simulateSale(SALE)).toEqual(simulateSale(SALE));
    expect(simulateSale(SALE)).not.toEqual(simulateSale({ ...SALE, seed: 8 }));
  });

  test('of one row is slowed by conflicts far below its write units, and further rows help', () => {
    const crowd = { ...SALE, callsPerSecond: 400 };
    const [one, eight] = [simulateSale(crowd), simulateSale({ ...crowd, shards: 8 })];
    expect(one.reservationsPerSecond).toBeLessThan(125);
    expect(one.conflictsPerReservation).toBeGreaterThan(1);
    expect(eight.failedShare).toBe(0);
    expect(eight.reservationsPerSecond).toBeGreaterThan(3 * one.reservationsPerSecond);
  });

  test("never gets more out of the item's own row than its reads, with however many rows", () => {
    const { itemReadShare, reservationsPerSecond, failedShare } = simulateSale({
      ...SALE,
      shards: 64,
      callsPerSecond: 5_000,
    });
    expect(itemReadShare).toBeCloseTo(1, 1);
    expect(reservationsPerSecond).toBeLessThan(3_000);
    expect(failedShare).toBeGreaterThan(0.3);
  });
});
