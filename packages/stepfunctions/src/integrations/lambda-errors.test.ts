import { describe, expect, test } from '@jest/globals';
import { mendErrorType, readPayload } from './lambda-errors.ts';

describe('the name of an error that serverless-offline hides', () => {
  test.each([
    ['OutOfStockError: nope', 'OutOfStockError'],
    ['TypeError: x is not a function', 'TypeError'],
    ['Error: plain', 'Error'],
    ['RetryableError', 'RetryableError'],
  ])('is read from the first line of the trace: %s', (first, name) => {
    const payload = { errorMessage: 'm', errorType: 'Error', trace: [first, '    at somewhere'] };
    expect(mendErrorType(payload).errorType).toBe(name);
  });

  test('is left alone where an endpoint gives it', () => {
    const payload = { errorMessage: 'm', errorType: 'OutOfStockError', trace: ['Other: m'] };
    expect(mendErrorType(payload)).toBe(payload);
    const withoutTrace = { errorMessage: 'm', errorType: 'Error' };
    expect(mendErrorType(withoutTrace)).toBe(withoutTrace);
  });
});

test('a string put between quotes without being escaped is still that string', () => {
  expect(readPayload('"it said "no""')).toBe('it said "no"');
  expect(readPayload('{"a":1}')).toEqual({ a: 1 });
  expect(readPayload('')).toBeNull();
});
