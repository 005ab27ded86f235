import { setTimeout as sleep } from 'node:timers/promises';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { Order } from '../../functions/orders/order.ts';
import { sagaInput } from '../../functions/orders/saga-input.ts';
import { AwsCallError, type AwsCalls } from './aws-calls.ts';
import type { OrderRun } from './closed-loop.ts';
import { type Basket, orderRecord, placeBody } from './customer-order.ts';
import type { JsonConnection } from './json-connection.ts';
import type { OrderEndWatch } from './order-end-watch.ts';
import type { PlainSaga } from './plain-saga.ts';

const placed = z.object({ data: z.object({ order_id: z.string() }) });
const THROTTLED_PAUSE_MS = 100;

/** Places an order over HTTP and waits until it is confirmed, as a customer would. */
export function overHttp(http: JsonConnection, watch: OrderEndWatch, basket: () => Basket): OrderRun {
  return async () => {
    const body = placeBody(basket());
    for (;;) {
      const reply = await http.post('/orders/place', {}, body);
      if (reply.status === 202) {
        return watch.confirmed(placed.parse(reply.body).data.order_id);
      }
      if (reply.status !== 503) {
        throw new Error(`/orders/place: ${reply.status} ${JSON.stringify(reply.body)}`);
      }
      await sleep(THROTTLED_PAUSE_MS);
    }
  };
}

/** Where one order's saga is begun by hand. */
export interface SagaPlace {
  readonly dynamodb: AwsCalls;
  readonly ordersTable: string;
  readonly basket: () => Basket;
}

/** Writes an order and starts its saga, without the HTTP API; over when the order is confirmed. */
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
