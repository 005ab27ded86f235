/**
 * Mutations of the model services: a missing or ignored tombstone, a call that is not idempotent. A test shows that the
 * simulation detects each. For the conditions of the writes to an order see weaknesses/.
 */
export const MUTATIONS = [
  'release before reserve leaves no tombstone',
  'reserve after release holds stock',
  'void before authorize leaves no tombstone',
  'authorize after void authorizes',
  'a repeated reserve holds stock twice',
  'a repeated commit sells stock twice',
  'a repeated release returns stock twice',
  'a release returns stock to the own row of an item that is spread',
  'a repeated authorize charges twice',
  'a repeated capture captures twice',
  'a repeated void is refused',
  'a repeated refund refunds twice',
  'nobody reconciles',
  'sold stock of an order that was given up is not returned',
] as const;

/** One seeded bug of a model service, or of what is around it. */
export type Mutation = (typeof MUTATIONS)[number];
