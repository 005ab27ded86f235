import { createTaskTokens } from '../../functions/clients/task-tokens.ts';
import { createHandler } from '../../functions/http/pay.ts';
import { createOrderSaga } from '../../functions/orders/order-saga.ts';
import { httpEvent, read } from './http-event.ts';
import type { OrderTableFixture, StepFunctionsFixture } from './order-fixtures.ts';
import type { PaymentServiceFixture } from './service-fixtures.ts';

/** What `POST /payment/pay` works with. */
export interface PayDependencies {
  readonly database: OrderTableFixture;
  readonly stepFunctions: StepFunctionsFixture;
  readonly payments: PaymentServiceFixture;
}

/** How one request is made. */
export interface PayOptions {
  readonly owner?: string | undefined;
  /** How long the request waits for the saga. Default: 5 s. */
  readonly waitMs?: number;
}

/** Makes a function that pays for orders by `POST /payment/pay`, and returns the parsed answer. */
export function payEndpoint({ database, stepFunctions, payments }: PayDependencies) {
  return (list: readonly { readonly id: string; readonly order_id: string }[], options: PayOptions = {}) => {
    const { owner, waitMs = 5_000 } = options;
    const tokens = createTaskTokens(stepFunctions.client);
    const saga = createOrderSaga(stepFunctions.client, 'arn:aws:states:us-east-1:000000000000:stateMachine:saga');
    const handler = createHandler(() => ({ table: database.table, payment: payments.client, tokens, saga, waitMs }));
    return handler(httpEvent({ body: { list }, ...(owner !== undefined && { owner }) })).then(read);
  };
}
