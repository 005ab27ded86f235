import { BroadcastChannel } from 'node:worker_threads';
import * as z from 'zod';
import { definitionOf, METRICS, type MetricName, type MetricSink, type MetricValue } from './metric.ts';

/** Values cross threads by this channel: the functions and the reverse proxy of the embedded stack run in several. */
const CHANNEL = 'order-saga-metrics';

/** Counts are summed for so long before they are sent. */
const SEND_AFTER_MS = 200;

const message = z.array(
  z.object({
    name: z.enum(Object.keys(METRICS) as [MetricName, ...MetricName[]]),
    value: z.number(),
    label: z.string().optional(),
  }),
);

/** Sends the values of this thread to the process's receiver. */
export function metricsSender(): MetricSink {
  const channel = new BroadcastChannel(CHANNEL);
  channel.unref();
  let counts = new Map<string, MetricValue>();
  let others: MetricValue[] = [];
  let timer: NodeJS.Timeout | undefined;
  const send = (): void => {
    timer = undefined;
    channel.postMessage([...counts.values(), ...others]);
    counts = new Map();
    others = [];
  };
  return {
    write: (value) => {
      if (definitionOf(value.name).kind === 'count') {
        const key = `${value.name} ${value.label ?? ''}`;
        counts.set(key, { ...value, value: value.value + (counts.get(key)?.value ?? 0) });
      } else {
        others.push(value);
      }
      if (timer === undefined) {
        timer = setTimeout(send, SEND_AFTER_MS).unref();
      }
    },
  };
}

/** Takes the values of all threads of the process. Returns what ends it. */
export function receiveMetrics(take: (value: MetricValue) => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.unref();
  channel.onmessage = (event: unknown) => {
    const data: unknown = typeof event === 'object' && event !== null ? Reflect.get(event, 'data') : undefined;
    for (const value of message.parse(data)) {
      take(value);
    }
  };
  return () => channel.close();
}
