import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startPayment, type TestPayment } from '../../tests/support/payment.ts';
import { type CallExtras, call, failureOf } from '../../tests/support/unary-client.ts';
import { logLateFailure } from './call-log.ts';
import { createLogger } from './logger.ts';
import { Contention, DeadlineExceeded } from './service-error.ts';

let payment: TestPayment;
let lines: string[];
let failStore: Error | undefined;

beforeAll(async () => {
  const logger = createLogger('payment', 'trace', { write: (line) => void lines.push(line) });
  lines = [];
  payment = await startPayment({
    settings: { logger },
    wrapStore: (store) => ({
      ...store,
      saveFirst: (first, signal) =>
        failStore === undefined ? store.saveFirst(first, signal) : Promise.reject(failStore),
    }),
  });
});

beforeEach(() => {
  lines = [];
  failStore = undefined;
});

afterAll(() => payment.close());

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

function authorize(orderId: string, method: string, extras: CallExtras = {}) {
  const { client } = payment;
  const amount = { minorUnits: 100, currency: 'USD' };
  return call(client, client.authorize, { orderId, paymentId: 'pay', method, amount }, extras);
}

function entry(): Record<string, unknown> {
  return JSON.parse(lines.at(-1) ?? '{}');
}

describe('the log of a call', () => {
  test('has the RPC, the order, the trace and the outcome', async () => {
    await authorize('order', 'tok_visa', { metadata: { traceparent: TRACEPARENT } });
    expect(lines).toHaveLength(1);
    expect(entry()).toMatchObject({
      level: 'info',
      service: 'payment',
      rpc: 'Authorize',
      order_id: 'order',
      traceparent: TRACEPARENT,
      code: 'OK',
      duration_ms: expect.any(Number),
    });
  });

  test('has the reason of a refusal', async () => {
    await failureOf(authorize('declined', 'tok_declined'));
    expect(entry()).toMatchObject({ level: 'info', code: 'FAILED_PRECONDITION', reason: 'PAYMENT_DECLINED' });
  });

  test('never has a payment method, nor a malformed traceparent', async () => {
    await authorize('secret-1', 'tok_visa', { metadata: { traceparent: 'tok_stolen' } });
    await failureOf(authorize('secret-2', 'tok_declined'));
    await failureOf(authorize('secret-3', 'tok_timeout'));
    await failureOf(authorize('not valid', 'tok_visa'));
    failStore = new Error('broken');
    await failureOf(authorize('secret-4', 'tok_visa'));
    expect(lines).toHaveLength(5);
    expect(lines.join('')).not.toContain('tok_');
  });

  test('has the stack and the causes of a defect, which the caller never sees', async () => {
    failStore = new Error('the store is upside down', { cause: new Error('gravity') });
    const failure = await failureOf(authorize('order', 'tok_visa'));
    expect(failure).toMatchObject({ code: 'INTERNAL', reason: 'INTERNAL' });
    expect(failure.details).not.toMatch(/upside|gravity/);
    expect(entry()).toMatchObject({
      level: 'error',
      err: { message: 'the store is upside down', stack: expect.any(String), cause: { message: 'gravity' } },
    });
  });

  test('has a warning for a retryable failure', async () => {
    failStore = undefined;
    await failureOf(authorize('timeout', 'tok_timeout'));
    expect(entry()).toMatchObject({ level: 'warn', code: 'UNAVAILABLE', reason: 'PROVIDER_UNAVAILABLE' });
  });
});

describe('a call that fails after its deadline', () => {
  const deadline = new DeadlineExceeded();

  /** The lines that the failure leaves in the log. */
  async function loggedFor(failure: unknown): Promise<readonly unknown[]> {
    const late: string[] = [];
    const logger = createLogger('payment', 'trace', { write: (line) => void late.push(line) });
    const work = Promise.reject(failure);
    logLateFailure(logger, work, AbortSignal.abort(deadline));
    await expect(work).rejects.toBe(failure);
    return late.map((line) => JSON.parse(line));
  }

  test('through a defect is logged with it, because its caller has an answer already', async () => {
    const failure = new TypeError('a defect');
    expect(await loggedFor(failure)).toMatchObject([
      { level: 'error', err: { type: 'TypeError', message: 'a defect' } },
    ]);
  });

  test.each([
    ['its deadline', deadline],
    ['an aborted request', Object.assign(new Error('Request aborted'), { name: 'AbortError' })],
    ['an error of the contract', new Contention()],
  ])('through %s is not logged again', async (_what, failure) => {
    expect(await loggedFor(failure)).toEqual([]);
  });
});

test('a call has at most 64 characters of its order id in the log', async () => {
  await failureOf(authorize('x'.repeat(100), 'tok_visa'));
  expect(entry()).toMatchObject({ order_id: 'x'.repeat(64), code: 'INVALID_ARGUMENT' });
});
