import { ChannelCredentials } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { createPaymentClient, type PaymentClient } from '../../functions/clients/payment-client.ts';
import type { Order } from '../../functions/orders/order.ts';
import type { StatisticsTable } from '../../functions/orders/order-statistics.ts';
import type { OrderTable } from '../../functions/orders/order-table.ts';
import { addOrder } from '../../functions/orders/order-writes.ts';
import type { DeliveryTable } from '../../functions/webhooks/delivery-table.ts';
import type { WebhookTable } from '../../functions/webhooks/webhook-table.ts';
import { startOrderTable, type TestOrderTable } from './orders-table.ts';
import { startPayment, type TestPayment } from './payment.ts';
import { type StepFunctionsRecorder, startStepFunctionsRecorder, success } from './step-functions-recorder.ts';

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

/** Starts a recorder in place of Step Functions for the file. Before each test it forgets its calls and accepts all again. */
export function withStepFunctions(): Omit<StepFunctionsRecorder, 'close'> {
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
  };
}

/** The real Payment service, and a client of it. */
export interface PaymentServiceFixture {
  readonly service: TestPayment;
  readonly client: PaymentClient;
}

/** Starts the Payment service for all tests of the file. */
export function withPaymentService(): PaymentServiceFixture {
  let running: PaymentServiceFixture | undefined;
  beforeAll(async () => {
    const service = await startPayment();
    const client = createPaymentClient({
      target: `127.0.0.1:${service.port}`,
      credentials: ChannelCredentials.createInsecure(),
      deadlineMs: 5_000,
      maxConcurrentCalls: 100,
    });
    running = { service, client };
  });
  afterAll(async () => {
    running?.client.close();
    await running?.service.close();
  });
  return {
    get service() {
      return started(running).service;
    },
    get client() {
      return started(running).client;
    },
  };
}

function started<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new Error('a fixture is there within tests and hooks only');
  }
  return value;
}
