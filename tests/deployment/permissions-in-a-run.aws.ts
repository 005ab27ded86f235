import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type EmbeddedStack, startEmbeddedStack } from '../../embedded/stack.ts';
import { listenOnFreePort } from '../support/free-port.ts';
import { AWS_OWN_ACTIONS, isCalled } from './aws-own-actions.ts';
import { makeOperatorsRound } from './operators-round.ts';
import { type PackagedTemplate, packageTemplate } from './packaged-template.ts';
import { permissionsOf } from './permissions.ts';
import { allowedUses, recordedUses, type Use } from './recorded-calls.ts';

// The roles of functions, services and state machines against what they call in an end-to-end run, both ways.

const LONG = 480_000;

const REFUND = 'a refund saga that was lost or is parked, which no client brings about';
const AT_THE_START = 'the start of a service with TLS_SECRET (grpc-services/common/transport-security.test.ts)';
const UNDONE = 'an execution that is gone while its order is paid';
const STRANDED = 'Step Functions that refuses a start, or does not reply';

/** What a run calls by chance or not at all, with what it takes. Tests beside the code bring each of them about. */
const UNREACHED: Readonly<Record<Use, string>> = {
  'inventory dynamodb:GetItem table/inventory-items-dev':
    'an item whose stock is spread over rows, read in a transaction',
  'inventory secretsmanager:GetSecretValue secret/orders/dev/grpc/inventory': AT_THE_START,
  'payment secretsmanager:GetSecretValue secret/orders/dev/grpc/payment': AT_THE_START,
  'pay states:DescribeExecution execution/order-saga-dev': UNDONE,
  'pay states:SendTaskFailure stateMachine/order-saga-dev': 'a payment that is declined after the customer was asked',
  'payment dynamodb:BatchGetItem table/payments-dev': 'a payment whose outcome the provider left open',
  'paymentEvents states:DescribeExecution execution/order-saga-dev': UNDONE,
  'placeOrder dynamodb:DeleteItem table/orders-dev': STRANDED,
  'placeOrder dynamodb:GetItem table/orders-dev': STRANDED,
  'placeOrder dynamodb:UpdateItem table/orders-dev': 'the same order again before its saga has written',
  'placeOrder states:DescribeExecution execution/order-saga-dev': STRANDED,
  'publishOrderEvents dynamodb:DeleteItem table/order-statistics-dev': 'an order that was counted and then removed',
  'reconcileOrders secretsmanager:GetSecretValue secret/orders/dev/grpc/functions':
    'an event of the provider that was lost, for which Payment is asked',
  'reconcileOrders states:DescribeExecution execution/refund-saga-dev': REFUND,
  'reconcileOrders states:SendTaskFailure stateMachine/order-saga-dev':
    'an event of the provider that was lost, of a refusal',
  'reconcileOrders states:SendTaskSuccess stateMachine/order-saga-dev': 'an event of the provider that was lost',
  'reconcileOrders states:StartExecution stateMachine/refund-saga-dev': REFUND,
  'reconcilePayments dynamodb:GetItem table/orders-dev': 'a payment that has been open for minutes',
  'reconcilePayments dynamodb:UpdateItem table/orders-dev': 'a refund that was made at the Payment service itself',
  'redriveOrders dynamodb:BatchGetItem table/orders-dev': 'orders that are parked at the step that an operator names',
  'redriveOrders states:DescribeExecution execution/order-saga-dev': 'an execution that cannot be redriven',
  'redriveOrders states:DescribeExecution execution/refund-saga-dev': REFUND,
  'redriveOrders states:RedriveExecution execution/refund-saga-dev': REFUND,
  'redriveOrders states:StartExecution stateMachine/order-saga-dev': 'a parked order whose execution is gone',
  'redriveOrders states:StartExecution stateMachine/refund-saga-dev': REFUND,
  'replayWebhook dynamodb:PutItem table/webhook-deliveries-dev': 'a queue whose head was deleted with age',
  'replayWebhook dynamodb:UpdateItem table/webhooks-dev': 'a webhook that was switched off',
  'reportMetrics dynamodb:GetItem table/order-statistics-dev': 'metrics that go to CloudWatch',
  'reportMetrics dynamodb:Query table/orders-dev/index/by-status': 'metrics that go to CloudWatch',
  'reportMetrics secretsmanager:GetSecretValue secret/orders/dev/grpc/functions': 'metrics that go to CloudWatch',
};

