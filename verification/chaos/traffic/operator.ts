import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Choices } from '../choices.ts';

/** What an operator needs. */
export interface OperatorSetting {
  /** The HTTP API; the faults are on the way to it. */
  readonly apiUrl: string;
  /** The operator looks after these orders alone. */
  readonly orderIds: readonly string[];
  readonly choices: Choices;
  readonly isOver: () => boolean;
}

const PAUSE_MS = 600;
const ANSWER_WITHIN_MS = 12_000;
const REASON = 'the operator of the chaos run has given it up';

const listSchema = z.object({ data: z.object({ orders: z.array(z.object({ order_id: z.string() })) }) });

/**
 * Redrives and gives up parked orders while faults happen. Now and then it tries an order that is not parked, which the
 * API has to refuse. A call without an answer is repeated with the next look.
 */
export async function operate({ apiUrl, orderIds, choices, isOver }: OperatorSetting): Promise<void> {
  const ours = new Set(orderIds);
  while (!isOver()) {
    const listed = await ask(apiUrl, '/orders?status=NEEDS_ATTENTION&limit=100');
    const parked = listSchema.safeParse(listed).data?.data.orders.filter(({ order_id }) => ours.has(order_id)) ?? [];
    const others = choices.happens(30) ? [choices.pick(orderIds)] : [];
    for (const order_id of [...parked.map((order) => order.order_id), ...others]) {
      await (choices.happens(50)
        ? ask(apiUrl, '/orders/redrive', { order_ids: [order_id] })
        : ask(apiUrl, '/orders/abandon', { order_id, reason: REASON }));
    }
    await sleep(choices.between(PAUSE_MS / 2, PAUSE_MS));
  }
}

/** The answer's body; undefined where there is none. */
async function ask(apiUrl: string, path: string, body?: object): Promise<unknown> {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const response = await fetch(new URL(path, apiUrl), { signal, ...(body === undefined ? {} : post) });
    return await response.json();
  } catch {
    return undefined;
  }
}
