/** Longest time between a payment's request and the completion of the task: one reply of the provider, one of the saga. */
const MAX_MARGIN_MS = 10_000;

/**
 * The time until which a customer is told that the order can be paid. It lies a little before the end of the payment
 * window, so that a payment that begins in time is completed in time. The margin is a tenth of the window, ten seconds at
 * most.
 */
export function paymentDue(enteredAt: Date, windowSeconds: number): Date {
  return new Date(enteredAt.getTime() + windowSeconds * 1_000 - windowMarginMs(windowSeconds));
}

/** The end of the payment window, from the time until which the order can be paid: the opposite of {@link paymentDue}. */
export function paymentWindowEnd(due: Date, windowSeconds: number): Date {
  return new Date(due.getTime() + windowMarginMs(windowSeconds));
}

function windowMarginMs(windowSeconds: number): number {
  return Math.min(MAX_MARGIN_MS, windowSeconds * 100);
}
