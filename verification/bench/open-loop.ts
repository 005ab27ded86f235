import { setTimeout as sleep } from 'node:timers/promises';
import type { Exchange } from '../answers/exchange.ts';
import { KeepAliveTransport } from '../client/http-transport.ts';
import { OrderApiClient } from '../client/order-api-client.ts';
import type { Phase } from '../load/scenarios/phases.ts';
import { type Basket, placeBody } from './order-runs.ts';

/**
 * Places orders at the planned times, however slow the answers are, and returns every exchange. The time of an answer
 * counts from the planned time of its request, so a late sender hides no slow server.
 *
 * @param http base URL of the API
 */
export async function openLoop(
  http: string,
  phases: readonly Phase[],
  basket: () => Basket,
): Promise<readonly Exchange[]> {
  const transport = new KeepAliveTransport();
  const api = new OrderApiClient(http, { transport: transport.send, answerWithinMs: ANSWER_WITHIN_MS });
  const underWay: Promise<unknown>[] = [];
  const started = performance.now();
  let begin = started;
  for (const { name, duration, arrivalRate } of phases) {
    const arrivals = Math.round(duration * arrivalRate);
    for (let index = 0; index < arrivals; index += 1) {
      const planned = begin + (index / arrivalRate) * 1000;
      const aheadMs = planned - performance.now();
      if (aheadMs > 0) {
        await sleep(aheadMs);
      }
      const lateMs = performance.now() - planned;
      const body = placeBody(basket());
      underWay.push(
        api.send({ path: '/orders/place', body, idempotencyKey: crypto.randomUUID(), scenario: name, lateMs }),
      );
    }
    begin += duration * 1000;
  }
  await Promise.all(underWay);
  transport.close();
  return api.recorded.map(({ exchange }) => exchange);
}

const ANSWER_WITHIN_MS = 20_000;
