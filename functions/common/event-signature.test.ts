import { expect, test } from '@jest/globals';
import { parseEventSecrets, type ReceivedEvent, signEvent, verifyEvent } from './event-signature.ts';

const SECRET = secretOf(1);
const BODY = '{"type":"payment.authorized"}';

function secretOf(byte: number): string {
  return `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
}

function signed(ageMs = 0, secret = SECRET): ReceivedEvent {
  return { body: BODY, headers: signEvent([secret], 'evt_1', new Date(Date.now() - ageMs), BODY) };
}

test('a signed event is taken, while the provider changes its secret too', () => {
  verifyEvent([SECRET], signed());
  verifyEvent([secretOf(2), SECRET], signed(240_000));
  const { headers } = signed();
  const several = `v1a,old ${headers['webhook-signature']}`;
  expect(() =>
    verifyEvent([SECRET], { body: BODY, headers: { ...headers, 'webhook-signature': several } }),
  ).not.toThrow();
});

test.each<[string, ReceivedEvent]>([
  ['without headers', { body: BODY, headers: {} }],
  ['without a signature', { body: BODY, headers: { ...signed().headers, 'webhook-signature': undefined } }],
  ['without an id', { body: BODY, headers: { ...signed().headers, 'webhook-id': undefined } }],
  ['signed with another secret', signed(0, secretOf(2))],
  ['with another body', { ...signed(), body: '{"type":"payment.declined"}' }],
  ['with another id', { body: BODY, headers: { ...signed().headers, 'webhook-id': 'evt_2' } }],
  ['with another time', { body: BODY, headers: { ...signed().headers, 'webhook-timestamp': '1764000000' } }],
  ['that is six minutes old', signed(360_000)],
  ['that comes from the future', signed(-360_000)],
  ['with a time that is no number', { body: BODY, headers: { ...signed().headers, 'webhook-timestamp': 'now' } }],
  ['with a signature without its value', { body: BODY, headers: { ...signed().headers, 'webhook-signature': 'v1' } }],
  [
    'with an endless signature',
    { body: BODY, headers: { ...signed().headers, 'webhook-signature': 'v1,'.repeat(999) } },
  ],
])('an event %s is refused', (_which, event) => {
  expect(() => verifyEvent([SECRET], event)).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
});

test('without a secret every event is refused', () => {
  expect(() => verifyEvent([], signed())).toThrow('not signed');
});

test('a secret that is none is refused by its position, and not repeated', () => {
  expect(parseEventSecrets(`${SECRET}, ${secretOf(2)}`)).toEqual([SECRET, secretOf(2)]);
  expect(() => parseEventSecrets(`${SECRET},my password`)).toThrow(
    /^PAYMENT_EVENT_SECRET: entry 2 must be(?!.*my pass)/,
  );
  expect(() => parseEventSecrets('whsec_c2hvcnQ=')).toThrow('24 bytes');
});
