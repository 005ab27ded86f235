import * as z from 'zod';

const WORD = /^[A-Za-z0-9._:-]{1,64}$/;
const WORD_RULE = 'must be 1 to 64 letters, digits or . _ : -';

/** An order's id. Requests may write it in any case; responses have it in lower case. */
export const orderId = z
  .uuid({ error: 'must be a UUID, such as bdc38c99-c74d-4053-8897-7ea0dbd423f8' })
  .transform((id) => id.toLowerCase())
  .meta({ description: 'the id of the order, a UUID', example: 'bdc38c99-c74d-4053-8897-7ea0dbd423f8' });

/** An item's id. */
export const itemId = z
  .string({ error: WORD_RULE })
  .regex(WORD, WORD_RULE)
  .meta({ description: 'the id of the item', example: '0ec2fe2b-d061-43cd-a16e-672d2662e6fe' });

/** A payment's id, chosen by the customer. */
export const paymentId = z.string({ error: WORD_RULE }).regex(WORD, WORD_RULE).meta({
  description: "the id of the payment, chosen by you; one that begins with tok_ is the provider's test token too",
  example: '4c6c1b2e-3f0b-4f3e-9d9b-6a0f7a1f0a11',
});

/** The provider's token of a payment method. */
export const paymentMethod = z
  .string({ error: WORD_RULE })
  .regex(WORD, WORD_RULE)
  .meta({ description: "the payment provider's token of the payment method", example: 'tok_visa' });

const REASON_RULE = 'must be 1 to 200 characters, and not only spaces';

/** Why an operator does what cannot be undone. */
export const reason = z.string({ error: REASON_RULE }).max(200, REASON_RULE).regex(/\S/, REASON_RULE);

/**
 * Error map of a strict object. It gives the rule for a value that is not an object; unknown fields are reported one by
 * one (request-reading.ts).
 */
export function objectRule(rule: string): (issue: { readonly code?: string | undefined }) => string | undefined {
  return ({ code }) => (code === 'unrecognized_keys' ? undefined : rule);
}
