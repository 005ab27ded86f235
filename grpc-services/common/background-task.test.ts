import { beforeEach, expect, test } from '@jest/globals';
import { startBackgroundTask } from './background-task.ts';
import { createLogger } from './logger.ts';

let lines: string[];
const logger = createLogger('test', 'info', { write: (line) => void lines.push(line) });

beforeEach(() => {
  lines = [];
});

test('two rounds that fail in a row are logged with their cause, and the next round starts as usual', async () => {
  const third = Promise.withResolvers<void>();
  let rounds = 0;
  const round = async (): Promise<void> => {
    rounds++;
    if (rounds === 3) {
      third.resolve();
      return;
    }
    throw new Error(`round ${rounds} failed`);
  };
  const task = startBackgroundTask({ name: 'sweep', intervalMs: 1, round }, logger);
  await third.promise;
  await task.stop();
  expect(lines.map((line) => JSON.parse(line))).toMatchObject(
    ['round 1 failed', 'round 2 failed'].map((message) => ({ level: 'error', task: 'sweep', err: { message } })),
  );
});

test('a stop during a round aborts it, waits for its end, and starts no further round', async () => {
  const started = Promise.withResolvers<AbortSignal>();
  const released = Promise.withResolvers<void>();
  let rounds = 0;
  const round = async (signal: AbortSignal): Promise<void> => {
    rounds++;
    started.resolve(signal);
    await released.promise;
    signal.throwIfAborted();
  };
  const task = startBackgroundTask({ name: 'sweep', intervalMs: 1, round }, logger);
  const signal = await started.promise;
  let stopped = false;
  const stopping = task.stop().then(() => {
    stopped = true;
  });
  expect(signal.aborted).toBe(true);
  await new Promise((resolve) => setImmediate(resolve));
  expect(stopped).toBe(false);
  released.resolve();
  await stopping;
  expect(rounds).toBe(1);
  expect(lines).toEqual([]);
});

test('a stop during a pause of a day ends at once', async () => {
  let rounds = 0;
  const task = startBackgroundTask({ name: 'sweep', intervalMs: 86_400_000, round: async () => void rounds++ }, logger);
  await task.stop();
  expect(rounds).toBe(0);
});
