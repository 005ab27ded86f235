import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { eventually } from '../embedded/eventually.ts';
import { STACK_PROCESSES } from '../embedded/stack.ts';
import { OrderApiClient } from '../verification/client/order-api-client.ts';
import { SnapshotReader } from '../verification/invariants/reader/snapshot-reader.ts';
import { verifyInvariants } from '../verification/invariants/verification.ts';
import { withStack } from './support/embedded-stack.ts';

const ITEM = 'dad78a5a-3c27-449f-8696-fd745260884e';
const PIECES = 200;
const CUSTOMERS = 24;
const ORDERS_BETWEEN_KILLS = 60;
const LONG = 300_000;

const fixture = withStack({ environment: { SHARDED_ITEMS: `${ITEM}:8` } });

test(
  'whichever process is killed in a spike, no accepted order is lost, and all pieces of an item in eight rows are sold once',
  async () => {
    const { stack } = fixture;
    await stockUp(stack.urls.http);
    const api = new OrderApiClient(stack.urls.http, { answerWithinMs: 5_000 });
    const accepted = new Set<string>();
    let isOver = false;
    const customers = Array.from({ length: CUSTOMERS }, async () => {
      while (!isOver) {
        await placeOne(api, accepted);
      }
    });
    for (const [killed, name] of STACK_PROCESSES.entries()) {
      const isUnderWay = async () => accepted.size >= (killed + 1) * ORDERS_BETWEEN_KILLS;
      await eventually(isUnderWay, { withinMs: 60_000, pollMs: 20, what: 'the spike goes on' });
      await stack.isBack(name, stack.kill(name, 'SIGKILL'));
    }
    isOver = true;
    await Promise.all(customers);

    const connection = { endpoint: stack.urls.endpoint, region: 'us-east-1', stage: 'dev', account: '000000000000' };
    const reader = new SnapshotReader(connection);
    const { report, snapshot, drained } = await verifyInvariants(reader, api.promises, { drainSeconds: 180 });
    reader.close();
    expect(report.violations).toEqual([]);
    expect(drained).toBe(true);
    const { rows, ...counters } = snapshot.items.find(({ item_id }) => item_id === ITEM) ?? {};
    expect(rows).toHaveLength(8);
    expect(counters).toMatchObject({ item_id: ITEM, stocked: PIECES, available: 0, held: 0, sold: PIECES });
  },
  LONG,
);

async function stockUp(url: string): Promise<void> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'sale' };
  const body = JSON.stringify({ id: ITEM, count: PIECES, reason: 'sale' });
  const { status } = await fetch(`${url}/inventory/correct`, { method: 'POST', headers, body });
  expect(status).toBe(200);
}

/** Sends one order a few times, as a customer does who gets no answer. */
async function placeOne(api: OrderApiClient, accepted: Set<string>): Promise<void> {
  const body = { list: [{ id: ITEM, count: 1 }], payment: { method: 'tok_visa' } };
  const idempotencyKey = crypto.randomUUID();
  for (let tries = 0; tries < 5; tries++) {
    const { exchange } = await api.send({ path: '/orders/place', body, idempotencyKey });
    if (exchange.outcome.kind === 'answered' && exchange.outcome.http_status === 202) {
      accepted.add(idempotencyKey);
      return;
    }
    await sleep(200);
  }
}
