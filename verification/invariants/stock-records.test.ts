import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { dynamoDbClient } from '../../tests/support/dynamodb.ts';
import { inventoryTables, itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { call } from '../../tests/support/unary-client.ts';
import { checkInvariants } from './invariants.ts';
import { itemsOfRows } from './item-rows.ts';
import { isPlainRow, isStockChangeRow, readRows } from './reader/table-rows.ts';
import { itemRow, reservationRow, stockChangeRow } from './snapshot.ts';
import { findUnbalancedStock, findUnrecordedStock } from './stock-balance.ts';
import { expectFinding, SOUND } from './testing/broken-snapshots.ts';
import { describeViolation } from './violation.ts';

let inventory: TestInventory;
let documents: DynamoDBDocumentClient;

beforeEach(async () => {
  inventory = await startInventory({ catalogue: [itemInStock('seeded', 6)] });
  documents = DynamoDBDocumentClient.from(dynamoDbClient(inventory.endpoint));
});

afterEach(async () => {
  documents.destroy();
  await inventory.close();
});

/** What the checks of stock find in the tables of a real inventory. */
async function findings(): Promise<readonly string[]> {
  const { items: itemTable, reservations: reservationTable } = inventoryTables;
  const changes = await readRows(documents, reservationTable, stockChangeRow, isStockChangeRow);
  const reservations = await readRows(documents, reservationTable, reservationRow, isPlainRow);
  const items = itemsOfRows(await readRows(documents, itemTable, itemRow));
  return [...findUnbalancedStock(items, reservations), ...findUnrecordedStock(items, changes)].map(describeViolation);
}

/** Changes a row as a move does that loses or doubles pieces on their way: its own counters still add up. */
async function changeRow(item_id: string, change: number): Promise<void> {
  await documents.send(
    new UpdateCommand({
      TableName: inventoryTables.items,
      Key: { item_id },
      UpdateExpression: 'SET available = available + :change, stocked = stocked + :change',
      ExpressionAttributeValues: { ':change': change },
    }),
  );
}

async function sellRestockAndCorrect(itemId: string): Promise<void> {
  const unitPrice = { minorUnits: 100, currency: 'USD' };
  const request = { requestId: `more of ${itemId}`.replaceAll(' ', '-'), itemId, name: itemId, unitPrice, count: 9 };
  await call(inventory.client, inventory.client.restock, request);
  await inventory.spread(itemId, 4);
  await inventory.reserve(`sold-${itemId}`, [{ itemId, count: 3 }]);
  await inventory.commit(`sold-${itemId}`);
  await inventory.return(`sold-${itemId}`, 'back', [{ itemId, count: 1 }]);
  await inventory.correct(`counted-${itemId}`, itemId, 5);
  await inventory.spread(itemId, 6);
}

describe.each(['seeded', 'new'])('an item that is %s, restocked, corrected and spread', (itemId) => {
  beforeEach(() => sellRestockAndCorrect(itemId));

  test('has what its catalogue, restocks and corrections make', async () => {
    expect(await inventory.stock(itemId)).toMatchObject({ stocked: 7, available: 5, sold: 2 });
    expect(await findings()).toEqual([]);
  });

  test.each([
    ['lost', -1, 6],
    ['doubled', 1, 8],
  ])('is found with a piece that was %s on its way from row to row', async (_what, change, stocked) => {
    const rows = await inventory.shards(itemId);
    const full = rows.findIndex(({ available }, shard) => shard > 0 && available > 0);
    await changeRow(`${itemId}#${full}`, change);
    expect(await findings()).toEqual([
      `stock adds up: item ${itemId}: ${stocked} were stocked, but its restocks and corrections make 7`,
    ]);
  });
});

test('a snapshot with the records of restocks and corrections is held against them, another one is not', () => {
  const items = SOUND.items.map((item) => ({ ...item, seeded: 90 }));
  const stock_changes = [{ item_id: items[0]?.item_id ?? '', change: 9 }];
  expectFinding({ ...SOUND, items, stock_changes }, 'stock adds up', 'restocks and corrections make 99');
  expect(checkInvariants({ ...SOUND, items }).violations).toEqual([]);
});

test('an item of an older version, of which nobody knows what it was given, is not judged by its records', async () => {
  expect(findUnrecordedStock([{ item_id: 'old', stocked: 3, available: 3, held: 0, sold: 0 }], [])).toEqual([]);
});
