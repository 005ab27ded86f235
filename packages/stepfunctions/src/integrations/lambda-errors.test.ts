import { describe, expect, test } from '@jest/globals';
import { correctErrorType, readPayload } from './lambda-errors.ts';

describe('error names of Lambda functions', () => {
  test.each([
    ['OutOfStockError: nope', 'OutOfStockError'],
    ['TypeError: x is not a function', 'TypeError'],
    ['Error: plain', 'Error'],
    ['RetryableError', 'RetryableError'],
  ])(
    'the error name of a function behind serverless-offline comes from the first line of the trace: %s',
    (first, name) => {
      const payload = { errorMessage: 'm', errorType: 'Error', trace: [first, '    at somewhere'] };
      expect(correctErrorType(payload).errorType).toBe(name);
    },
  );

  test('the error name that an endpoint reports is kept', () => {
    const payload = { errorMessage: 'm', errorType: 'OutOfStockError', trace: ['Other: m'] };
    expect(correctErrorType(payload)).toBe(payload);
    const withoutTrace = { errorMessage: 'm', errorType: 'Error' };
    expect(correctErrorType(withoutTrace)).toBe(withoutTrace);
  });
});

test('a string that serverless-offline quotes without escaping is read as that string', () => {
  expect(readPayload('"it said "no""')).toBe('it said "no"');
  expect(readPayload('{"a":1}')).toEqual({ a: 1 });
  expect(readPayload('')).toBeNull();
});
