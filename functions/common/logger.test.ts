import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { OrderNotFoundError, RetryableError } from './errors.ts';
import { asError, logWith, rootLogger } from './logger.ts';

const written: string[] = [];
const streams = [jest.spyOn(process.stdout, 'write'), jest.spyOn(process.stderr, 'write')];
for (const stream of streams) {
  stream.mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
}
for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
  jest.spyOn(console, method).mockImplementation((text) => void written.push(String(text)));
}
afterEach(() => {
  written.length = 0;
});

/** DynamoDB's error for a failed condition with ReturnValuesOnConditionCheckFailure: ALL_OLD. */
function refused() {
  return new ConditionalCheckFailedException({
    message: 'The conditional request failed',
    $metadata: {},
    Item: { task_token: { S: 'token-of-the-task' }, payment_method: { S: 'tok_visa' } },
  });
}

function logged(error: unknown) {
  rootLogger().error('failed', { order_id: 'o-1', error: error as Error });
  const line = written.find((text) => text.includes('"failed"'));
  if (line === undefined) {
    throw new Error('nothing was logged');
  }
  return JSON.parse(line);
}

describe('the log hides the secrets that an error carries', () => {
  test.each([
    ['itself', refused],
    ['as its cause', () => new RetryableError('ORDERS_UNAVAILABLE', 'later', { cause: refused() })],
    ['as a cause of its cause', () => new Error('a', { cause: new Error('b', { cause: refused() }) })],
    ['among others', () => new AggregateError([refused()], 'all failed')],
    ['as a cause that is no error', () => new Error('a', { cause: { ...refused() } })],
  ])('in %s', (_where, create) => {
    logged(create());
    expect(written.join('')).toContain('"stack"');
    expect(written.join('')).not.toMatch(/token-of-the-task|tok_visa/);
  });
});

test('the log has an error’s name, message, stack, code and causes', () => {
  expect(logged(new RetryableError('ORDERS_UNAVAILABLE', 'later', { cause: refused() }))).toMatchObject({
    level: 'ERROR',
    message: 'failed',
    service: 'orders',
    timestamp: expect.stringMatching(/^\d{4}-/),
    order_id: 'o-1',
    error: {
      name: 'RetryableError',
      message: 'later',
      code: 'ORDERS_UNAVAILABLE',
      stack: expect.stringContaining('logger.test.ts'),
      cause: { name: 'ConditionalCheckFailedException', message: 'The conditional request failed' },
    },
  });
});

test('the log of an error that is its own cause is finite', () => {
  const error = new OrderNotFoundError();
  error.cause = error;
  expect(logged(error)).toMatchObject({ error: { cause: { name: 'OrderNotFoundError' } } });
});

test('the log of an error tells eight causes, and no more', () => {
  const chain = Array.from({ length: 12 }, (_, n) => n).reduceRight<Error | undefined>(
    (cause, n) => new Error(`cause ${n}`, cause === undefined ? {} : { cause }),
    undefined,
  );
  logged(chain);
  expect(written.join('')).toContain('cause 8');
  expect(written.join('')).not.toContain('cause 9');
});

test.each([
  ['ECONNREFUSED', true],
  ['E2BIG', true],
  [14, true],
  ['tok_visa', false],
  ['ORDERS-1', false],
  ['XtokenX', false],
  [0.5, false],
  [{ secret: 1 }, false],
])('an error’s code %j is in its log: %s', (code, shown) => {
  const { error } = logged(Object.assign(new Error('failed'), { code }));
  expect(Reflect.has(error, 'code') ? error.code : undefined).toEqual(shown ? code : undefined);
});

test('of a cause that is no error the log has the text, or the type', () => {
  expect(logged(new Error('a', { cause: 'a text' }))).toMatchObject({ error: { cause: 'a text' } });
  written.length = 0;
  expect(logged(new Error('a', { cause: { secret: 1 } }))).toMatchObject({ error: { cause: '(object)' } });
});

test('keys are added to the later lines of one log, not to those of another', () => {
  const info = jest.spyOn(rootLogger(), 'info').mockReturnValue(undefined);
  const parent = logWith(rootLogger(), { request_id: 'r-1' });
  const child = parent.with({ order_id: 'o-1' });
  child.add({ step: 1 });
  child.info('of the child', { step: 2, more: true });
  parent.info('of the parent');
  expect(info.mock.calls).toEqual([
    ['of the child', { request_id: 'r-1', order_id: 'o-1', step: 2, more: true }],
    ['of the parent', { request_id: 'r-1' }],
  ]);
  info.mockRestore();
});

test('what is thrown becomes an error of the log, with itself as the cause', () => {
  const error = new Error('a');
  expect(asError(error)).toBe(error);
  expect(asError('a text')).toMatchObject({ message: 'something that is not an error was thrown', cause: 'a text' });
});
