import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { credentials } from '@grpc/grpc-js';
import { type Clock, systemClock } from '../../grpc-services/common/clock.ts';
import { documentClient } from '../../grpc-services/common/dynamodb-client.ts';
import { type ServiceSettings, startService } from '../../grpc-services/common/service.ts';
import { dynamoDbPaymentStore, type PaymentStore } from '../../grpc-services/payment/payment-store.ts';
import { ChargeLedger, type ChargeRow } from '../../grpc-services/payment/provider/charge-ledger.ts';
import type { PaymentProvider } from '../../grpc-services/payment/provider/payment-provider.ts';
import { simulatedProvider } from '../../grpc-services/payment/provider/simulated-provider.ts';
import { recheckVoided } from '../../grpc-services/payment/recheck-voided.ts';
import { paymentService } from '../../grpc-services/payment/service.ts';
import { paymentsTable } from '../../grpc-services/payment/tables.ts';
import { type Payment, PaymentServiceClient } from '../../proto/gen/payment/v1/payment.ts';
import { startDynamoDb } from './dynamodb.ts';
import { testSettings } from './service.ts';
import { createTables, dynamoDbClient } from './tables.ts';
import { call } from './unary-client.ts';

/** What a test sets apart from the usual. */
export interface TestPaymentOptions {
  readonly clock?: Clock;
  /** Stands between the service and the provider. */
  readonly wrapProvider?: (provider: PaymentProvider) => PaymentProvider;
  /** Stands between the service and its store. */
  readonly wrapStore?: (store: PaymentStore) => PaymentStore;
  readonly settings?: Partial<ServiceSettings>;
}

/** What Authorize is asked, but for the order. */
export interface Attempt {
  readonly paymentId?: string;
  readonly method?: string;
  readonly amountMinor?: number;
}

/** A real payment service on a real DynamoDB. */
export interface TestPayment {
  readonly endpoint: string;
  readonly port: number;
  readonly dynamoDb: DynamoDBClient;
  readonly client: PaymentServiceClient;
  readonly authorize: (orderId: string, attempt?: Attempt) => Promise<Payment>;
  readonly capture: (orderId: string) => Promise<Payment>;
  readonly void: (orderId: string) => Promise<Payment>;
  readonly refund: (orderId: string) => Promise<Payment>;
  readonly payment: (orderId: string) => Promise<Payment>;
  /** What the provider has in its ledger; undefined where it never heard of the attempt. */
  readonly charge: (orderId: string, paymentId?: string) => Promise<ChargeRow | undefined>;
  /** One round of the recheck, as another instance of the service would do it. */
  readonly recheck: () => Promise<number>;
  readonly close: () => Promise<void>;
}

const TABLE = 'payments';

/** Starts DynamoDB and the service; rechecks do not run by themselves. */
export async function startPayment(options: TestPaymentOptions = {}): Promise<TestPayment> {
  const { clock = systemClock, wrapProvider = (same) => same, wrapStore = (same) => same, settings } = options;
  const database = await startDynamoDb();
  await createTables(database.endpoint, [{ TableName: TABLE, ...paymentsTable }]);
  const dynamoDb = dynamoDbClient(database.endpoint);
  const documents = documentClient(dynamoDb);
  const ledger = new ChargeLedger(documents, TABLE);
  const provider = simulatedProvider(ledger);
  const store = dynamoDbPaymentStore(documents, TABLE);
  const description = paymentService({
    store: wrapStore(store),
    provider: wrapProvider(provider),
    clock,
    logger: testSettings.logger,
    recheckIntervalMs: 3_600_000,
  });
  const service = await startService(description, { ...testSettings, ...settings });
  await service.prepared;
  const client = new PaymentServiceClient(`127.0.0.1:${service.port}`, credentials.createInsecure());
  const never = new AbortController().signal;
  return {
    endpoint: database.endpoint,
    port: service.port,
    dynamoDb,
    client,
    authorize: async (orderId, { paymentId = 'pay', method = 'tok_visa', amountMinor = 1_000 } = {}) => {
      const amount = { minorUnits: amountMinor, currency: 'USD' };
      return present((await call(client, client.authorize, { orderId, paymentId, method, amount })).payment);
    },
    capture: async (orderId) => present((await call(client, client.capture, { orderId })).payment),
    void: async (orderId) => present((await call(client, client.void, { orderId, reason: 'test' })).payment),
    refund: async (orderId) => present((await call(client, client.refund, { orderId, reason: 'test' })).payment),
    payment: async (orderId) => present((await call(client, client.getPayment, { orderId })).payment),
    charge: (orderId, paymentId = 'pay') => ledger.find(`${orderId}#${paymentId}`, never),
    recheck: () => recheckVoided({ store, provider, clock }, never, throwing),
    close: async () => {
      client.close();
      await service.stop();
      documents.destroy();
      dynamoDb.destroy();
      await database.close();
    },
  };
}

function throwing(orderId: string, cause: unknown): never {
  throw new Error(`the payment of ${orderId} could not be looked at`, { cause });
}

function present<Value>(value: Value | undefined): Value {
  if (value === undefined) {
    throw new Error('the answer is empty');
  }
  return value;
}
