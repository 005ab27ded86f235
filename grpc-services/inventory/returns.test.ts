import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ReservationState } from '../../proto/gen/inventory/v1/inventory.ts';
import { itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { call, failureOf } from '../../tests/support/unary-client.ts';

let inventory: TestInventory;
const items = [
  'part',
  'whole',
  'twice',
  'more',
  'held',
  'back',
  'race',
  'mismatch',
  'left',
  'pen',
  'ink',
  'many',
  'again',
];

beforeAll(async () => {
  inventory = await startInventory({ catalogue: items.map((id) => itemInStock(id, 10)) });
});

afterAll(() => inventory.close());

function pieces(itemId: string, count: number) {
  return [{ itemId, count }];
}

/** An order with that many sold pieces of the item of the same name. */
async function sell(itemId: string, count: number): Promise<void> {
  await inventory.reserve(itemId, pieces(itemId, count));
  await inventory.commit(itemId);
}

describe('Return', () => {
  test('makes a part of the sold stock available again, and the reservation says how much came back', async () => {
    await sell('part', 5);
    expect(await inventory.return('part', 'r1', pieces('part', 2))).toMatchObject({
      state: ReservationState.COMMITTED,
      lines: [{ itemId: 'part', count: 5, returned: 2 }],
    });
    expect(await inventory.stock('part')).toMatchObject({ stocked: 10, available: 7, held: 0, sold: 3 });
  });

  test('without lines returns all that the order still has, of every item', async () => {
    await inventory.reserve('basket', [...pieces('pen', 3), ...pieces('ink', 1)]);
    await inventory.commit('basket');
    await inventory.return('basket', 'r1', [...pieces('pen', 1), ...pieces('ink', 1)]);
    const { lines } = await inventory.return('basket', 'r2');
    expect(lines.map(({ count, returned }) => [count, returned])).toEqual([
      [3, 3],
      [1, 1],
    ]);
    expect(await inventory.stock('pen')).toMatchObject({ stocked: 10, available: 10, sold: 0 });
    expect(await inventory.stock('ink')).toMatchObject({ stocked: 10, available: 10, sold: 0 });
  });

  test('without lines of an order that has nothing left changes nothing', async () => {
    await sell('left', 2);
    const all = await inventory.return('left', 'r1');
    expect(await inventory.return('left', 'r2')).toEqual(all);
    expect(await inventory.stock('left')).toMatchObject({ available: 10, sold: 0 });
  });

  test('with one id returns stock once, even for simultaneous duplicates', async () => {
    await sell('twice', 6);
    await Promise.all(Array.from({ length: 5 }, () => inventory.return('twice', 'r1', pieces('twice', 2))));
    expect(await inventory.stock('twice')).toMatchObject({ available: 6, sold: 4 });
  });

  test('of more than was sold is refused with what is left, and moves nothing', async () => {
    await sell('more', 3);
    await inventory.return('more', 'r1', pieces('more', 2));
    expect(await failureOf(inventory.return('more', 'r2', pieces('more', 2)))).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'RETURN_EXCEEDS_SOLD',
      metadata: { item_id: 'more', requested: '2', returnable: '1' },
    });
    expect(await inventory.stock('more')).toMatchObject({ available: 9, sold: 1 });
  });

  test('of an item that the order does not have is refused, although others bought it', async () => {
    await sell('back', 1);
    await sell('many', 4);
    expect(await failureOf(inventory.return('back', 'r1', pieces('many', 1)))).toMatchObject({
      reason: 'RETURN_EXCEEDS_SOLD',
      metadata: { item_id: 'many', returnable: '0' },
    });
    expect(await inventory.stock('many')).toMatchObject({ available: 6, sold: 4 });
  });

  test('under simultaneous ids never returns more than was sold', async () => {
    await sell('race', 3);
    const ids = Array.from({ length: 6 }, (_, index) => `r${index}`);
    const outcomes = await Promise.allSettled(ids.map((id) => inventory.return('race', id, pieces('race', 1))));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(await inventory.stock('race')).toMatchObject({ stocked: 10, available: 10, sold: 0 });
  });

  test('refuses an id of another return', async () => {
    await sell('mismatch', 3);
    await inventory.return('mismatch', 'r1', pieces('mismatch', 1));
    expect(await failureOf(inventory.return('mismatch', 'r1', pieces('mismatch', 2)))).toMatchObject({
      code: 'ALREADY_EXISTS',
      reason: 'RETURN_MISMATCH',
    });
  });

  test('before the Commit is refused and leaves no tombstone: the Commit and a later Return go on', async () => {
    await inventory.reserve('held', pieces('held', 2));
    expect((await failureOf(inventory.return('held', 'r1'))).reason).toBe('RESERVATION_NOT_COMMITTED');
    await inventory.commit('held');
    await inventory.return('held', 'r1');
    expect(await inventory.stock('held')).toMatchObject({ available: 10, held: 0, sold: 0 });
  });

  test('of a released or an unknown order is refused', async () => {
    await inventory.release('gone');
    expect((await failureOf(inventory.return('gone', 'r1'))).reason).toBe('RESERVATION_NOT_COMMITTED');
    expect(await failureOf(inventory.return('unheard-of', 'r1'))).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'RESERVATION_NOT_FOUND',
    });
  });

  test('is not undone by a Commit or Reserve that arrives late', async () => {
    await sell('again', 2);
    await inventory.return('again', 'r1');
    expect((await inventory.commit('again')).lines).toMatchObject([{ count: 2, returned: 2 }]);
    expect((await inventory.reserve('again', pieces('again', 2))).state).toBe(ReservationState.COMMITTED);
    expect(await inventory.stock('again')).toMatchObject({ available: 10, held: 0, sold: 0 });
  });

  test('is refused after 100 returns of an order, so that its row stays small', async () => {
    await inventory.correct('plenty', 'whole', 200);
    await sell('whole', 150);
    for (let index = 0; index < 100; index++) {
      await inventory.return('whole', `r${index}`, pieces('whole', 1));
    }
    expect((await failureOf(inventory.return('whole', 'r100', pieces('whole', 1)))).reason).toBe('TOO_MANY_RETURNS');
    expect((await inventory.return('whole', 'r99', pieces('whole', 1))).lines).toMatchObject([{ returned: 100 }]);
  });

  test.each([
    ['an empty return id', { returnId: '' }, 'return_id'],
    ['a return id with a separator', { returnId: 'a#b' }, 'return_id'],
    ['the same item twice', { lines: [...pieces('pen', 1), ...pieces('pen', 1)] }, 'lines[1].item_id'],
    ['a count of 0', { lines: pieces('pen', 0) }, 'lines[0].count'],
    ['51 lines', { lines: Array.from({ length: 51 }, (_, index) => ({ itemId: `i${index}`, count: 1 })) }, 'lines'],
  ])('refuses %s and names the field', async (_what, change, field) => {
    const request = { orderId: 'order', returnId: 'r', lines: [], reason: '', ...change };
    expect((await failureOf(call(inventory.client, inventory.client.return, request))).metadata).toEqual({ field });
  });
});
