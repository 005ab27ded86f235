import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { signEvent } from '../common/event-signature.ts';
import type { AddressRules, CheckedAddress } from './receiver-address.ts';
import { checkedAddresses, ReceiverAddressError, readReceiverUrl } from './receiver-address.ts';

/** How long a receiver may take to answer. */
export const RECEIVER_TIMEOUT_MS = 15_000;

/** Where an address has not taken the connection after this time, the next one is tried. */
const NEXT_ADDRESS_MS = 2_500;

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
 * The connection goes to an address that was checked, so that the name cannot lead elsewhere in the meantime. Where one
 * cannot be reached, the next is tried.
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
    const addresses = await beforeAbort(checkedAddresses(url, options), signal);
    const status = await post(url, addresses, signedHeaders(message, secrets, new Date()), message.body, signal);
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
    ...signEvent(secrets, id, now, body),
  };
}

function post(
  url: URL,
  addresses: readonly CheckedAddress[],
  headers: Readonly<Record<string, string | number>>,
  body: string,
  signal: AbortSignal,
): Promise<number> {
  // Node asks for all addresses, because autoSelectFamily is on.
  const lookup: LookupFunction = (_host, _options, answered) => answered(null, [...addresses]);
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    // A connection of its own: a kept one might lead to an address that was checked for another name.
    const connection = {
      lookup,
      agent: false,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    };
    const sent = request(url, { method: 'POST', headers, signal, ...connection }, (response) => {
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
