import { describe, expect, test } from '@jest/globals';
import { applyUpdate, conditionHolds } from './dynamodb-expression.ts';

const item = { status: { S: 'PENDING' }, timeline: { L: [1] }, token: { S: 't' }, tries: { N: '1' } };
const placeholders = {
  names: { '#status': 'status' },
  values: { ':PENDING': { S: 'PENDING' }, ':PAID': { S: 'PAID' }, ':two': { N: '2' }, ':entry': { L: [2] } },
};

describe('a DynamoDB condition', () => {
  test.each([
    ['#status = :PENDING', true],
    ['#status <> :PENDING', false],
    ['#status IN (:PAID, :PENDING)', true],
    ['NOT #status IN (:PAID)', true],
    ['tries < :two', true],
    [':two < tries', false],
    ['gone < :two', false],
    [':PAID < #status', true],
    ['#status < :PAID', false],
    ['#status < :two', false],
    ['size(timeline) < :two', true],
    ['size(gone) < :two', false],
    ['gone = :PAID', false],
    ['gone <> :PAID', true],
    ['gone IN (:PAID)', false],
    ['#status = :PAID OR attribute_exists(token)', true],
    ['#status = :PAID OR attribute_exists(token) AND attribute_exists(gone)', false],
    ['(#status = :PAID OR attribute_exists(token)) AND attribute_not_exists(gone)', true],
  ])('%s is %s', (text, holds) => {
    expect(conditionHolds(text, item, placeholders)).toBe(holds);
  });
});

test('a DynamoDB update sets, appends and removes attributes', () => {
  const after = applyUpdate(
    'SET #status = :PAID, timeline = list_append(timeline, :entry) REMOVE token, gone',
    item,
    placeholders,
  );
  expect(after).toEqual({ status: { S: 'PAID' }, timeline: { L: [1, 2] }, tries: { N: '1' } });
});

test('a DynamoDB update keeps what is present, where it only sets what is not', () => {
  const after = applyUpdate(
    'SET #status = if_not_exists(#status, :PAID), x = if_not_exists(x, :PAID)',
    item,
    placeholders,
  );
  expect(after).toEqual({ ...item, x: { S: 'PAID' } });
});

test.each(['ADD x :PAID', 'SET x = x + :PAID', 'SET x = size(token)'])(
  'the unsupported update expression %s is an error',
  (text) => {
    expect(() => applyUpdate(text, item, placeholders)).toThrow();
  },
);
