import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { Webhook as Signer } from 'standardwebhooks';
import type { AddressRules, CheckedAddress } from './receiver-address.ts';
import { checkedAddress, ReceiverAddressError, readReceiverUrl } from './receiver-address.ts';

/** How long a receiver may take to answer. */
export const RECEIVER_TIMEOUT_MS = 15_000;

/** An event on its way to a receiver. */
export interface Message {
  readonly id: string;
  /** The JSON text that is sent. */
  readonly body: string;
}

/** What became of one try. */
export type Sent =
  /** The receiver answered with this status. */
  | { readonly outcome: 'ANSWERED'; readonly status: number; readonly ms: number }
  /** It did not answer, or must not be called. */
  | { readonly outcome: 'NOT_ANSWERED'; readonly what: string; readonly ms: number };

/** How events are sent. */
export interface SendOptions extends AddressRules {
  readonly timeoutMs?: number;
}

/**
 * Sends an event as Standard Webhooks asks: signed with every secret, the current one first. Redirects are not followed.
 * The connection goes to the address that was checked, so that the name cannot lead elsewhere in the meantime.
 */
export async function sendEvent(
  receiverUrl: string,
  message: Message,
  secrets: readonly string[],
  options: SendOptions,
): Promise<Sent> {
  const started = performance.now();
  const ms = () => Math.round(performance.now() - started);
  // Begins before the name is looked up, which has no limit of its own.
  const signal = AbortSignal.timeout(options.timeoutMs ?? RECEIVER_TIMEOUT_MS);
  try {
    const url = readReceiverUrl(receiverUrl, options);
    const address = await beforeAbort(checkedAddress(url, options), signal);
    const status = await post(url, address, signedHeaders(message, secrets, new Date()), message.body, signal);
    return { outcome: 'ANSWERED', status, ms: ms() };
  } catch (error) {
    return { outcome: 'NOT_ANSWERED', what: whatOf(error, signal), ms: ms() };
  }
}

function signedHeaders(
  { id, body }: Message,
  secrets: readonly string[],
  now: Date,
): Readonly<Record<string, string | number>> {
  return {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'orders-webhook',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': secrets.map((secret) => new Signer(secret).sign(id, now, body)).join(' '),
  };
}

function post(
  url: URL,
  { address, family }: CheckedAddress,
  headers: Readonly<Record<string, string | number>>,
  body: string,
  signal: AbortSignal,
): Promise<number> {
  const lookup: LookupFunction = (_host, { all }, answered) => {
    if (all === true) {
      answered(null, [{ address, family }]);
    } else {
      answered(null, address, family);
    }
  };
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    // A connection of its own: a kept one might lead to an address that was checked for another name.
    const sent = request(url, { method: 'POST', headers, signal, lookup, agent: false }, (response) => {
      // The status is the answer. What follows is not read, however much there is.
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

function beforeAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('the host was not found in time')), { once: true });
    work.then(resolve, reject);
  });
}

const CONNECTION_FAULTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the receiver refused the connection',
  ECONNRESET: 'the receiver closed the connection without an answer',
  EPIPE: 'the receiver closed the connection without an answer',
  EHOSTUNREACH: 'the receiver cannot be reached',
  ENETUNREACH: 'the receiver cannot be reached',
  ETIMEDOUT: 'the receiver did not answer in time',
};

function whatOf(error: unknown, signal: AbortSignal): string {
  if (error instanceof ReceiverAddressError) {
    return `the URL ${error.message}`;
  }
  if (signal.aborted) {
    return 'the receiver did not answer in time';
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return CONNECTION_FAULTS[code] ?? `the connection failed${code === '' ? '' : ` (${code})`}`;
}
