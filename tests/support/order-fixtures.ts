import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import type { Order } from '../../functions/orders/order.ts';
import { readCounters, type StatisticsTable } from '../../functions/orders/order-statistics.ts';
import type { OrderStatus } from '../../functions/orders/order-status.ts';
import type { OrderTable } from '../../functions/orders/order-table.ts';
import { addOrder, updateOrder } from '../../functions/orders/order-writes.ts';
import type { DeliveryTable } from '../../functions/webhooks/delivery-table.ts';
import type { WebhookTable } from '../../functions/webhooks/webhook-table.ts';
import { startOrderTable, type TestOrderTable } from './orders-table.ts';
import {
  type RecordedCall,
  type Reply,
  type StepFunctionsRecorder,
  startStepFunctionsRecorder,
  success,
} from './step-functions-recorder.ts';

// Fixtures of the functions' tests. A test file calls each once, at its top, since it registers hooks:
//
//   const database = withOrderTable();
//   const stepFunctions = withStepFunctions();

/** A real orders table. */
export interface OrderTableFixture {
  readonly table: OrderTable;
  readonly statistics: StatisticsTable;
  readonly webhooks: WebhookTable;
  readonly deliveries: DeliveryTable;
  /** Writes an order in any state, and returns it. */
  readonly written: (order: Order) => Promise<Order>;
}

/** Starts an orders table for all tests of the file, or an empty one for each test. */
export function withOrderTable(lifetime: 'file' | 'test' = 'file'): OrderTableFixture {
  let database: TestOrderTable | undefined;
  const start = async (): Promise<void> => {
    database = await startOrderTable();
  };
  const stop = (): Promise<void> | undefined => database?.close();
  if (lifetime === 'file') {
    beforeAll(start);
    afterAll(stop);
  } else {
    beforeEach(start);
    afterEach(stop);
  }
  const table = (): OrderTable => started(database).table;
  return {
    get table() {
      return table();
    },
    get statistics() {
      return started(database).statistics;
    },
    get webhooks() {
      return started(database).webhooks;
    },
    get deliveries() {
      return started(database).deliveries;
    },
    written: async (order) => {
      await addOrder(table(), order);
      return order;
    },
  };
}

/** A recorder in place of Step Functions. */
export interface StepFunctionsFixture extends Omit<StepFunctionsRecorder, 'close'> {
  /** The inputs of the recorded StartExecution calls. */
  readonly starts: () => readonly RecordedCall['input'][];
}

/** Starts a recorder in place of Step Functions for the file. Before each test it forgets its calls and accepts all again. */
export function withStepFunctions(): StepFunctionsFixture {
  let recorder: StepFunctionsRecorder | undefined;
  beforeAll(async () => {
    recorder = await startStepFunctionsRecorder();
  });
  afterAll(() => recorder?.close());
  beforeEach(() => {
    started(recorder).calls.length = 0;
    started(recorder).reply = success;
  });
  return {
    get client() {
      return started(recorder).client;
    },
    get calls() {
      return started(recorder).calls;
    },
    get reply() {
      return started(recorder).reply;
    },
    set reply(reply) {
      started(recorder).reply = reply;
    },
    starts: () =>
      started(recorder)
        .calls.filter(({ action }) => action === 'StartExecution')
        .map(({ input }) => input),
  };
}

/** Records a status as the saga does after its task is completed. Returns the reply of Step Functions to that completion. */
export async function sagaWrites(table: OrderTable, orderId: string, status: OrderStatus): Promise<Reply> {
  await updateOrder(table, {
    orderId,
    set: '#status = :to',
    remove: 'task_token',
    condition: '#status <> :to',
    values: { ':to': status },
    entry: { at: new Date().toISOString(), status, what: 'the saga went on' },
  });
  return { kind: 'answer', output: {} };
}

/** The counters that some work changes, by how much: all tests of a file share the table. */
export async function countedBy(
  statistics: StatisticsTable,
  work: () => Promise<unknown>,
): Promise<Readonly<Record<string, number>>> {
  const before = await readCounters(statistics);
  await work();
  const after = await readCounters(statistics);
  const changes = Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)] as const);
  return Object.fromEntries(changes.filter(([, change]) => change !== 0));
}

function started<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new Error('a fixture is there within tests and hooks only');
  }
  return value;
}
