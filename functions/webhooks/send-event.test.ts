import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Webhook as Verifier } from 'standardwebhooks';
import { startWebhookReceiver, type WebhookReceiver } from '../../verification/client/webhook-receiver.ts';
import { type SendOptions, sendEvent } from './send-event.ts';
import { newSecret } from './webhook.ts';

const LAPTOP: SendOptions = { loopback: 'allowed', timeoutMs: 5_000 };
const BODY = JSON.stringify({
  type: 'order.paid',
  timestamp: '2026-11-28T12:00:00Z',
  data: { order_id: 'o-1', name: 'Füller' },
});
const MESSAGE = { id: 'event-1', body: BODY };

let receiver: WebhookReceiver;
beforeEach(async () => {
  receiver = await startWebhookReceiver();
});
afterEach(() => receiver.close());

function headersOf({ headers }: { readonly headers: object }): Record<string, string> {
  return headers as Record<string, string>;
}

test('an event comes with its id and a signature that Standard Webhooks’ own library verifies', async () => {
  const secret = newSecret();
  expect(await sendEvent(receiver.url, MESSAGE, [secret], LAPTOP)).toMatchObject({ outcome: 'ANSWERED', status: 204 });
  const [event] = receiver.received;
  expect(event).toMatchObject({ id: 'event-1', body: BODY });
  expect(new Verifier(secret).verify(event?.body ?? '', headersOf(event ?? { headers: {} }))).toEqual(JSON.parse(BODY));
  expect(() => new Verifier(newSecret()).verify(event?.body ?? '', headersOf(event ?? { headers: {} }))).toThrow();
});

test('while two secrets are in force, a receiver that knows either one accepts the event', async () => {
  const secrets = [newSecret(), newSecret()];
  await sendEvent(receiver.url, MESSAGE, secrets, LAPTOP);
  const [event] = receiver.received;
  for (const secret of secrets) {
    expect(new Verifier(secret).verify(event?.body ?? '', headersOf(event ?? { headers: {} }))).toBeDefined();
  }
});

test('a redirect is an answer, and is not followed', async () => {
  const other = await startWebhookReceiver();
  receiver.reply = () => ({ status: 307, headers: { location: other.url } });
  expect(await sendEvent(receiver.url, MESSAGE, [newSecret()], LAPTOP)).toMatchObject({ status: 307 });
  expect(other.received).toEqual([]);
  await other.close();
});

test('a receiver that never answers is given up after the time limit', async () => {
  receiver.reply = () => 'never';
  const sent = await sendEvent(receiver.url, MESSAGE, [newSecret()], { ...LAPTOP, timeoutMs: 200 });
  expect(sent).toMatchObject({ outcome: 'NOT_ANSWERED', what: 'the receiver did not answer in time' });
});

test('a name that is never resolved is given up after the time limit', async () => {
  const options = { ...LAPTOP, timeoutMs: 200, resolve: () => new Promise<never>(() => undefined) };
  expect(await sendEvent('http://slow.example/', MESSAGE, [newSecret()], options)).toMatchObject({
    outcome: 'NOT_ANSWERED',
    what: 'the receiver did not answer in time',
  });
});

test('a receiver that hangs up, or is not there, is told apart in words', async () => {
  receiver.reply = () => 'hang up';
  expect(await sendEvent(receiver.url, MESSAGE, [newSecret()], LAPTOP)).toMatchObject({
    what: 'the receiver closed the connection without an answer',
  });
  await receiver.close();
  expect(await sendEvent(receiver.url, MESSAGE, [newSecret()], LAPTOP)).toMatchObject({
    what: 'the receiver refused the connection',
  });
});

test('a name that leads to a private address by the time of the delivery gets no request', async () => {
  const options = { ...LAPTOP, resolve: async () => ['192.168.7.7'] };
  expect(await sendEvent('https://public.example/', MESSAGE, [newSecret()], options)).toMatchObject({
    outcome: 'NOT_ANSWERED',
    what: 'the URL must not lead to 192.168.7.7, which is no public address',
  });
});

test('the connection goes to the address that was checked; the name is not looked up again', async () => {
  const asked: string[] = [];
  const resolve = async (name: string): Promise<readonly string[]> => {
    asked.push(name);
    return ['127.0.0.1'];
  };
  // No resolver of the system knows this name.
  const url = `http://receiver.invalid:${receiver.port}/`;
  expect(await sendEvent(url, MESSAGE, [newSecret()], { ...LAPTOP, resolve })).toMatchObject({ status: 204 });
  expect(asked).toEqual(['receiver.invalid']);
  expect(receiver.received[0]?.headers.host).toBe(`receiver.invalid:${receiver.port}`);
});

test('where the first address of a name cannot be reached, the event goes to the next one', async () => {
  // Nobody listens on the first two at this port.
  const options = { ...LAPTOP, resolve: async () => ['::1', '127.0.0.2', '127.0.0.1'] };
  const url = `http://receiver.invalid:${receiver.port}/`;
  expect(await sendEvent(url, MESSAGE, [newSecret()], options)).toMatchObject({ status: 204 });
  expect(receiver.received).toHaveLength(1);
});

test('where no address of a name can be reached, the words are those of one', async () => {
  await receiver.close();
  const options = { ...LAPTOP, resolve: async () => ['127.0.0.2', '127.0.0.1'] };
  expect(await sendEvent(`http://receiver.invalid:${receiver.port}/`, MESSAGE, [newSecret()], options)).toMatchObject({
    what: 'the receiver refused the connection',
  });
});
