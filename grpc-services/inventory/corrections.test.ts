import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { inventoryTables, itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';

let inventory: TestInventory;
const items = ['less', 'more', 'withdrawn', 'twice', 'busy', 'recorded', 'other'];
const NOW = Date.parse('2030-01-01T00:00:00Z');

beforeAll(async () => {
  inventory = await startInventory({ clock: () => NOW, catalogue: items.map((id) => itemInStock(id, 10)) });
});

afterAll(() => inventory.close());

describe('Correct', () => {
  test('lowers what is available, and what was stocked by the same amount', async () => {
    await inventory.reserve('order', [{ itemId: 'less', count: 2 }]);
    expect(await inventory.correct('c1', 'less', 5)).toMatchObject({
      previousAvailable: 8,
      item: { stocked: 7, available: 5, held: 2, sold: 0 },
    });
    expect(await inventory.stock('less')).toMatchObject({ stocked: 7, available: 5, held: 2, sold: 0 });
  });

  test('raises what is available', async () => {
    await inventory.correct('c2', 'more', 25);
    expect(await inventory.stock('more')).toMatchObject({ stocked: 25, available: 25 });
  });

  test('to 0 withdraws an item: nobody can reserve it, and a hold is still sold', async () => {
    await inventory.reserve('early', [{ itemId: 'withdrawn', count: 3 }]);
    await inventory.correct('c3', 'withdrawn', 0);
    expect((await failureOf(inventory.reserve('late', [{ itemId: 'withdrawn', count: 1 }]))).reason).toBe(
      'OUT_OF_STOCK',
    );
    await inventory.commit('early');
    expect(await inventory.stock('withdrawn')).toMatchObject({ stocked: 3, available: 0, held: 0, sold: 3 });
  });

  test('with one request id corrects once, and a repeat does not undo what was sold since', async () => {
    await Promise.all(Array.from({ length: 5 }, () => inventory.correct('c4', 'twice', 4)));
    await inventory.reserve('since', [{ itemId: 'twice', count: 3 }]);
    expect(await inventory.correct('c4', 'twice', 4)).toMatchObject({ previousAvailable: 10, item: { available: 1 } });
    expect(await inventory.stock('twice')).toMatchObject({ stocked: 4, available: 1, held: 3 });
  });

  test('refuses a request id of another correction', async () => {
    await inventory.correct('c5', 'other', 4);
    const no = { code: 'ALREADY_EXISTS', reason: 'CORRECTION_MISMATCH' };
    expect(await failureOf(inventory.correct('c5', 'other', 5))).toMatchObject(no);
    expect(await failureOf(inventory.correct('c5', 'more', 4))).toMatchObject(no);
  });

  test('of an unknown item is refused, and leaves no record', async () => {
    expect(await failureOf(inventory.correct('c6', 'unheard-of', 4))).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'ITEM_NOT_FOUND',
      metadata: { item_id: 'unheard-of' },
    });
    expect(await record('c6')).toBeUndefined();
  });

  test('among orders that reserve the item at the same time loses no piece', async () => {
    const orders = Array.from({ length: 5 }, (_, index) => `busy-${index}`);
    await Promise.all([
      ...orders.map((order) => inventory.reserve(order, [{ itemId: 'busy', count: 1 }])),
      inventory.correct('c7', 'busy', 100),
    ]);
    const { stocked, available, held } = await inventory.stock('busy');
    expect({ held, sum: available + held }).toEqual({ held: 5, sum: stocked });
    expect(available).toBeGreaterThanOrEqual(95);
  });

  test('keeps who corrected what, when, why and from which count', async () => {
    await inventory.correct('c8', 'recorded', 7);
    expect(await record('c8')).toEqual({
      order_id: { S: 'correction#c8' },
      item_id: { S: 'recorded' },
      previous_available: { N: '10' },
      available: { N: '7' },
      reason: { S: 'counted' },
      corrected_by: { S: 'test' },
      corrected_at: { S: '2030-01-01T00:00:00.000Z' },
    });
  });

  test.each([
    ['no request id', { requestId: '' }, 'request_id'],
    ['no item', { itemId: '' }, 'item_id'],
    ['a negative count', { available: -1 }, 'available'],
    ['a count of more than a billion', { available: 1_000_000_001 }, 'available'],
    ['no reason', { reason: '' }, 'reason'],
    ['a name of 201 characters', { correctedBy: 'x'.repeat(201) }, 'corrected_by'],
  ])('refuses %s and names the field', async (_what, change, field) => {
    const request = { requestId: 'c', itemId: 'other', available: 1, reason: 'counted', correctedBy: '', ...change };
    expect((await failureOf(call(inventory.client, inventory.client.correct, request))).metadata).toEqual({ field });
  });
});

async function record(requestId: string) {
  const Key = { order_id: { S: `correction#${requestId}` } };
  return (await inventory.dynamoDb.send(new GetItemCommand({ TableName: inventoryTables.reservations, Key }))).Item;
}
