import { type ConcurrencyLimit, createConcurrencyLimit, createHandler } from '../../functions/http/place-order.ts';
import { newOrderId } from '../../functions/orders/new-order.ts';
import { createOrderSaga } from '../../functions/orders/order-saga.ts';
import { httpEvent, read, type TestRequest } from './http-event.ts';
import type { OrderTableFixture, StepFunctionsFixture } from './order-fixtures.ts';

/** What `POST /orders/place` works with. */
export interface PlaceDependencies {
  readonly database: OrderTableFixture;
  readonly stepFunctions: StepFunctionsFixture;
}

/** An order as a request asks for it. */
export const PLACE_BODY = { list: [{ id: 'item1', count: 2 }], payment: { method: 'tok_visa' } };

/** Makes a function that sends `POST /orders/place`, and returns the parsed answer. */
export function placeEndpoint({ database, stepFunctions }: PlaceDependencies) {
  return (request: TestRequest, limit: ConcurrencyLimit = createConcurrencyLimit(100)) => {
    const saga = createOrderSaga(stepFunctions.client, 'arn:aws:states:us-east-1:000000000000:stateMachine:saga');
    const handler = createHandler(() => ({
      table: database.table,
      saga,
      startRetries: { delaysMs: [5, 10], withinMs: 2_000 },
      limit,
      paymentWindowSeconds: 900,
      unpaidLimits: { maxCount: 1_000, maxWindowSeconds: 3_600 },
    }));
    return handler(httpEvent(request)).then(read);
  };
}

let keys = 0;

/** Makes an idempotency key that no other test of the file uses: its header, and the order that it leads to. */
export function freshKey() {
  keys += 1;
  const key = `cart ${keys}`;
  return { orderId: newOrderId(key), headers: { 'idempotency-key': key } };
}
