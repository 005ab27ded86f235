import * as z from 'zod';
import { ProviderOutcome } from '../../proto/gen/payment/v1/payment.ts';
import { indexPageToken } from '../common/bucketed-index.ts';
import { externalId, money, orderId, reasonText } from '../common/request-validation.ts';

/** Authorize. */
export const authorizeRequest = z.object({
  orderId,
  paymentId: externalId,
  method: z.string().min(1, 'is required').max(200, 'must have at most 200 characters'),
  amount: z
    .unknown()
    .refine((amount) => amount !== undefined, 'is required')
    .pipe(money(0)),
});

/** Capture. */
export const captureRequest = z.object({ orderId });

/** Void. */
export const voidRequest = z.object({ orderId, reason: reasonText });

/** Refund. An empty `refundId` is the id of a caller that refunds an order once. */
export const refundRequest = z.object({
  orderId,
  reason: reasonText,
  refundId: z.union(
    [z.literal(''), externalId],
    'must be 1 to 64 letters, digits, hyphens, underscores, dots or colons',
  ),
  amount: money(1).optional(),
});

/** GetPayment. */
export const getPaymentRequest = z.object({ orderId });

/** RecordProviderEvent. */
export const recordProviderEventRequest = z.object({
  eventId: externalId,
  orderId,
  paymentId: externalId,
  outcome: z
    .literal(
      [ProviderOutcome.UNSPECIFIED, ProviderOutcome.AUTHORIZED, ProviderOutcome.DECLINED],
      'must be a ProviderOutcome',
    )
    .transform((outcome) => OUTCOME_NAMES[outcome]),
});

const OUTCOME_NAMES = {
  [ProviderOutcome.UNSPECIFIED]: 'UNSPECIFIED',
  [ProviderOutcome.AUTHORIZED]: 'AUTHORIZED',
  [ProviderOutcome.DECLINED]: 'DECLINED',
} as const;

/** ListPaymentsToReconcile. */
export const listPaymentsToReconcileRequest = z.object({
  olderThanSeconds: z.int().min(0, 'must be at least 0').max(86_400, 'must be at most 86,400 (a day)'),
  pageSize: z
    .int()
    .min(0, 'must be 1 to 100, or 0 for 50')
    .max(100, 'must be at most 100')
    .transform((size) => (size === 0 ? 50 : size)),
  pageToken: indexPageToken,
});

/** AcknowledgePayment. */
export const acknowledgePaymentRequest = z.object({ orderId, seenUpdatedAt: z.date('is required') });

/** SimulateCustomerAction. */
export const simulateCustomerActionRequest = z.object({
  orderId,
  paymentId: externalId,
  reference: z.string().min(1, 'is required').max(100, 'must have at most 100 characters'),
  approve: z.boolean(),
});
