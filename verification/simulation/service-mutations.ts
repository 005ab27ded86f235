/**
 * Mutations of the model services: a missing or ignored tombstone, a call that is not idempotent, a forgotten condition. A test
 * shows with them that the simulation detects bugs.
 */
export const MUTATIONS = [
  'release before reserve leaves no tombstone',
  'reserve after release holds stock',
  'void before authorize leaves no tombstone',
  'authorize after void authorizes',
  'a repeated reserve holds stock twice',
  'a repeated commit sells stock twice',
  'a repeated release returns stock twice',
  'a repeated authorize charges twice',
  'a repeated capture captures twice',
  'a repeated void is refused',
  'a repeated refund refunds twice',
  'a removal deletes the order of another placement',
  'a late payment wait replaces a newer one',
] as const;

/** One seeded bug of a model service. */
export type Mutation = (typeof MUTATIONS)[number];

/** Parts of the functions' conditions, and their replacement by a mutation. */
const CONDITION_MUTATIONS: readonly (readonly [Mutation, string, string])[] = [
  ['a removal deletes the order of another placement', 'placement_id = :placement_id AND ', ''],
  ['a late payment wait replaces a newer one', 'task_attempt < :attempt', 'attribute_exists(task_attempt)'],
];

/** A condition of the functions after the mutations. */
export function mutatedCondition(condition: string | undefined, mutations: ReadonlySet<Mutation>) {
  if (condition === undefined || mutations.size === 0) {
    return condition;
  }
  return CONDITION_MUTATIONS.reduce(
    (text, [mutation, part, instead]) => (mutations.has(mutation) ? text.replace(part, instead) : text),
    condition,
  );
}
