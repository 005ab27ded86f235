import { expect, test } from '@jest/globals';
import { PendingAnswers, type Question } from './pending-answers.ts';

const STATUS = '/orders/status?order_id=a-1';

test('the answer that an order is PENDING is repeated to its caller until it is too old, with its age', () => {
  const answers = new PendingAnswers();
  learn(answers, asking(), 'PENDING', 100);
  const repeated = { headers: { etag: 'e' }, body: answer('PENDING'), ageMs: 500, staysMs: 2_500 };
  expect(found(answers, asking(), 600)).toEqual(repeated);
  expect(found(answers, asking(), 3_100)?.ageMs).toBe(3_000);
  expect(found(answers, asking(), 3_101)).toBeUndefined();
});

test.each([
  [undefined, undefined],
  ['1', 1_000],
  ['2', 2_000],
  ['10', 3_000],
])(
  'without a crowd, an answer with Retry-After %s is repeated for %s ms: its caller had no reason to ask',
  (seconds, staysMs) => {
    const answers = new PendingAnswers();
    const headers = seconds === undefined ? {} : { 'retry-after': seconds };
    answers.learn({ question: asking(), askedAt: 100, status: 200, headers, body: answer('PENDING') });
    expect(answers.find(asking(), 'busy', 101)?.staysMs).toBe(staysMs === undefined ? undefined : staysMs - 1);
    expect(answers.find(asking(), 'busy', 101 + (staysMs ?? 0))).toBeUndefined();
  },
);

test('an API that takes no more has it repeated for 15 s', () => {
  const answers = new PendingAnswers();
  learn(answers, asking(), 'PENDING', 100);
  expect(answers.find(asking(), 'full', 1_100)).toMatchObject({ ageMs: 1_000, staysMs: 2_000 });
  expect(answers.find(asking(), 'full', 15_100)).toMatchObject({ ageMs: 15_000, staysMs: 0 });
  expect(answers.find(asking(), 'full', 15_101)).toBeUndefined();
});

test.each(['RESERVED', 'AWAITING_PAYMENT', 'CONFIRMED', 'CANCELLED'])(
  'that an order is %s is not repeated',
  (status) => {
    const answers = new PendingAnswers();
    learn(answers, asking(), status, 100);
    expect(found(answers, asking(), 100)).toBeUndefined();
  },
);

test.each([
  ['credentials', { 'x-api-key': 'k' }],
  ['a token', { authorization: 'Bearer t' }],
  ['a known version', { 'if-none-match': '"e"' }],
  ['an origin', { origin: 'http://localhost' }],
  ['another form', { accept: 'text/html' }],
])('a caller with %s is not told what another one was', (_with, headers) => {
  const answers = new PendingAnswers();
  learn(answers, asking(), 'PENDING', 100);
  expect(found(answers, asking(headers), 200)).toBeUndefined();
  learn(answers, asking(headers), 'PENDING', 200);
  expect(found(answers, asking(headers), 300)?.ageMs).toBe(100);
});

test('an order that moved on is not PENDING again, although an older answer arrives later', () => {
  const answers = new PendingAnswers();
  learn(answers, asking(), 'PENDING', 100);
  learn(answers, asking({ 'x-api-key': 'k' }), 'CONFIRMED', 200);
  learn(answers, asking(), 'PENDING', 150);
  expect(found(answers, asking(), 250)).toBeUndefined();
});

test.each([
  ['a repeated order that has moved on', '/orders/place', 'CONFIRMED'],
  ['a cancellation of an order that still is PENDING', '/orders/cancel', 'PENDING'],
])('after the answer to %s the API is asked', (_what, url, status) => {
  const answers = new PendingAnswers();
  learn(answers, asking(), 'PENDING', 100);
  learn(answers, { method: 'POST', url, headers: {} }, status, 200);
  expect(found(answers, asking(), 250)).toBeUndefined();
});

test('placing an order leaves what is known of it', () => {
  const answers = new PendingAnswers();
  learn(answers, asking(), 'PENDING', 100);
  learn(answers, { method: 'POST', url: '/orders/place', headers: {} }, 'PENDING', 200);
  expect(found(answers, asking(), 250)?.ageMs).toBe(150);
});

test.each([
  ['another method', { method: 'POST', url: STATUS }],
  ['another path', { method: 'GET', url: '/orders/saga?order_id=a-1' }],
  ['a further parameter', { method: 'GET', url: `${STATUS}&x=1` }],
  ['another order', { method: 'GET', url: '/orders/status?order_id=a-2' }],
])('%s is never answered from memory', (_what, request) => {
  const answers = new PendingAnswers();
  learn(answers, asking(), 'PENDING', 100);
  expect(found(answers, { ...request, headers: {} }, 100)).toBeUndefined();
});

test.each([
  ['an error', 404, answer('PENDING')],
  ['something else than JSON', 200, 'PENDING'],
  ['an envelope without an order', 200, '{"data":{"status":"PENDING"}}'],
  ['a very long answer', 200, answer('PENDING').padEnd(4_097)],
])('%s is not repeated', (_what, status, body) => {
  const answers = new PendingAnswers();
  answers.learn({ question: asking(), askedAt: 100, status, headers: {}, body });
  expect(found(answers, asking(), 100)).toBeUndefined();
});

test('of more than 5,000 orders the one that was asked for longest ago is forgotten', () => {
  const answers = new PendingAnswers();
  const question = (order: number): Question => ({
    method: 'GET',
    url: `/orders/status?order_id=order-${order}`,
    headers: {},
  });
  for (let order = 0; order <= 5_000; order += 1) {
    learn(answers, question(order), 'PENDING', 100);
  }
  expect(found(answers, question(0), 100)).toBeUndefined();
  expect(found(answers, question(1), 100)).toBeDefined();
  expect(found(answers, question(5_000), 100)).toBeDefined();
});

function asking(headers: Question['headers'] = {}): Question {
  return { method: 'GET', url: STATUS, headers };
}

function answer(status: string): string {
  return JSON.stringify({ data: { order_id: 'a-1', status } });
}

function learn(answers: PendingAnswers, question: Question, status: string, askedAt: number): void {
  answers.learn({ question, askedAt, status: 200, headers: { etag: 'e' }, body: answer(status) });
}

function found(answers: PendingAnswers, question: Question, now: number) {
  return answers.find(question, 'crowded', now);
}
