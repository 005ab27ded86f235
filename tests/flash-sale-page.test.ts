import { expect, test } from '@jest/globals';
import { CONFLICT_RETRIES } from '../grpc-services/common/retry-on-conflict.ts';
import { readPage } from '../verification/flash-sale/page.ts';
import { PUBLISHED_RUN, salesChart, salesTable, sustainedSales } from '../verification/flash-sale/report.ts';
import { INVENTORY_RETRIES } from '../verification/flash-sale/simulate-sale.ts';

test('docs/flash-sale.md shows the table and the picture that the simulation makes', () => {
  const sales = sustainedSales(PUBLISHED_RUN);
  expect(readPage()).toEqual({ table: salesTable(sales), picture: salesChart(sales) });
});

test('the simulation of a flash sale tries a conflict again as Inventory does', () => {
  expect(INVENTORY_RETRIES).toEqual(CONFLICT_RETRIES);
});
