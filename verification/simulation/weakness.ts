/**
 * Ways to break a model service on purpose, so that a test can show that the simulation notices: a tombstone that is not left
 * or not heeded, a repeated call that is not recognised, a condition that is not asked for.
 */
export const WEAKNESSES = [
  'release before reserve leaves no tombstone',
  'reserve after release holds again',
  'void before authorize leaves no tombstone',
  'authorize after void sets money aside',
  'reserve again holds again',
  'commit again sells again',
  'release again gives back again',
  'authorize again charges again',
  'capture again takes again',
  'void again is refused',
  'refund again gives back again',
  'a removal takes the order whoever placed it',
  'a wait takes the place of a later one',
] as const;

/** One way to break a model service. */
export type Weakness = (typeof WEAKNESSES)[number];

/** Parts of the functions' conditions, and what a version has instead that was written by someone in a hurry. */
const FORGOTTEN: readonly (readonly [Weakness, string, string])[] = [
  ['a removal takes the order whoever placed it', 'placement_id = :placement_id AND ', ''],
  ['a wait takes the place of a later one', 'task_attempt < :attempt', 'attribute_exists(task_attempt)'],
];

/** A condition of the functions as it is, or as it would be with the weaknesses. */
export function weakenedCondition(condition: string | undefined, weaknesses: ReadonlySet<Weakness>) {
  if (condition === undefined || weaknesses.size === 0) {
    return condition;
  }
  return FORGOTTEN.reduce(
    (text, [weakness, part, instead]) => (weaknesses.has(weakness) ? text.replace(part, instead) : text),
    condition,
  );
}
