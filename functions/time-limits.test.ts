import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { readOrderSaga, readRefundSaga } from '../statemachines/read-order-saga.ts';
import { parseYaml } from '../tests/support/yaml.ts';
import { AWS_REQUEST_TIMEOUT_MS, DYNAMODB_ATTEMPTS, STEP_FUNCTIONS_ATTEMPTS } from './clients/aws.ts';
import { readConfiguration } from './common/configuration.ts';
import { OPERATIONS } from './http/contract/operations.ts';
import { START_RETRIES } from './http/place-order.ts';
import { REPORT_WITHIN_MS as REPORT_MS } from './http/provider-report.ts';
import { CLAIM_LEASE_MS } from './orders/payment-claim.ts';
import { BEGIN_WITHIN_MS } from './webhooks/deliver.ts';
import { RECEIVER_TIMEOUT_MS } from './webhooks/send-event.ts';

interface Described {
  readonly handler: string;
  readonly timeout?: number;
  readonly events?: readonly object[];
}

function read(path: string) {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}
const functions: Readonly<Record<string, Described>> = parseYaml(read('./functions.yml'));
const { provider }: { readonly provider: { readonly timeout: number } } = parseYaml(read('../serverless.yml'));
const STATES = [readOrderSaga, readRefundSaga].flatMap((saga) => Object.values(saga().definition.States));
const { States: delivery } = parseYaml<{ readonly States: { readonly [name: string]: (typeof STATES)[number] } }>(
  read('../statemachines/webhook-delivery.asl.yaml'),
);

/** The function's timeout in milliseconds. */
function timeoutOf(name: string) {
  return 1_000 * (functions[name]?.timeout ?? provider.timeout);
}

/** Default of API Gateway for an integration. */
const API_GATEWAY_TIMEOUT_MS = 29_000;

// Longest duration of one call, with its retries.
const DYNAMODB_CALL_MS = DYNAMODB_ATTEMPTS * AWS_REQUEST_TIMEOUT_MS;
const STEP_FUNCTIONS_CALL_MS = STEP_FUNCTIONS_ATTEMPTS * AWS_REQUEST_TIMEOUT_MS;
const GRPC_CALL_MS = readConfiguration(['GRPC_DEADLINE_MS'], {}).GRPC_DEADLINE_MS;

const LONGEST_CALLS: readonly (readonly [string, number])[] = [
  // Write the order, start the saga, remove the order, read it.
  ['placeOrder', DYNAMODB_CALL_MS + START_RETRIES.withinMs + DYNAMODB_CALL_MS + DYNAMODB_CALL_MS],
  // Read the order, record the request, complete the task.
  ['cancelOrder', DYNAMODB_CALL_MS + DYNAMODB_CALL_MS + STEP_FUNCTIONS_CALL_MS],
  ['orderStatus', DYNAMODB_CALL_MS],
  // Read the order, claim it, authorize the payment, complete the task, read the order.
  ['pay', DYNAMODB_CALL_MS + DYNAMODB_CALL_MS + GRPC_CALL_MS + STEP_FUNCTIONS_CALL_MS + DYNAMODB_CALL_MS],
  // A void that finds a capture, the record of its refund, the refund.
  ['voidPayment', GRPC_CALL_MS + DYNAMODB_CALL_MS + GRPC_CALL_MS],
  // Read the payment and the order.
  ['showPaymentAction', GRPC_CALL_MS + DYNAMODB_CALL_MS],
  // Decide at the provider, report to the shop.
  ['takePaymentAction', GRPC_CALL_MS + REPORT_MS],
  ['reserveInventory', GRPC_CALL_MS],
  // A release that finds sold stock, then its return.
  ['releaseInventory', 2 * GRPC_CALL_MS],
  ['commitInventory', GRPC_CALL_MS],
  ['authorizePayment', GRPC_CALL_MS],
  ['capturePayment', GRPC_CALL_MS],
  ['awaitPayment', DYNAMODB_CALL_MS],
  // Read the markers of the orders, move them. An invocation that is cut off in a later attempt is repeated.
  ['publishOrderEvents', DYNAMODB_CALL_MS + DYNAMODB_CALL_MS],
  // Counters and the oldest order at the same time.
  ['orderSummary', DYNAMODB_CALL_MS],
  // Read the order, find its execution, record the decision, record the further execution, start it.
  ['abandonOrder', 3 * DYNAMODB_CALL_MS + 2 * STEP_FUNCTIONS_CALL_MS],
  // List the webhooks; the receiver's name is looked up before; write it.
  ['createWebhook', DYNAMODB_CALL_MS + DYNAMODB_CALL_MS],
  ['listWebhooks', DYNAMODB_CALL_MS],
  ['deleteWebhook', DYNAMODB_CALL_MS],
  ['renewWebhookSecret', DYNAMODB_CALL_MS + DYNAMODB_CALL_MS],
  // Read the webhook, its log, the deliveries.
  ['webhookDeliveries', 3 * DYNAMODB_CALL_MS],
  // The last event that is begun: renew the run, read it, claim the try, send, record the try, count the failure, renew.
  ['deliverWebhook', BEGIN_WITHIN_MS + RECEIVER_TIMEOUT_MS + 6 * DYNAMODB_CALL_MS],
  ['resumeOrder', DYNAMODB_CALL_MS],
  // Read the order, note the refund, start its saga; what is not started is started by the reconciliation.
  ['refundOrder', DYNAMODB_CALL_MS + DYNAMODB_CALL_MS + STEP_FUNCTIONS_CALL_MS],
  ['returnInventory', GRPC_CALL_MS],
  ['refundPayment', GRPC_CALL_MS],
  // Read the order, write its refunds. A writer that loses against another is repeated by the saga.
  ['recordRefund', DYNAMODB_CALL_MS + DYNAMODB_CALL_MS],
  ['restockItem', GRPC_CALL_MS],
  ['correctItem', GRPC_CALL_MS],
];

