import { expect } from '@jest/globals';
import type { ServiceSettings } from '../../grpc-services/common/service.ts';
import { InventoryServiceService, ReserveRequest } from '../../proto/gen/inventory/v1/inventory.ts';
import { AuthorizeRequest, PaymentServiceService } from '../../proto/gen/payment/v1/payment.ts';
import { itemInStock, startInventory } from './inventory.ts';
import { startPayment } from './payment.ts';
import { failureOf } from './unary-client.ts';

/** A running service, as a test of its server sees it. */
export interface ServiceUnderTest {
  readonly port: number;
  /** Makes a valid call with a client of its own, which must be answered. */
  readonly expectHealthy: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** How to start one of the services, and a call that it accepts. */
export interface ServiceCase {
  readonly name: string;
  /** Path of an RPC. */
  readonly path: string;
  /** A valid message of that RPC. */
  readonly valid: Uint8Array;
  readonly start: (settings?: Partial<ServiceSettings>) => Promise<ServiceUnderTest>;
}

const reservation = { orderId: 'order', lines: [{ itemId: 'pen', count: 1 }], holdSeconds: 60 };
const amount = { minorUnits: 1_000, currency: 'USD' };
const authorization = { orderId: 'order', paymentId: 'pay', method: 'tok_visa', amount };

/** Both services, for tests of what they share. */
export const BOTH_SERVICES: readonly ServiceCase[] = [
  {
    name: 'inventory',
    path: InventoryServiceService.reserve.path,
    valid: ReserveRequest.encode(reservation).finish(),
    start: async (settings = {}) => {
      const inventory = await startInventory({ catalogue: [itemInStock('pen', 1_000_000)], settings });
      return {
        port: inventory.port,
        close: inventory.close,
        expectHealthy: async () => expect((await inventory.stock('pen')).stocked).toBe(1_000_000),
      };
    },
  },
  {
    name: 'payment',
    path: PaymentServiceService.authorize.path,
    valid: AuthorizeRequest.encode(authorization).finish(),
    start: async (settings = {}) => {
      const payment = await startPayment({ settings });
      return {
        port: payment.port,
        close: payment.close,
        expectHealthy: async () =>
          expect((await failureOf(payment.payment('nobody'))).reason).toBe('PAYMENT_NOT_FOUND'),
      };
    },
  },
];
