import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { newOrder, sagaInput } from '../../functions/orders/new-order.ts';
import type { Order } from '../../functions/orders/order.ts';
import { describeExchange } from '../answers/classification.ts';
import type { OrderApiClient } from '../client/order-api-client.ts';
import { AwsCallError, type AwsCalls } from './aws-calls.ts';
import type { OrderRun } from './closed-loop.ts';
import type { OrderEndWatch } from './order-end-watch.ts';
import type { PlainSaga } from './plain-saga.ts';

const placed = z.object({ data: z.object({ order_id: z.string() }) });
const THROTTLED_PAUSE_MS = 100;

/** The lines of every order of the benchmark: two items, one piece of each. */
export type Basket = readonly { readonly id: string; readonly count: number }[];

/** Baskets over all items in turn, so that no single item is the bottleneck. */
export function basketsOf(items: readonly string[]): () => Basket {
  let turn = 0;
  return () => {
    turn += 1;
    return [0, 1].map((step) => ({ id: items[(turn + step) % items.length] ?? '', count: 1 }));
  };
}

/** The body of POST /orders/place. */
export function placeBody(basket: Basket) {
  return { list: basket, payment: { method: 'tok_visa' } };
}

/** The order record that POST /orders/place would write for a basket. */
export function orderRecord(basket: Basket, now = new Date()): Order {
  return newOrder(
    {
      orderId: randomUUID(),
      lines: basket.map(({ id, count }) => ({ item_id: id, count })),
      paymentMethod: 'tok_visa',
      paymentWindowSeconds: 900,
      requestedWindowSeconds: undefined,
      traceparent: `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`,
      owner: undefined,
    },
    now,
  );
}

/** Places an order over HTTP and waits until it is confirmed, as a customer would. */
export function overHttp(api: OrderApiClient, watch: OrderEndWatch, basket: () => Basket): OrderRun {
  return async () => {
    const body = placeBody(basket());
    for (;;) {
      const { exchange } = await api.send({ path: '/orders/place', body });
      const { outcome } = exchange;
      if (outcome.kind === 'answered' && outcome.http_status === 202) {
        return watch.confirmed(placed.parse(outcome.body).data.order_id);
      }
      if (outcome.kind === 'unanswered' || outcome.http_status !== 503) {
        throw new Error(describeExchange(exchange));
      }
      await sleep(THROTTLED_PAUSE_MS);
    }
  };
}

/** Where an order is written and its saga started without the HTTP API. */
export interface SagaPlace {
  readonly dynamodb: AwsCalls;
  readonly ordersTable: string;
  readonly basket: () => Basket;
}

/** Writes an order, starts its saga without the HTTP API, and waits until the order is confirmed. */
export function throughStepFunctions(
  place: SagaPlace & { readonly states: AwsCalls; readonly stateMachineArn: string; readonly watch: OrderEndWatch },
): OrderRun {
  const { states, stateMachineArn, watch } = place;
  return async () => {
    const order = await writeOrder(place);
    const start = { stateMachineArn, name: order.order_id, input: JSON.stringify(sagaInput(order)) };
    while (!(await started(states.call('states', 'StartExecution', start)))) {
      await sleep(THROTTLED_PAUSE_MS);
    }
    await watch.confirmed(order.order_id);
  };
}

/** Writes an order and makes its saga's calls in a plain loop. */
export function withoutStepFunctions(place: SagaPlace & { readonly saga: PlainSaga }): OrderRun {
  return async () => place.saga.run(await writeOrder(place));
}

async function writeOrder({ dynamodb, ordersTable, basket }: SagaPlace): Promise<Order> {
  const order = orderRecord(basket());
  await dynamodb.call('dynamodb', 'PutItem', {
    TableName: ordersTable,
    Item: marshall(order, { removeUndefinedValues: true }),
    ConditionExpression: 'attribute_not_exists(order_id)',
  });
  return order;
}

async function started(start: Promise<unknown>): Promise<boolean> {
  try {
    await start;
    return true;
  } catch (error) {
    if (error instanceof AwsCallError && error.type.startsWith('Throttl')) {
      return false;
    }
    throw error;
  }
}
