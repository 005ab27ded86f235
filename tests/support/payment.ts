import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { credentials } from '@grpc/grpc-js';
import { type Clock, systemClock } from '../../grpc-services/common/clock.ts';
import { documentClient } from '../../grpc-services/common/dynamodb-client.ts';
import type { ServiceSettings } from '../../grpc-services/common/service.ts';
import { createPaymentStore, type PaymentStore, paymentsTable } from '../../grpc-services/payment/payment-store.ts';
import { type ChargeRow, createChargeLedger } from '../../grpc-services/payment/provider/charge-ledger.ts';
import type { PaymentProvider } from '../../grpc-services/payment/provider/payment-provider.ts';
import { createSimulatedProvider } from '../../grpc-services/payment/provider/simulated-provider.ts';
import { type Rechecked, recheckOutcomes } from '../../grpc-services/payment/recheck.ts';
import { paymentService } from '../../grpc-services/payment/service.ts';
import { type Payment, PaymentServiceClient, ProviderOutcome } from '../../proto/gen/payment/v1/payment.ts';
import { createTables, dynamoDbClient, startDynamoDb } from './dynamodb.ts';
import { startReadyService, testSettings, throwFailure } from './service.ts';
import { call, present } from './unary-client.ts';

/** How to start a `TestPayment`. */
export interface TestPaymentOptions {
  readonly clock?: Clock;
  /** Stands between the service and the provider. */
  readonly wrapProvider?: (provider: PaymentProvider) => PaymentProvider;
  /** Stands between the service and its store. */
  readonly wrapStore?: (store: PaymentStore) => PaymentStore;
  readonly settings?: Partial<ServiceSettings>;
}

/** An Authorize request, without its order. */
export interface Attempt {
  readonly paymentId?: string;
  readonly method?: string;
  readonly amountMinor?: number;
}

/** A Refund request, without its order. Without an amount it refunds all that is left. */
export interface RefundAttempt {
  readonly refundId?: string;
  readonly amountMinor?: number;
}

/** A RecordProviderEvent request, without its order. */
export interface EventAttempt {
  readonly eventId?: string;
  readonly paymentId?: string;
  readonly outcome?: ProviderOutcome;
}

/** A real payment service on a real DynamoDB. */
export interface TestPayment {
  /** Of DynamoDB. */
  readonly endpoint: string;
  readonly port: number;
  readonly dynamoDb: DynamoDBClient;
  readonly client: PaymentServiceClient;
  readonly authorize: (orderId: string, attempt?: Attempt) => Promise<Payment>;
  readonly capture: (orderId: string) => Promise<Payment>;
  readonly void: (orderId: string) => Promise<Payment>;
  readonly refund: (orderId: string, attempt?: RefundAttempt) => Promise<Payment>;
  /** Delivers an event of the provider. */
  readonly event: (orderId: string, event?: EventAttempt) => Promise<Payment>;
  /** Decides for the customer whose payment is ACTION_REQUIRED, at the provider alone. */
  readonly decide: (waiting: Payment, decision: 'approve' | 'refuse') => Promise<ProviderOutcome>;
  readonly payment: (orderId: string) => Promise<Payment>;
  /** The charge in the provider's ledger; undefined if the attempt never reached the provider. */
  readonly charge: (orderId: string, paymentId?: string) => Promise<ChargeRow | undefined>;
  /** Every charge in the provider's ledger, as `<order>#<payment>`. */
  readonly charges: () => Promise<readonly string[]>;
  /** One round of the recheck in another instance of the service. */
  readonly recheck: () => Promise<Rechecked>;
  readonly close: () => Promise<void>;
}

const TABLE = 'payments';
/** Begins the key of a charge in the table. */
const CHARGE = 'charge#';

/** Starts DynamoDB and the service. Rechecks run only when the test asks for them. */
export async function startPayment(options: TestPaymentOptions = {}): Promise<TestPayment> {
  const { clock = systemClock, wrapProvider = (same) => same, wrapStore = (same) => same, settings } = options;
  const database = await startDynamoDb();
  await createTables(database.endpoint, [{ TableName: TABLE, ...paymentsTable }]);
  const dynamoDb = dynamoDbClient(database.endpoint);
  const documents = documentClient(dynamoDb);
  const ledger = createChargeLedger(documents, TABLE);
  const provider = wrapProvider(createSimulatedProvider(ledger));
  const store = createPaymentStore(documents, TABLE);
  const description = paymentService({
    store: wrapStore(store),
    provider,
    clock,
    logger: testSettings.logger,
    recheckIntervalMs: 3_600_000,
  });
  const service = await startReadyService(description, { ...testSettings, ...settings }).catch((error: unknown) =>
    database.close().then(() => Promise.reject(error)),
  );
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
    refund: async (orderId, { refundId = '', amountMinor } = {}) => {
      const amount = amountMinor === undefined ? undefined : { minorUnits: amountMinor, currency: 'USD' };
      return present((await call(client, client.refund, { orderId, reason: 'test', refundId, amount })).payment);
    },
    event: async (orderId, { eventId = 'event', paymentId = 'pay', outcome = ProviderOutcome.AUTHORIZED } = {}) => {
      const event = { eventId, orderId, paymentId, outcome };
      return present((await call(client, client.recordProviderEvent, event)).payment);
    },
    decide: async ({ orderId, paymentId, actionUrl }, decision) => {
      const reference = new URLSearchParams(actionUrl.split('?')[1]).get('reference') ?? '';
      const action = { orderId, paymentId, reference, approve: decision === 'approve' };
      return (await call(client, client.simulateCustomerAction, action)).outcome;
    },
    payment: async (orderId) => present((await call(client, client.getPayment, { orderId })).payment),
    charge: (orderId, paymentId = 'pay') => ledger.find(`${orderId}#${paymentId}`, never),
    charges: async () => {
      const { Items = [] } = await documents.send(new ScanCommand({ TableName: TABLE, ConsistentRead: true }));
      const keys = Items.map(({ order_id }) => String(order_id));
      return keys.filter((key) => key.startsWith(CHARGE)).map((key) => key.slice(CHARGE.length));
    },
    recheck: () => recheckOutcomes({ store, provider, clock }, never, throwFailure),
    close: async () => {
      client.close();
      await service.stop();
      documents.destroy();
      dynamoDb.destroy();
      await database.close();
    },
  };
}
