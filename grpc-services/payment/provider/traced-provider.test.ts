import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { context } from '@opentelemetry/api';
import { eventually } from '../../../embedded/eventually.ts';
import { flushSpans, traced } from '../../../telemetry/tracing.ts';
import { type SpanReceiver, startSpanReceiver } from '../../../tests/support/span-receiver.ts';
import type { PaymentProvider } from './payment-provider.ts';
import { tracedProvider } from './traced-provider.ts';

const { OTEL_EXPORTER_OTLP_ENDPOINT } = process.env;
const { signal } = new AbortController();
const KEY = 'order#pay';
const REFUND = { key: KEY, refundId: 'r1', amountMinor: 1 };
const AUTHORIZATION = { key: KEY, method: 'tok_secret', amountMinor: 1, currency: 'USD' };
const DECISION = { key: KEY, reference: 'ch_1', approve: true };

let receiver: SpanReceiver;
let asked: unknown[] = [];

/** Answers each call with a value of its own. */
const answering: PaymentProvider = {
  authorize: async (...call) => kept({ state: 'AUTHORIZED', reference: 'authorize' }, 'authorize', call),
  find: async (...call) => kept({ state: 'AUTHORIZED', reference: 'find' }, 'find', call),
  capture: async (...call) => kept({ state: 'CAPTURED', reference: 'capture' }, 'capture', call),
  void: async (...call) => kept({ state: 'VOIDED', reference: 'void' }, 'void', call),
  refund: async (...call) => kept('SUCCEEDED', 'refund', call),
  findRefund: async (...call) => kept('DECLINED', 'findRefund', call),
  decide: async (...call) => kept({ state: 'AUTHORIZED', reference: 'decide' }, 'decide', call),
};

function kept<Answer>(answer: Answer, operation: string, call: readonly unknown[]): Answer {
  asked.push([operation, ...call]);
  return answer;
}

beforeAll(async () => {
  receiver = await startSpanReceiver();
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = receiver.url;
});

afterAll(() => {
  if (OTEL_EXPORTER_OTLP_ENDPOINT === undefined) {
    delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  } else {
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = OTEL_EXPORTER_OTLP_ENDPOINT;
  }
  context.disable();
  receiver.close();
});

test('each call is passed on as it is, with its answer, within a span of its own that has no secret', async () => {
  const provider = tracedProvider(answering);
  const answers = await traced({ name: 'a call of the service', kind: 'SERVER' }, async () => [
    await provider.authorize(AUTHORIZATION, signal),
    await provider.find(KEY, signal),
    await provider.capture(KEY, signal),
    await provider.void(KEY, signal),
    await provider.refund(REFUND, signal),
    await provider.findRefund(REFUND, signal),
    await provider.decide(DECISION, signal),
  ]);
  expect(answers).toEqual([
    { state: 'AUTHORIZED', reference: 'authorize' },
    { state: 'AUTHORIZED', reference: 'find' },
    { state: 'CAPTURED', reference: 'capture' },
    { state: 'VOIDED', reference: 'void' },
    'SUCCEEDED',
    'DECLINED',
    { state: 'AUTHORIZED', reference: 'decide' },
  ]);
  expect(asked).toEqual([
    ['authorize', AUTHORIZATION, signal],
    ['find', KEY, signal],
    ['capture', KEY, signal],
    ['void', KEY, signal],
    ['refund', REFUND, signal],
    ['findRefund', REFUND, signal],
    ['decide', DECISION, signal],
  ]);
  await flushSpans();
  const spans = await eventually(() => (receiver.spans.length >= 8 ? receiver.spans : undefined), {
    withinMs: 15_000,
    what: 'the spans of the calls',
  });
  const parent = spans.find(({ name }) => name === 'a call of the service');
  const calls = spans.filter((span) => span !== parent);
  expect(calls.map(({ name, attributes }) => [name, attributes['payment.provider.operation']])).toEqual(
    ['authorize', 'find', 'capture', 'void', 'refund', 'findRefund', 'decide'].map((name) => [
      `provider ${name}`,
      name,
    ]),
  );
  // 3 is CLIENT.
  expect(new Set(calls.map(({ kind, parentSpanId }) => [kind, parentSpanId].join()))).toEqual(
    new Set([`3,${parent?.spanId}`]),
  );
  expect(JSON.stringify(spans)).not.toContain('tok_secret');
});

test('outside a call of the service there is no span, as in the rounds of the recheck', async () => {
  const before = receiver.spans.length;
  asked = [];
  await tracedProvider(answering).void(KEY, signal);
  await traced({ name: 'something later', kind: 'INTERNAL' }, async () => undefined);
  await flushSpans();
  await eventually(() => receiver.spans.find(({ name }) => name === 'something later'), {
    withinMs: 15_000,
    what: 'the later span',
  });
  expect(asked).toEqual([['void', KEY, signal]]);
  expect(receiver.spans.slice(before).map(({ name }) => name)).toEqual(['something later']);
});