let folder: string;
let bus: FakeEventBridge;
let stack: EmbeddedStack;
let packaged: PackagedTemplate;
let allowed: ReadonlySet<Use>;
let used: ReadonlySet<Use>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'permissions-in-a-run-'));
  const file = join(folder, 'calls.jsonl');
  const preloaded = new URL('./aws-call-recorder.mjs', import.meta.url);
  bus = await startEventBridge();
  const environment = {
    NODE_OPTIONS: `--import ${preloaded}`,
    RECORDED_CALLS_FILE: file,
    RECORDED_BUS_NAME: 'order-events-dev',
    RECORDED_BUS_URL: bus.url,
  };
  [packaged, stack] = await Promise.all([packageTemplate('dev'), startEmbeddedStack({ environment })]);
  await endToEnd(stack);
  await makeOperatorsRound(stack);
  allowed = allowedUses(packaged.template);
  used = recordedUses(file);
}, LONG);

afterAll(async () => {
  await Promise.all([stack?.stop(), packaged?.remove()]);
  await bus?.stop();
  await rm(folder, { recursive: true, force: true });
}, LONG);

test('no function, no service and no state machine calls what its role does not allow', () => {
  expect(used.size).toBeGreaterThan(100);
  for (const service of ['dynamodb', 'states', 'events', 'lambda', 'secretsmanager']) {
    expect([service, [...used].some((use) => use.includes(` ${service}:`))]).toEqual([service, true]);
  }
  expect([...used].filter((use) => !allowed.has(use)).toSorted()).toEqual([]);
});

test('no role allows what the run never calls, but what is listed with its reason', () => {
  const unused = [...allowed].filter((use) => !used.has(use) && !Object.hasOwn(UNREACHED, use));
  expect(unused.toSorted()).toEqual([]);
});

test('every action that nothing of ours calls is called by AWS, for a reason', () => {
  const actions = permissionsOf(packaged.template).flatMap((each) => each.actions);
  const others = [...new Set(actions)].filter((action) => !isCalled(action));
  expect(others.toSorted()).toEqual(Object.keys(AWS_OWN_ACTIONS).toSorted());
});

test('every listed permission is one of a role, and few of all are listed', () => {
  const listed = Object.keys(UNREACHED);
  expect(listed.filter((use) => !allowed.has(use))).toEqual([]);
  expect(listed.length).toBeLessThan(allowed.size / 3);
});

interface FakeEventBridge {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Takes every event. */
async function startEventBridge(): Promise<FakeEventBridge> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => response.end('{"FailedEntryCount":0,"Entries":[{"EventId":"taken"}]}'));
  });
  const port = await listenOnFreePort(server);
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Runs all end-to-end checks. @throws Error with what they wrote, where one fails */
async function endToEnd({ urls: { http, endpoint }, dataDirectory }: EmbeddedStack): Promise<void> {
  const secret = (await readFile(join(dataDirectory, 'payment-events.secret'), 'utf8')).trim();
  const program = join(import.meta.dirname, '..', 'end-to-end', 'main.ts');
  const options = ['--url', http, '--stage', 'dev', '--aws-endpoint', endpoint, '--event-secret', secret];
  await new Promise<void>((resolve, reject) => {
    execFile(process.execPath, [program, ...options], (error, output) =>
      error === null ? resolve() : reject(new Error(output, { cause: error })),
    );
  });
}
