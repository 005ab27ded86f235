import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readOrderSaga } from '../statemachines/read-order-saga.ts';
import { CLAIM_LEASE_MS } from './orders/payment-claim.ts';

interface Described {
  readonly handler: string;
  readonly timeout?: number;
}

function read(path: string) {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}
const functions: Readonly<Record<string, Described>> = parse(read('./functions.yml'), { logLevel: 'silent' });
const { provider }: { readonly provider: { readonly timeout: number } } = parse(read('../serverless.yml'), {
  logLevel: 'silent',
});
const { States } = readOrderSaga().definition;

function limitOf(name: string) {
  return functions[name]?.timeout ?? provider.timeout;
}

// Seconds. A call of DynamoDB is tried three times (clients/dynamodb.ts), one of Step Functions once.
const STORE_CALL = 3 * 2;
const STEP_FUNCTIONS_CALL = 2;
const SERVICE_CALL = 5;

test.each([
  // Written, started, taken back, read.
  ['placeOrder', STORE_CALL + 6 + STORE_CALL + STORE_CALL],
  // Read, recorded, told.
  ['cancelOrder', STORE_CALL + STORE_CALL + STEP_FUNCTIONS_CALL],
  ['orderStatus', STORE_CALL],
  // Read, claimed, authorized, told, read again.
  ['pay', STORE_CALL + STORE_CALL + SERVICE_CALL + STEP_FUNCTIONS_CALL + STORE_CALL],
  // A void that finds a capture, and its refund.
  ['voidPayment', 2 * SERVICE_CALL],
  ['capturePayment', SERVICE_CALL],
  ['awaitPayment', STORE_CALL],
])('%s is not cut off while it waits for others', (name, longest) => {
  expect(limitOf(name)).toBeGreaterThan(longest);
});

test('what is called over HTTP answers before API Gateway gives up', () => {
  for (const [name, { handler }] of Object.entries(functions)) {
    if (handler.includes('/http/')) {
      expect(`${name} ${limitOf(name) < 29}`).toBe(`${name} true`);
    }
  }
});

test('a claim does not run out while the request that made it may still be at work', () => {
  expect(CLAIM_LEASE_MS).toBeGreaterThan(limitOf('pay') * 1_000);
});

test('a task’s function ends before its state is tried again', () => {
  const tasks = Object.values(States).filter(({ Resource }) => Resource === 'arn:aws:states:::lambda:invoke');
  expect(tasks.length).toBeGreaterThan(5);
  for (const { Arguments, TimeoutSeconds } of tasks) {
    const arn = /\$\{(\w+)FunctionArn\}/.exec(Arguments?.FunctionName ?? '')?.[1] ?? '';
    const name = `${arn[0]?.toLowerCase()}${arn.slice(1)}`;
    expect(functions).toHaveProperty(name);
    expect(`${name} ${limitOf(name) < Number(TimeoutSeconds)}`).toBe(`${name} true`);
  }
});
