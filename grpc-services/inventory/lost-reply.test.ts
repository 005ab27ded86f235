import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ReservationState } from '../../proto/gen/inventory/v1/inventory.ts';
import { itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { failureOf } from '../../tests/support/unary-client.ts';

let inventory: TestInventory;

beforeEach(async () => {
  inventory = await startInventory({ catalogue: [itemInStock('cup', 5)] });
});

afterEach(() => inventory.close());

const one = [{ itemId: 'cup', count: 1 }];

/**
 * The next transaction is written and its answer gets lost. With `thenAway` DynamoDB is not there any more from then on,
 * until the function that is returned brings it back.
 */
function loseReply({ thenAway }: { readonly thenAway: boolean }): () => void {
  let written = false;
  let away = false;
  inventory.dynamoDb.middlewareStack.add(
    (next, context) => async (args) => {
      if (away) {
        throw Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
      }
      const answer = await next(args);
      if (context.commandName !== 'TransactWriteItemsCommand' || written) {
        return answer;
      }
      written = true;
      away = thenAway;
      throw Object.assign(new Error('connection reset'), { code: 'ECONNRESET' });
    },
    { step: 'deserialize', name: 'lost reply', priority: 'high' },
  );
  return () => {
    away = false;
  };
}

const CALLS = [
  { rpc: 'Reserve', state: ReservationState.HELD, stock: { available: 4, held: 1, sold: 0 } },
  { rpc: 'Release', state: ReservationState.RELEASED, stock: { available: 5, held: 0, sold: 0 } },
  { rpc: 'Commit', state: ReservationState.COMMITTED, stock: { available: 4, held: 0, sold: 1 } },
] as const;

async function send(rpc: 'Reserve' | 'Release' | 'Commit') {
  if (rpc === 'Reserve') {
    return inventory.reserve('lost', one);
  }
  return rpc === 'Release' ? inventory.release('lost') : inventory.commit('lost');
}

for (const { rpc, state, stock } of CALLS) {
  test(`${rpc} whose transaction was written and whose reply was lost answers what it did`, async () => {
    if (rpc !== 'Reserve') {
      await inventory.reserve('lost', one);
    }
    loseReply({ thenAway: false });
    expect((await send(rpc)).state).toBe(state);
    expect(await inventory.stock('cup')).toMatchObject(stock);
  });

  test(`${rpc} whose reply was lost while the store goes away answers UNAVAILABLE, and a repeated call what it did`, async () => {
    if (rpc !== 'Reserve') {
      await inventory.reserve('lost', one);
    }
    const comeBack = loseReply({ thenAway: true });
    expect(await failureOf(send(rpc))).toMatchObject({ code: 'UNAVAILABLE', reason: 'STORE_UNAVAILABLE' });
    comeBack();
    expect((await send(rpc)).state).toBe(state);
    expect(await inventory.stock('cup')).toMatchObject(stock);
  });
}
