import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { EmbeddedStack } from '../../../embedded/stack.ts';
import type { OrderRun } from '../../bench/closed-loop.ts';
import type { OrderEndWatch } from '../../bench/order-end-watch.ts';
import { type Basket, orderRecord } from '../../bench/order-runs.ts';
import { type RestateServer, startRestate } from '../restate-server.ts';

const SERVICE = fileURLToPath(new URL('order-service.ts', import.meta.url));

/** As the clients of the HTTP API poll. */
const LOOK_EVERY_MS = 100;
const POLLING_MS = 60_000;

/** Starts Restate with the order saga, on the services and the table of a stack. */
export function startRestateOrders(data: string, { urls }: EmbeddedStack): Promise<RestateServer> {
  return startRestate(data, SERVICE, {
    DYNAMODB: urls.dynamodb,
    INVENTORY: urls.inventory,
    PAYMENT: urls.payment,
    LOG_LEVEL: 'error',
    RESTATE_LOGGING: 'ERROR',
  });
}

/** Places an order with Restate, and looks at the table until it is confirmed. */
export function watchedAtRestate(ingress: string, basket: () => Basket, watch: OrderEndWatch): OrderRun {
  return async () => watch.confirmed(await place(ingress, basket()));
}

/** Places an order with Restate, and asks Restate until the workflow has ended. */
export function polledAtRestate(ingress: string, basket: () => Basket): OrderRun {
  return async () => {
    const id = await place(ingress, basket());
    const deadline = Date.now() + POLLING_MS;
    for (;;) {
      const response = await fetch(`${ingress}/restate/workflow/OrderSaga/${id}/output`);
      const text = await response.text();
      if (response.status === 200 || response.status === 204) {
        return;
      }
      // 470: it has not ended.
      if (response.status !== 470 || Date.now() > deadline) {
        throw new Error(`Order ${id} at Restate: ${response.status} ${text}`);
      }
      await sleep(LOOK_EVERY_MS);
    }
  };
}

async function place(ingress: string, basket: Basket): Promise<string> {
  const order = orderRecord(basket);
  const response = await fetch(`${ingress}/OrderSaga/${order.order_id}/run/send`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`Restate took no order: ${response.status} ${text}`);
  }
  return order.order_id;
}
