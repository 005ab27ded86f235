import * as z from 'zod';

/** The calls of the HTTP API that the load makes. */
export type ApiCall = 'place' | 'status' | 'cancel' | 'pay' | 'stocks';

const answered = z.object({
  kind: z.literal('answered'),
  http_status: z.int(),
  /** The Retry-After header as it came. */
  retry_after: z.string().optional(),
  /** The parsed body, or its text where it is no JSON. */
  body: z.unknown(),
});

const unanswered = z.object({ kind: z.literal('unanswered'), error: z.string() });

/** How an exchange is written down, one JSON object a line. */
export const exchangeSchema = z.object({
  /** ISO 8601; when the request was sent. */
  at: z.string(),
  elapsed_ms: z.number(),
  call: z.enum(['place', 'status', 'cancel', 'pay', 'stocks']) satisfies z.ZodType<ApiCall>,
  scenario: z.string(),
  /** The orders that the request names; none for /orders/place. */
  order_ids: z.array(z.string()),
  idempotency_key: z.string().optional(),
  outcome: z.discriminatedUnion('kind', [answered, unanswered]),
});

/** One request and what came of it, as the client saw it. */
export type Exchange = z.infer<typeof exchangeSchema>;
