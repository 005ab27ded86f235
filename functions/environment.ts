import { authenticateByApiKey, parseApiKeys } from './access/api-keys.ts';
import type { Authenticate } from './access/authentication.ts';
import { authenticateByBearerToken, type BearerTokenRules } from './access/bearer-token.ts';
import { createDynamoDb, createEventBridge, createStepFunctions } from './clients/aws.ts';
import { certificateDaysLeft } from './clients/certificate-days.ts';
import { createEventBus, type EventBus } from './clients/event-bus.ts';
import { channelCredentials, parseServiceAddress } from './clients/grpc-channel.ts';
import type { GrpcClientOptions } from './clients/grpc-client.ts';
import { createGrpcHealth } from './clients/grpc-health.ts';
import { createInventoryClient } from './clients/inventory-client.ts';
import { createPaymentClient } from './clients/payment-client.ts';
import { readSecretCertificates } from './clients/secret-certificates.ts';
import { createTaskTokens } from './clients/task-tokens.ts';
import { ConfigurationError, readConfiguration } from './common/configuration.ts';
import { parseEventSecrets } from './common/event-signature.ts';
import { once } from './common/once.ts';
import { createExecutions } from './orders/executions.ts';
import { createOrderSaga } from './orders/order-saga.ts';
import type { StatisticsTable } from './orders/order-statistics.ts';
import type { OrderTable } from './orders/order-table.ts';
import { createRefundSaga } from './orders/refunds/refund-saga.ts';
import { createSagaHistory } from './orders/saga-history.ts';
import type { DeliveryTable } from './webhooks/delivery-table.ts';
import type { AddressRules } from './webhooks/receiver-address.ts';
import type { WebhookTable } from './webhooks/webhook-table.ts';

// The dependencies of a process, each made at its first use from the environment's variables. The first use throws where a
// variable is missing or wrong, and names it.
//
// PURE tells esbuild to leave out what a function does not use. With `sideEffects` in functions/package.json, a bundle holds
// only the clients that its function calls.

/** The orders table. */
export const orderTable = /* @__PURE__ */ once(
  (): OrderTable => ({ name: readConfiguration(['ORDERS_TABLE']).ORDERS_TABLE, client: createDynamoDb() }),
);

/** The table of order statistics. */
export const statisticsTable = /* @__PURE__ */ once(
  (): StatisticsTable => ({
    name: readConfiguration(['ORDER_STATISTICS_TABLE']).ORDER_STATISTICS_TABLE,
    client: createDynamoDb(),
  }),
);

/** The table of webhooks. */
export const webhookTable = /* @__PURE__ */ once(
  (): WebhookTable => ({ name: readConfiguration(['WEBHOOKS_TABLE']).WEBHOOKS_TABLE, client: createDynamoDb() }),
);

/** The table of deliveries to webhooks. */
export const deliveryTable = /* @__PURE__ */ once(
  (): DeliveryTable => ({
    name: readConfiguration(['WEBHOOK_DELIVERIES_TABLE']).WEBHOOK_DELIVERIES_TABLE,
    client: createDynamoDb(),
  }),
);

/** The executions that deliver to webhooks. */
export const deliveryExecutions = /* @__PURE__ */ once(() =>
  createExecutions(createStepFunctions(), readConfiguration(['WEBHOOK_DELIVERY_ARN']).WEBHOOK_DELIVERY_ARN),
);

/** Where webhooks may lead. */
export const receiverRules = /* @__PURE__ */ once((): AddressRules => {
  const names = ['WEBHOOK_LOOPBACK', 'WEBHOOK_TRUSTED_HOSTS'] as const;
  const { WEBHOOK_LOOPBACK: loopback, WEBHOOK_TRUSTED_HOSTS: trustedHosts = [] } = readConfiguration(names);
  return { loopback, trustedHosts };
});

/** The EventBridge bus; undefined where there is none. */
export const eventBus = /* @__PURE__ */ once((): EventBus | undefined => {
  const { EVENT_BUS_NAME } = readConfiguration(['EVENT_BUS_NAME']);
  return EVENT_BUS_NAME === undefined ? undefined : createEventBus(createEventBridge(), EVENT_BUS_NAME);
});

/** The order saga's executions. */
export const orderSaga = /* @__PURE__ */ once(() =>
  createOrderSaga(createStepFunctions(), readConfiguration(['ORDER_SAGA_ARN']).ORDER_SAGA_ARN),
);

/** The refund saga's executions. */
export const refundSaga = /* @__PURE__ */ once(() =>
  createRefundSaga(createStepFunctions(), readConfiguration(['REFUND_SAGA_ARN']).REFUND_SAGA_ARN),
);

/** The history of the order saga's executions. */
export const sagaHistory = /* @__PURE__ */ once(() =>
  createSagaHistory(createStepFunctions(), readConfiguration(['ORDER_SAGA_ARN']).ORDER_SAGA_ARN),
);

