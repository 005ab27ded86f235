import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ReservationState } from '../../proto/gen/inventory/v1/inventory.ts';
import { loseReply } from '../../tests/support/dynamodb-requests.ts';
import { itemInStock, startInventory, type TestInventory } from '../../tests/support/inventory.ts';
import { failureOf } from '../../tests/support/unary-client.ts';

let inventory: TestInventory;

beforeEach(async () => {
  inventory = await startInventory({ catalogue: [itemInStock('cup', 5)] });
});

afterEach(() => inventory.close());

const one = [{ itemId: 'cup', count: 1 }];

/** The next transaction is carried out, and its reply is lost. */
function loseNextReply({ thenUnreachable }: { readonly thenUnreachable: boolean }): () => void {
  return loseReply(inventory.dynamoDb, { command: 'TransactWriteItemsCommand', request: 1, thenUnreachable });
}

const CALLS = [
  { rpc: 'Reserve', state: ReservationState.HELD, stock: { available: 4, held: 1, sold: 0 } },
  { rpc: 'Release', state: ReservationState.RELEASED, stock: { available: 5, held: 0, sold: 0 } },
  { rpc: 'Commit', state: ReservationState.COMMITTED, stock: { available: 4, held: 0, sold: 1 } },
  { rpc: 'Return', state: ReservationState.COMMITTED, stock: { available: 5, held: 0, sold: 0 } },
] as const;

async function send(rpc: (typeof CALLS)[number]['rpc']) {
  switch (rpc) {
    case 'Reserve':
      return inventory.reserve('lost', one);
    case 'Release':
      return inventory.release('lost');
    case 'Commit':
      return inventory.commit('lost');
    case 'Return':
      return inventory.return('lost', 'return', one);
  }
}

async function prepare(rpc: (typeof CALLS)[number]['rpc']) {
  if (rpc !== 'Reserve') {
    await inventory.reserve('lost', one);
  }
  if (rpc === 'Return') {
    await inventory.commit('lost');
  }
}

for (const { rpc, state, stock } of CALLS) {
  test(`${rpc} whose reply from DynamoDB is lost returns what it wrote`, async () => {
    await prepare(rpc);
    loseNextReply({ thenUnreachable: false });
    expect((await send(rpc)).state).toBe(state);
    expect(await inventory.stock('cup')).toMatchObject(stock);
  });

  test(`${rpc} whose reply from DynamoDB is lost in an outage is UNAVAILABLE, and a retry returns what it wrote`, async () => {
    await prepare(rpc);
    const reconnect = loseNextReply({ thenUnreachable: true });
    expect(await failureOf(send(rpc))).toMatchObject({ code: 'UNAVAILABLE', reason: 'STORE_UNAVAILABLE' });
    reconnect();
    expect((await send(rpc)).state).toBe(state);
    expect(await inventory.stock('cup')).toMatchObject(stock);
  });
}

test('a correction whose reply from DynamoDB is lost in an outage is made once, whatever was sold in the meantime', async () => {
  const reconnect = loseNextReply({ thenUnreachable: true });
  expect(await failureOf(inventory.correct('count', 'cup', 3))).toMatchObject({ reason: 'STORE_UNAVAILABLE' });
  reconnect();
  await inventory.reserve('faster', one);
  expect(await inventory.correct('count', 'cup', 3)).toMatchObject({ previousAvailable: 5, item: { available: 2 } });
  expect(await inventory.stock('cup')).toMatchObject({ stocked: 3, available: 2, held: 1 });
});
