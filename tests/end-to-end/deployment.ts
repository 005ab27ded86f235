import assert from 'node:assert/strict';
import type { ApiEnvelope, OrderView, StockItem } from '../../verification/client/api-envelope.ts';
import { OrderApiClient, type PlaceBody } from '../../verification/client/order-api-client.ts';
import type { ReceiverPlace } from '../../verification/client/webhook-receiver.ts';
import type { StageAccess } from '../support/stage-access.ts';

/** Long enough for LocalStack, where the first call of each function starts a container. */
export const END_WITHIN_SECONDS = 120;

/** The deployment under test, with what its checks may use. */
export interface Deployment {
  readonly url: string;
  /** An operator; anybody, where the deployment asks for no credentials. */
  readonly api: OrderApiClient;
  /** The headers with which `api` calls. */
  readonly headers: Readonly<Record<string, string>>;
  /** A customer with credentials of its own; undefined: none was named. */
  readonly customer: OrderApiClient | undefined;
  /** A caller without credentials. */
  readonly stranger: OrderApiClient;
  /** Its tables and executions; undefined: no stage was named. */
  readonly stage: StageAccess | undefined;
  /** Where a receiver of webhooks listens on this machine, and under which host the deployment finds it. */
  readonly receiver: ReceiverPlace;
  /** The secret of the payment provider's events; undefined: none was named. */
  readonly eventSecret: string | undefined;
}

/** A behaviour that every deployment must have. */
export interface Check {
  readonly name: string;
  /** Throws if the check fails, and {@link LeftOut} where the deployment cannot have it. */
  readonly run: (deployment: Deployment) => Promise<void>;
}

/** Thrown where a deployment says that it lacks what a check needs; the message says what. */
export class LeftOut extends Error {
  override readonly name = 'LeftOut';
}

/** A client that waits as long as LocalStack may take to start a function's container. */
export function clientOf(url: string, headers: Readonly<Record<string, string>>): OrderApiClient {
  const [answerWithinMs, patienceMs] = [END_WITHIN_SECONDS * 1_000, END_WITHIN_SECONDS * 1_000];
  return new OrderApiClient(url, { headers, scenario: 'end-to-end', answerWithinMs, patienceMs, lookEveryMs: 500 });
}

/** @throws LeftOut where no stage was named */
export function stageOf({ stage }: Deployment): StageAccess {
  if (stage === undefined) {
    throw new LeftOut('it needs --stage');
  }
  return stage;
}

/** Asserts that a call was refused, in the envelope. */
export function refused({ status, success, meta, data }: ApiEnvelope, expected: number, code?: string): void {
  assert.deepEqual([status, success, typeof meta?.code, typeof data], [expected, false, 'string', 'string']);
  if (code !== undefined) {
    assert.equal(meta?.code, code);
  }
}

/** Waits for the end of an order. */
export function ended(api: OrderApiClient, orderId: string): Promise<OrderView> {
  return api.waitForStatus(orderId, END_WITHIN_SECONDS);
}

/** Places an order with a payment method, and waits until it is confirmed. */
export async function confirmed(api: OrderApiClient, method = 'tok_visa'): Promise<string> {
  const orderId = await api.place(await basket(api, method));
  await api.waitForStatus(orderId, END_WITHIN_SECONDS, ['CONFIRMED']);
  return orderId;
}

/** Waits until an order can be paid. */
export function awaitPayment(api: OrderApiClient, orderId: string): Promise<OrderView> {
  return api.waitForStatus(orderId, END_WITHIN_SECONDS, ['AWAITING_PAYMENT']);
}

/** Two pieces of an item that is there in plenty. */
export async function basket(api: OrderApiClient, method?: string): Promise<PlaceBody> {
  const { Id } = await plentiful(api);
  return { list: [{ id: Id, count: 2 }], ...(method !== undefined && { payment: { method } }) };
}

/** An item of which there are 100 or more. */
export async function plentiful(api: OrderApiClient): Promise<StockItem> {
  const found = (await api.stocks()).find(({ count }) => count >= 100);
  if (found === undefined) {
    throw new Error('No item has 100 or more in stock, which these checks order from.');
  }
  return found;
}

/** An item of which there is none. */
export async function soldOut(api: OrderApiClient): Promise<string> {
  const found = (await api.stocks()).find(({ count }) => count === 0);
  if (found === undefined) {
    throw new Error('No item is out of stock, which one of these checks needs.');
  }
  return found.Id;
}
