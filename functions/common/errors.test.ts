import { expect, test } from '@jest/globals';
import * as errors from './errors.ts';

test('an error carries the name of its class in `name`, for Step Functions, and in `stack`, for serverless-offline', () => {
  const error = new errors.OutOfStockError('item1: 5 wanted, 3 left');
  expect(error.name).toBe('OutOfStockError');
  expect(error.stack?.split('\n')[0]).toBe('OutOfStockError: item1: 5 wanted, 3 left');
});

test('an error is either terminal or retryable, and keeps its cause', () => {
  const cause = new Error('connection refused');
  const retryable = new errors.RetryableError('INVENTORY_UNAVAILABLE', 'the inventory does not answer', { cause });
  expect(retryable).not.toBeInstanceOf(errors.TerminalError);
  expect(retryable.cause).toBe(cause);
  expect(new errors.OrderNotFoundError()).toBeInstanceOf(errors.TerminalError);
});

test('the message of an invalid request names each fault with its path', () => {
  const error = new errors.InvalidRequestError([
    { path: 'list[0].count', message: 'must be a whole number' },
    { path: '', message: 'must be JSON' },
  ]);
  expect(error.message).toBe('list[0].count: must be a whole number; must be JSON');
});

test('every error is thrown under the name of its own class and with a code of its own', () => {
  const classes = Object.entries(errors).filter(([name]) =>
    /^(?!Terminal|Retryable|InvalidRequest).*Error$/.test(name),
  );
  const made = classes.map(([name, value]) => {
    const Thrown = value as new (message: string) => InstanceType<typeof errors.OutOfStockError>;
    const error = new Thrown('because');
    return { name, error };
  });
  expect(made.length).toBeGreaterThan(20);
  for (const { name, error } of made) {
    const code = name
      .replace(/Error$/, '')
      .replace(/(?<=[a-z])(?=[A-Z])/g, '_')
      .toUpperCase();
    expect([error.name, error.code, error instanceof errors.TerminalError]).toEqual([name, code, true]);
    expect(errors.ERROR_CODES).toHaveProperty(code);
  }
});