/** Functions that call nothing. */
const WITHOUT_CALLS = ['docs', 'console', 'health', 'openapiDocument', 'awaitRedrive'];

/** Functions that limit their calls themselves, or read page after page: nothing is lost where they time out. */
const WITH_OTHER_LIMITS = [
  'authorizer',
  'ready',
  'startStrandedOrders',
  'listStocks',
  'stockReport',
  'listOrders',
  'sagaHistory',
  'redriveOrders',
  'reconcileOrders',
  'paymentEvents',
  'replayWebhook',
  'resumeWebhookDeliveries',
  'reconcilePayments',
  'reportMetrics',
];

test('every function has a place in the lists of this test', () => {
  const listed = [...LONGEST_CALLS.map(([name]) => name), ...WITHOUT_CALLS, ...WITH_OTHER_LIMITS];
  expect(listed.toSorted()).toEqual(Object.keys(functions).toSorted());
});

test.each(LONGEST_CALLS)('%s does not time out while its own calls may still run', (name, callsMs) => {
  expect(timeoutOf(name)).toBeGreaterThan(callsMs);
});

test('every HTTP endpoint times out before API Gateway does', () => {
  const endpoints = Object.entries(functions).filter(([, { events = [] }]) => events.some((event) => 'http' in event));
  expect(endpoints.map(([name]) => name).toSorted()).toEqual(['console', ...OPERATIONS.map(({ id }) => id)].toSorted());
  const late = endpoints.filter(([name]) => timeoutOf(name) >= API_GATEWAY_TIMEOUT_MS);
  expect(late).toEqual([]);
  expect(timeoutOf('authorizer')).toBeLessThan(API_GATEWAY_TIMEOUT_MS);
});

test('a payment’s claim does not expire while the request that made it may still run', () => {
  expect(CLAIM_LEASE_MS).toBeGreaterThan(timeoutOf('pay'));
});

test('the function of a task times out before its state does, so that a retry never overlaps it', () => {
  const tasks = [...STATES, ...Object.values(delivery)].filter(
    ({ Resource }) => Resource === 'arn:aws:states:::lambda:invoke',
  );
  expect(tasks.length).toBeGreaterThan(5);
  for (const { Arguments, TimeoutSeconds } of tasks) {
    const arn = /\$\{(\w+)FunctionArn\}/.exec(Arguments?.FunctionName ?? '')?.[1] ?? '';
    const name = `${arn[0]?.toLowerCase()}${arn.slice(1)}`;
    expect(functions).toHaveProperty(name);
    expect(`${name} ${timeoutOf(name) < 1_000 * Number(TimeoutSeconds)}`).toBe(`${name} true`);
  }
});
