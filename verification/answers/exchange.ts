import { appendFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';

const API_CALLS = ['place', 'status', 'cancel', 'pay', 'refund', 'abandon', 'stocks'] as const;

/** The calls of the HTTP API that customers make, and an operator who refunds them or gives their orders up. */
export type ApiCall = (typeof API_CALLS)[number];

const answered = z.object({
  kind: z.literal('answered'),
  http_status: z.int(),
  /** The Retry-After header, unparsed. */
  retry_after: z.string().optional(),
  /** The parsed body, or its text where it is not JSON. */
  body: z.unknown(),
});

const unanswered = z.object({ kind: z.literal('unanswered'), error: z.string() });

/** One line of an exchange log. */
export const exchangeSchema = z.object({
  /** ISO 8601; when the request was sent. */
  at: z.string(),
  elapsed_ms: z.number(),
  call: z.enum(API_CALLS),
  scenario: z.string(),
  /** The orders that the request names; none for /orders/place. */
  order_ids: z.array(z.string()),
  idempotency_key: z.string().optional(),
  outcome: z.discriminatedUnion('kind', [answered, unanswered]),
});

/** One request and its outcome, as the client saw them. */
export type Exchange = z.output<typeof exchangeSchema>;

/** Appends an exchange to a log, synchronously: a killed client leaves behind all that it saw. */
export function appendExchange(file: string, exchange: Exchange): void {
  appendFileSync(file, `${JSON.stringify(exchange)}\n`);
}

/**
 * Reads a whole log, in the order of writing. A missing log is empty.
 *
 * @throws {Error} a line is not an exchange; the message names file and line
 */
export async function readExchanges(file: string): Promise<readonly Exchange[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return '';
    }
    throw error;
  });
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line, index) => {
    try {
      return exchangeSchema.parse(JSON.parse(line));
    } catch (error) {
      throw new Error(`${file}:${index + 1} is not a recorded exchange`, { cause: error });
    }
  });
}
