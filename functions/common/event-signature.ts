import { Webhook } from 'standardwebhooks';
import { ConfigurationError } from './configuration.ts';
import { UnauthenticatedError } from './errors.ts';

// Events of the payment provider, and those for webhooks, are signed by the Standard Webhooks scheme: an HMAC over the headers webhook-id and
// webhook-timestamp and the body.

/** The headers of a signed event, in lower case. */
export const SIGNATURE_HEADERS = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;

/** The headers of a signed event. */
export type SignatureHeaders = Readonly<Record<(typeof SIGNATURE_HEADERS)[number], string>>;

/** A received event, before anything of it is believed. */
export interface ReceivedEvent {
  readonly headers: Readonly<Partial<Record<keyof SignatureHeaders, string | undefined>>>;
  /** As it was sent: another spelling of the same JSON has another signature. */
  readonly body: string;
}

/** Longest `webhook-signature`, in characters: room for several keys. */
const MAX_SIGNATURE_LENGTH = 1_000;

/**
 * Reads `PAYMENT_EVENT_SECRET`: one secret, or several while the provider changes its own, separated by commas.
 *
 * @throws ConfigurationError naming the entry by its position, never by its content
 */
export function parseEventSecrets(text: string): readonly string[] {
  return text.split(',').map((entry, index) => {
    const secret = entry.trim();
    if (!/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(secret)) {
      throw new ConfigurationError(
        `PAYMENT_EVENT_SECRET: entry ${index + 1} must be whsec_ and at least 24 bytes in base64, as the provider shows it`,
      );
    }
    return secret;
  });
}

/**
 * Checks the signature and the age of an event, which may be five minutes.
 *
 * @param secrets of which one must have signed the event; without any, every event is refused
 * @throws UnauthenticatedError otherwise
 */
export function verifyEvent(secrets: readonly string[], { headers, body }: ReceivedEvent): void {
  const given = SIGNATURE_HEADERS.flatMap((name) => {
    const value = headers[name];
    return value === undefined || value.length > MAX_SIGNATURE_LENGTH ? [] : [[name, value] as const];
  });
  if (given.length < SIGNATURE_HEADERS.length || secrets.length === 0) {
    throw new UnauthenticatedError('the event is not signed');
  }
  const signed = Object.fromEntries(given);
  if (!secrets.some((secret) => isSignedWith(secret, signed, body))) {
    throw new UnauthenticatedError('the signature of the event is not valid, or the event is older than five minutes');
  }
}

function isSignedWith(secret: string, headers: Record<string, string>, body: string): boolean {
  try {
    new Webhook(secret).verify(body, headers, { jsonParse: false });
    return true;
  } catch {
    // Every failure means the same to the caller, and its text may come from the headers.
    return false;
  }
}

/** Signs an event with every secret, so that a receiver that knows one of them accepts it. */
export function signEvent(secrets: readonly string[], id: string, at: Date, body: string): SignatureHeaders {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
  };
}
