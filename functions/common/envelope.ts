import type { APIGatewayProxyResult } from 'aws-lambda';

/** The shape of every JSON answer of the API. */
export interface Envelope {
  /** The HTTP status once more. */
  readonly status: number;
  readonly success: boolean;
  readonly meta: Readonly<Record<string, unknown>> | null;
  /** What was asked for; after a failure, a sentence for people. */
  readonly data: unknown;
}

/** What an answer may have beside its data. */
export interface AnswerOptions {
  readonly meta?: Readonly<Record<string, unknown>> | null;
  readonly headers?: Readonly<Record<string, string>>;
}

const HEADERS = {
  'Content-Type': 'application/json; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
} as const;

/** An answer in the API's envelope; `success` follows from the status. */
export function answer(status: number, data: unknown, options: AnswerOptions = {}): APIGatewayProxyResult {
  const envelope: Envelope = { status, success: status < 400, meta: options.meta ?? null, data };
  return { statusCode: status, headers: { ...HEADERS, ...options.headers }, body: JSON.stringify(envelope) };
}
