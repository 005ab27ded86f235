import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { loseReply, requestsOf } from '../../tests/support/dynamodb-requests.ts';
import { inventoryTables, itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { failureOf } from '../../tests/support/unary-client.ts';
import { documentClient } from '../common/dynamodb-client.ts';

let inventory: TestInventory;
const never = new AbortController().signal;

beforeEach(async () => {
  const now = Date.parse('2030-01-01T12:00:00Z');
  inventory = await startInventory({ clock: () => now, catalogue: [itemInStock('hot', 4)] });
});

afterEach(() => inventory.close());

function pieces(count: number) {
  return [{ itemId: 'hot', count }];
}

async function notes(): Promise<readonly string[]> {
  return [...((await inventory.otherInstance.rows.stocks(['hot'], never)).get('hot')?.item.moves ?? [])];
}

/** Leaves a note as a process does that dies during its move. */
async function leaveNote(note: string): Promise<void> {
  const update = new UpdateCommand({
    TableName: inventoryTables.items,
    Key: { item_id: 'hot' },
    UpdateExpression: 'ADD moves :notes',
    ExpressionAttributeValues: { ':notes': new Set([note]) },
  });
  await documentClient(inventory.dynamoDb).send(update);
}

test.each([
  ['begins', 1],
  ['has ended', 2],
])(
  'a note that a move %s is written once, though its reply gets lost and the SDK sends it again',
  async (_what, request) => {
    loseReply(inventory.dynamoDb, { command: 'UpdateItemCommand', request, thenUnreachable: false });
    await inventory.spread('hot', 2);
    expect(await notes()).toEqual([]);
    expect(await inventory.stock('hot')).toMatchObject({ stocked: 4, available: 4 });
    await inventory.reserve('all', pieces(4));
    expect((await failureOf(inventory.reserve('late', pieces(1)))).reason).toBe('OUT_OF_STOCK');
  },
);

describe('the note of a process that died during its move', () => {
  /** The reads of a transaction that an order needs to learn that the item is sold out. */
  async function readsOfAllRows(): Promise<number> {
    await inventory.reserve('all', pieces(4));
    const requests = requestsOf(inventory.dynamoDb);
    expect((await failureOf(inventory.reserve('late', pieces(1)))).reason).toBe('OUT_OF_STOCK');
    return requests.filter((command) => command === 'TransactGetItemsCommand').length;
  }

  test('makes orders look at all rows at one moment, as long as the move may go on', async () => {
    await inventory.spread('hot', 2);
    await leaveNote('2030-01-01T11:59:01.000Z#died');
    expect(await readsOfAllRows()).toBe(1);
  });

  test.each(['2030-01-01T11:59:00.000Z#died', '2030-01-01T12:01:00.000Z#clock ahead', 'unreadable'])(
    'does so no more after a minute: %s',
    async (note) => {
      await inventory.spread('hot', 2);
      await leaveNote(note);
      expect(await readsOfAllRows()).toBe(0);
    },
  );

  test('is struck out by the next move once it is overdue, and not before', async () => {
    await leaveNote('2030-01-01T11:00:00.000Z#died');
    await leaveNote('2030-01-01T11:59:59.000Z#goes on');
    await inventory.spread('hot', 2);
    expect(await notes()).toEqual(['2030-01-01T11:59:59.000Z#goes on']);
  });
});
