import { signal } from '@preact/signals';
import type { OrderDetails } from '../api/answers.ts';
import { isOver } from '../api/answers.ts';
import { ApiError, get, post } from '../api/client.ts';

/** A spike is bounded: so many orders in so much time, and never more of one than this. */
export const SPIKE = { orders: 120, perSecond: 20, mostOpenRequests: 40 } as const;

const TICK_MS = 500;
/** How long the rest of the orders may take once all are placed. */
const DRAIN_MS = 60_000;
const MOST_ASKED_AT_ONCE = 10;

/** What happened in one tick of a spike. */
export interface Tick {
  /** Seconds since its start. */
  readonly at: number;
  /** Orders accepted a second. */
  readonly rate: number;
  /** Median time of the answers, in milliseconds; undefined where there was none. */
  readonly latencyMs: number | undefined;
  /** Orders that are accepted and not over. */
  readonly backlog: number;
}

/** A spike, while it runs and after. */
export interface Spike {
  readonly isRunning: boolean;
  readonly ticks: readonly Tick[];
  readonly accepted: number;
  /** Orders that the API did not take now (503), and those of other failures. */
  readonly refused: number;
  readonly over: number;
}

/** The last spike of this tab. */
export const spike = signal<Spike | undefined>(undefined);

let stopping = false;

/** Ends the spike early: no further orders; those that were accepted go on. */
export function stopSpike(): void {
  stopping = true;
}

/** Places many orders of one item in a short time, and watches them until they are over. */
export async function runSpike(itemId: string): Promise<void> {
  stopping = false;
  const started = performance.now();
  const open = new Set<string>();
  const requests = new Set<Promise<void>>();
  const latencies: number[] = [];
  let [sent, accepted, refused, over] = [0, 0, 0, 0];
  let before = { accepted: 0, seconds: 0 };
  spike.value = { isRunning: true, ticks: [], accepted, refused, over };
  const placeOne = async (): Promise<void> => {
    const asked = performance.now();
    try {
      const order = await post<{ readonly order_id: string }>('/orders/place', {
        list: [{ id: itemId, count: 1 }],
        payment: { method: 'tok_visa' },
      });
      open.add(order.order_id);
      accepted += 1;
    } catch (error) {
      if (!(error instanceof ApiError)) {
        throw error;
      }
      refused += 1;
    }
    latencies.push(performance.now() - asked);
  };
  const watch = async (): Promise<void> => {
    const asked = [...open].slice(0, MOST_ASKED_AT_ONCE);
    await Promise.all(
      asked.map(async (orderId) => {
        const order = await get<OrderDetails>(`/orders/status?order_id=${orderId}`).catch(() => undefined);
        if (order !== undefined && (isOver(order.status) || order.status === 'NEEDS_ATTENTION')) {
          open.delete(orderId);
          over += 1;
        }
      }),
    );
  };
  let watching = watch();
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    const seconds = (performance.now() - started) / 1_000;
    const due = stopping ? sent : Math.min(SPIKE.orders, Math.round(seconds * SPIKE.perSecond));
    while (sent < due && requests.size < SPIKE.mostOpenRequests) {
      sent += 1;
      const request = placeOne().finally(() => requests.delete(request));
      requests.add(request);
    }
    await watching;
    watching = watch();
    const tick = {
      at: seconds,
      rate: (accepted - before.accepted) / (seconds - before.seconds),
      latencyMs: median(latencies.splice(0)),
      backlog: open.size,
    };
    before = { accepted, seconds };
    const isSending = sent < SPIKE.orders && !stopping;
    const isRunning = isSending || requests.size > 0 || (open.size > 0 && seconds * 1_000 < DRAIN_MS);
    spike.value = { isRunning, ticks: [...(spike.value?.ticks ?? []), tick], accepted, refused, over };
    if (!isRunning) {
      return;
    }
  }
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}
