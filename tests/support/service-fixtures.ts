import { ChannelCredentials } from '@grpc/grpc-js';
import { afterAll, beforeAll } from '@jest/globals';
import { createInventoryClient, type InventoryClient } from '../../functions/clients/inventory-client.ts';
import { createPaymentClient, type PaymentClient } from '../../functions/clients/payment-client.ts';
import { startInventory, type TestInventory, type TestInventoryOptions } from './inventory.ts';
import { startPayment, type TestPayment } from './payment.ts';

// The services, for tests of the functions that call them. A test file calls each fixture once, at its top.

const CONNECTION = {
  credentials: ChannelCredentials.createInsecure(),
  deadlineMs: 5_000,
  maxConcurrentCalls: 100,
};

/** The real Payment service, and a client of it. */
export interface PaymentServiceFixture {
  readonly service: TestPayment;
  readonly client: PaymentClient;
}

/** Starts the Payment service for all tests of the file. */
export function withPaymentService(): PaymentServiceFixture {
  return withService(() => startPayment(), createPaymentClient);
}

/** The real Inventory service, and a client of it. */
export interface InventoryServiceFixture {
  readonly service: TestInventory;
  readonly client: InventoryClient;
}

/** Starts the Inventory service for all tests of the file. */
export function withInventoryService(options: TestInventoryOptions): InventoryServiceFixture {
  return withService(() => startInventory(options), createInventoryClient);
}

function withService<
  Service extends { readonly port: number; close(): Promise<void> },
  Client extends { close(): void },
>(
  start: () => Promise<Service>,
  connect: (connection: typeof CONNECTION & { readonly target: string }) => Client,
): { readonly service: Service; readonly client: Client } {
  let running: { readonly service: Service; readonly client: Client } | undefined;
  beforeAll(async () => {
    const service = await start();
    running = { service, client: connect({ target: `127.0.0.1:${service.port}`, ...CONNECTION }) };
  });
  afterAll(async () => {
    running?.client.close();
    await running?.service.close();
  });
  return {
    get service() {
      return within(running).service;
    },
    get client() {
      return within(running).client;
    },
  };
}

function within<T>(running: T | undefined): T {
  if (running === undefined) {
    throw new Error('a service is there within tests and hooks only');
  }
  return running;
}
