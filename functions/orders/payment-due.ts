/** What a payment needs at the most between its request and the saga's waking: the provider's answer, and the saga's. */
const LONGEST_MARGIN_MS = 10_000;

/**
 * Until when a customer is told that the order can be paid: a little less than the saga waits, so that a payment that
 * begins in time is not overtaken by the end of the window. A tenth of a short window, ten seconds of a long one.
 */
export function paymentDue(enteredAt: Date, windowSeconds: number): Date {
  const windowMs = windowSeconds * 1_000;
  return new Date(enteredAt.getTime() + windowMs - Math.min(LONGEST_MARGIN_MS, windowMs / 10));
}
