/** `npm run bench:telemetry`: what spans and metrics cost, in one run of several stacks in turns. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type EmbeddedStack, startEmbeddedStack } from '../../embedded/stack.ts';
import { cleanUpWhenInterrupted, runCommand, say, wholeNumber, withDefault } from '../command-line.ts';
import { medianOf } from '../load/report/statistics.ts';
import { BenchStack, stockItems } from './bench-stack.ts';
import { closedLoop } from './closed-loop.ts';
import { cpuBetween, usageOf } from './process-usage.ts';

const COMMAND_LINE = {
  command: 'npm run bench:telemetry --',
  description:
    'Starts four stacks, without metrics and spans, with metrics, with both, and with spans kept for the console, gives each orders in turns, and prints the processor time an order.',
  options: {
    rounds: withDefault(6, wholeNumber('turns of each stack', { least: 1, most: 100 })),
    seconds: withDefault(8, wholeNumber('length of a turn', { least: 1, most: 600 })),
  },
};

const CONCURRENCY = 4;
const WARM_UP_S = 10;

/** Ways to run a stack, each with the variables that make it. */
function waysOf(collector: string): readonly (readonly [string, Readonly<Record<string, string>>])[] {
  return [
    ['neither', { METRICS: 'off', OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
    ['metrics', { METRICS: 'prometheus', OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
    ['metrics and spans', { METRICS: 'prometheus', OTEL_EXPORTER_OTLP_ENDPOINT: collector }],
    [
      'metrics, spans kept for the console',
      { METRICS: 'prometheus', OTEL_EXPORTER_OTLP_ENDPOINT: '', TRACES: 'console' },
    ],
  ];
}

interface Measured {
  readonly name: string;
  readonly stack: EmbeddedStack;
  readonly items: readonly string[];
  readonly cpuMsPerOrder: number[];
  orders: number;
}

await runCommand(COMMAND_LINE, async ({ rounds, seconds }) => {
  const collector = await startCollector();
  const stacks: Measured[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(stacks.map(({ stack }) => stack.stop()));
    collector.close();
  };
  cleanUpWhenInterrupted(stop);
  try {
    for (const [name, environment] of waysOf(collector.url)) {
      const stack = await startEmbeddedStack({ environment });
      const items = await stockItems(stack.urls.inventory);
      const measured = { name, stack, items, cpuMsPerOrder: [], orders: 0 };
      stacks.push(measured);
      await runOrders(measured, WARM_UP_S);
    }
    for (let round = 0; round < rounds; round += 1) {
      // Every stack has every place in the order equally often, once there are as many rounds as stacks.
      for (let turn = 0; turn < stacks.length; turn += 1) {
        await measure(stacks[(round + turn) % stacks.length], seconds);
      }
    }
    const [bare] = stacks.map(({ cpuMsPerOrder }) => medianOf(cpuMsPerOrder));
    say('| telemetry | orders | CPU ms an order, median | lowest, highest | more than neither |');
    say('|---|---|---|---|---|');
    for (const { name, orders, cpuMsPerOrder } of stacks) {
      const median = medianOf(cpuMsPerOrder);
      const range = [Math.min(...cpuMsPerOrder), Math.max(...cpuMsPerOrder)].map((ms) => ms.toFixed(1)).join(', ');
      const more = `${((median / (bare ?? median) - 1) * 100).toFixed(1)} %`;
      say(`| ${name} | ${orders} | ${median.toFixed(1)} | ${range} | ${name === 'neither' ? '' : more} |`);
    }
    say(`\n${collector.requests()} requests reached the collector.`);
    return 0;
  } finally {
    await stop();
  }
});

async function measure(measured: Measured | undefined, seconds: number): Promise<void> {
  if (measured === undefined) {
    return;
  }
  const { stack } = measured;
  const before = usageOf(stack);
  const orders = await runOrders(measured, seconds);
  const after = usageOf(stack);
  if (before === undefined || after === undefined) {
    throw new Error('Processor time can be read on Linux only.');
  }
  measured.cpuMsPerOrder.push(cpuBetween(before, after) / Math.max(1, orders));
  measured.orders += orders;
}

/** Returns how many orders were taken to their end. The connections are new: between two turns, the stack closes idle ones. */
async function runOrders({ stack, items }: Measured, seconds: number): Promise<number> {
  const bench = new BenchStack(stack.urls, items);
  const order = bench.overHttp();
  let orders = 0;
  const counted = async (): Promise<void> => {
    await order();
    orders += 1;
  };
  try {
    await closedLoop(counted, CONCURRENCY, seconds);
  } finally {
    bench.close();
  }
  return orders;
}

/** A collector that takes everything and keeps nothing; it is not part of what is measured. */
async function startCollector() {
  let received = 0;
  const server = createServer((request, response) => {
    received += 1;
    request.resume().once('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => received,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
