import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Exchange } from '../answers/exchange.ts';
import type { Phase } from '../load/scenarios/phases.ts';
import { type Basket, placeBody } from './customer-order.ts';
import { JsonConnection } from './json-connection.ts';

/**
 * Places orders at the planned times, however slow the answers are, and returns every request with its answer. An answer's
 * time counts from when its request was planned: a late sender cannot hide a slow server.
 */
export async function openLoop(http: string, phases: readonly Phase[], basket: () => Basket): Promise<Exchange[]> {
  const connection = new JsonConnection(http);
  const underWay: Promise<Exchange>[] = [];
  const started = performance.now();
  const epoch = Date.now();
  let begin = 0;
  for (const { name, duration, arrivalRate } of phases) {
    const arrivals = Math.round(duration * arrivalRate);
    for (let index = 0; index < arrivals; index += 1) {
      const planned = begin + (index / arrivalRate) * 1000;
      const ahead = started + planned - performance.now();
      if (ahead > 0) {
        await sleep(ahead);
      }
      underWay.push(place(connection, name, basket(), started + planned, epoch + planned));
    }
    begin += duration * 1000;
  }
  const exchanges = await Promise.all(underWay);
  connection.close();
  return exchanges;
}

async function place(
  connection: JsonConnection,
  scenario: string,
  basket: Basket,
  planned: number,
  plannedEpoch: number,
): Promise<Exchange> {
  const idempotency_key = randomUUID();
  const outcome = await connection
    .post('/orders/place', { 'idempotency-key': idempotency_key }, placeBody(basket))
    .then(({ status, headers, body }): Exchange['outcome'] => {
      const retryAfter = headers['retry-after'];
      const retry_after = retryAfter === undefined ? {} : { retry_after: retryAfter };
      return { kind: 'answered', http_status: status, ...retry_after, body };
    })
    .catch((error: NodeJS.ErrnoException): Exchange['outcome'] => ({
      kind: 'unanswered',
      error: `${error.code ?? ''} ${error.message}`.trim(),
    }));
  return {
    at: new Date(plannedEpoch).toISOString(),
    elapsed_ms: performance.now() - planned,
    call: 'place',
    scenario,
    order_ids: [],
    idempotency_key,
    outcome,
  };
}