/** The history of the refund saga's executions. */
export const refundSagaHistory = /* @__PURE__ */ once(() =>
  createSagaHistory(createStepFunctions(), readConfiguration(['REFUND_SAGA_ARN']).REFUND_SAGA_ARN),
);

/** Completes the tasks of sagas that wait for a payment. */
export const taskTokens = /* @__PURE__ */ once(() => createTaskTokens(createStepFunctions()));

/** The client of the Inventory service. */
export const inventory = /* @__PURE__ */ once(() => createInventoryClient(grpcOptions('INVENTORY_GRPC_URL')));

/** The client of the Payment service. */
export const payment = /* @__PURE__ */ once(() => createPaymentClient(grpcOptions('PAYMENT_GRPC_URL')));

/** The health checks of both services. */
export const serviceHealth = /* @__PURE__ */ once(() => {
  const check = (variable: 'INVENTORY_GRPC_URL' | 'PAYMENT_GRPC_URL', service: string) => {
    const { target, credentials } = grpcOptions(variable);
    return createGrpcHealth(target, credentials, service);
  };
  return {
    inventory: check('INVENTORY_GRPC_URL', 'inventory.v1.InventoryService'),
    payment: check('PAYMENT_GRPC_URL', 'payment.v1.PaymentService'),
  };
});

/** The secrets with which the payment provider signs its events; none where it sends none. */
export const paymentEventSecrets = /* @__PURE__ */ once((): readonly string[] => {
  const { PAYMENT_EVENT_SECRET: text } = readConfiguration(['PAYMENT_EVENT_SECRET']);
  return text === undefined ? [] : parseEventSecrets(text);
});

/** The authentication of callers that AUTH_MODE asks for. */
export const authentication = /* @__PURE__ */ once((): Authenticate => {
  const { AUTH_MODE } = readConfiguration(['AUTH_MODE']);
  switch (AUTH_MODE) {
    case 'none':
      return async () => ({ outcome: 'ANONYMOUS' });
    case 'api-key':
      return authenticateByApiKey(parseApiKeys(readConfiguration(['API_KEYS']).API_KEYS));
    case 'jwt':
      return authenticateByBearerToken(bearerTokenRules());
  }
});

function grpcOptions(variable: 'INVENTORY_GRPC_URL' | 'PAYMENT_GRPC_URL'): GrpcClientOptions {
  const configuration = readConfiguration([
    variable,
    'GRPC_DEADLINE_MS',
    'GRPC_MAX_CONCURRENT_CALLS',
    'GRPC_CA_FILE',
    'GRPC_CLIENT_CERT_FILE',
    'GRPC_CLIENT_KEY_FILE',
    'GRPC_TLS_SECRET',
  ]);
  const address = parseServiceAddress(configuration[variable]);
  return {
    target: address.target,
    credentials: channelCredentials(address, configuration),
    deadlineMs: configuration.GRPC_DEADLINE_MS,
    maxConcurrentCalls: configuration.GRPC_MAX_CONCURRENT_CALLS,
  };
}

/** Days until the first certificate between functions and services ends; undefined where no secret holds them. */
export async function certificateDays(now = new Date()): Promise<number | undefined> {
  const { GRPC_TLS_SECRET, INVENTORY_GRPC_URL, PAYMENT_GRPC_URL } = readConfiguration([
    'GRPC_TLS_SECRET',
    'INVENTORY_GRPC_URL',
    'PAYMENT_GRPC_URL',
  ]);
  if (GRPC_TLS_SECRET === undefined) {
    return undefined;
  }
  const targets = [INVENTORY_GRPC_URL, PAYMENT_GRPC_URL].map((url) => parseServiceAddress(url).target);
  return certificateDaysLeft(targets, await readSecretCertificates(GRPC_TLS_SECRET), now);
}

function bearerTokenRules(): BearerTokenRules {
  const { JWT_ISSUER, JWT_AUDIENCE, JWT_ALGORITHM, JWT_CLOCK_TOLERANCE_SECONDS, JWT_JWKS_URL, JWT_PUBLIC_KEY } =
    readConfiguration([
      'JWT_ISSUER',
      'JWT_AUDIENCE',
      'JWT_ALGORITHM',
      'JWT_CLOCK_TOLERANCE_SECONDS',
      'JWT_JWKS_URL',
      'JWT_PUBLIC_KEY',
    ]);
  if ((JWT_JWKS_URL === undefined) === (JWT_PUBLIC_KEY === undefined)) {
    throw new ConfigurationError('Environment variable JWT_JWKS_URL or JWT_PUBLIC_KEY must be set, and not both');
  }
  return {
    issuer: JWT_ISSUER,
    audience: JWT_AUDIENCE,
    algorithm: JWT_ALGORITHM,
    clockToleranceSeconds: JWT_CLOCK_TOLERANCE_SECONDS,
    keys: JWT_JWKS_URL === undefined ? { publicKeyPem: JWT_PUBLIC_KEY ?? '' } : { jwksUrl: new URL(JWT_JWKS_URL) },
  };
}
