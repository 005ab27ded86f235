import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { OrderNotFoundError, RetryableError } from './errors.ts';
import { rootLogger } from './logger.ts';

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
