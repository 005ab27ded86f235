import * as z from 'zod';
import { foreignId, money, orderId, reasonText } from '../common/request-validation.ts';

/** Authorize. */
export const authorizeRequest = z.object({
  orderId,
  paymentId: foreignId,
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

/** Refund. */
export const refundRequest = z.object({ orderId, reason: reasonText });

/** GetPayment. */
export const getPaymentRequest = z.object({ orderId });
