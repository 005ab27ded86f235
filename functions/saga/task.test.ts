import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { keptLog } from '../../tests/support/kept-log.ts';
import { OutOfStockError, RetryableError } from '../common/errors.ts';
import { createTask } from './task.ts';

const PAYLOAD = { order_id: 'order-1', traceparent: '00-trace', secret: 'payload' };

async function logged(work: () => Promise<unknown>) {
  const { logger, lines, restore } = keptLog();
  const task = createTask(
    'ReserveInventory',
    z.object({}),
    async (_input, { log }) => {
      log.info('at work');
      return work();
    },
    () => logger,
  );
  try {
    return { outcome: await task(PAYLOAD).catch((error: unknown) => error), lines };
  } finally {
    restore();
  }
}

test.each([
  ['a result', async () => ({}), 'INFO'],
  ['a refusal', () => Promise.reject(new OutOfStockError('none left')), 'INFO'],
  ['a retryable failure', () => Promise.reject(new RetryableError('INVENTORY_UNAVAILABLE', 'no answer')), 'WARN'],
])('every line of a task that ends with %s carries its order, its trace and its name', async (_what, work, level) => {
  const { lines } = await logged(work);
  expect(lines).toHaveLength(2);
  expect(lines.at(-1)).toMatchObject({ level });
  for (const line of lines) {
    expect(line).toMatchObject({ order_id: 'order-1', traceparent: '00-trace', task: 'ReserveInventory' });
  }
  expect(JSON.stringify(lines)).not.toContain('payload');
});

test('the error of a task reaches the state machine unchanged', async () => {
  const error = new OutOfStockError('none left');
  expect((await logged(() => Promise.reject(error))).outcome).toBe(error);
});
