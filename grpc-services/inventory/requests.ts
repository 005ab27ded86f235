import * as z from 'zod';
import { indexPageToken } from '../common/bucketed-index.ts';
import { externalId, money, orderId, reasonText } from '../common/request-validation.ts';

const line = z
  .object({
    itemId: externalId,
    count: z.int().min(1, 'must be at least 1').max(1_000_000, 'must be at most 1,000,000'),
  })
  .transform(({ itemId, count }) => ({ item_id: itemId, count }));

/** Up to 50 lines, each item at most once. */
const anyLines = z
  .array(line)
  .max(50, 'must have at most 50 lines')
  .superRefine((all, context) => {
    const seen = new Set<string>();
    for (const [index, { item_id }] of all.entries()) {
      if (seen.has(item_id)) {
        context.addIssue({ code: 'custom', path: [index, 'itemId'], message: 'must name each item once' });
      }
      seen.add(item_id);
    }
  });

const lines = anyLines.refine((all) => all.length > 0, 'must have at least 1 line');

/** 60 days. */
const LONGEST_HOLD_SECONDS = 5_184_000;

/** Reserve. `holdSeconds` 0 means the default of the service. */
export const reserveRequest = z.object({
  orderId,
  lines,
  holdSeconds: z
    .int()
    .min(0, 'must be 1 to 5,184,000, or 0 for the default')
    .max(LONGEST_HOLD_SECONDS, 'must be at most 5,184,000 (60 days)'),
});

/** Release. */
export const releaseRequest = z.object({ orderId, reason: reasonText });

/** Commit. */
export const commitRequest = z.object({ orderId });

/** GetReservation. */
export const getReservationRequest = z.object({ orderId });

/** Restock. Only a new item requires name and price. */
export const restockRequest = z.object({
  requestId: externalId,
  itemId: externalId,
  name: z.string().max(200, 'must have at most 200 characters'),
  unitPrice: money(0).optional(),
  count: z.int().min(1, 'must be at least 1').max(1_000_000_000, 'must be at most 1,000,000,000'),
});

/** Return. No lines mean all that the order still has. */
export const returnRequest = z.object({ orderId, returnId: externalId, lines: anyLines, reason: reasonText });

/** Correct. */
export const correctRequest = z.object({
  requestId: externalId,
  itemId: externalId,
  available: z.int().min(0, 'must be at least 0').max(1_000_000_000, 'must be at most 1,000,000,000'),
  reason: reasonText.min(1, 'is required'),
  correctedBy: z.string().max(200, 'must have at most 200 characters'),
});

/** ListHolds. */
export const listHoldsRequest = z.object({
  pageSize: z
    .int()
    .min(0, 'must be 1 to 100, or 0 for 50')
    .max(100, 'must be at most 100')
    .transform((size) => (size === 0 ? 50 : size)),
  pageToken: indexPageToken,
});

/** ListItems. A page token is the id of the last item on the page before, in base64url. */
export const listItemsRequest = z
  .object({
    pageSize: z.int().min(0, 'must be 1 to 1000, or 0 for 100').max(1_000, 'must be at most 1000'),
    pageToken: z
      .string()
      .max(100, 'must be a next_page_token of this service')
      .transform((token) => Buffer.from(token, 'base64url').toString('utf8'))
      .pipe(z.union([z.literal(''), externalId], 'must be a next_page_token of this service')),
  })
  .transform(({ pageSize, pageToken }) => ({
    pageSize: pageSize === 0 ? 100 : pageSize,
    after: pageToken === '' ? undefined : pageToken,
  }));

/** The token of the page that starts after the item. */
export function pageTokenAfter(itemId: string): string {
  return Buffer.from(itemId).toString('base64url');
}
