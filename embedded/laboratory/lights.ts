import * as z from 'zod';

/** The invariants, as the checker in verification/ names them. This room may not import that one; a test compares both. */
export const INVARIANTS = [
  'every accepted order ends',
  'stock adds up',
  'captured once, exactly with committed stock',
  'never more given back than was taken',
  'nothing left behind a finished order',
  'no answer taken back',
  'webhooks are told every change, in order',
  'the record of an order fits its status',
] as const;

const findingSchema = z
  .object({
    /** The order concerned, or else the item. */
    order_id: z.string().exactOptional(),
    item_id: z.string().exactOptional(),
    finding: z.string(),
  })
  .readonly();

/** What does not fit, in a sentence, and where. */
export type Finding = z.output<typeof findingSchema>;

const verdictSchema = z.object({
  checked_at: z.iso.datetime(),
  orders: z.int(),
  on_their_way: z.int(),
  invariants: z.array(
    z.object({
      invariant: z.enum(INVARIANTS),
      unchecked: z.string().exactOptional(),
      total: z.int(),
      findings: z.array(findingSchema).readonly(),
    }),
  ),
});

/** Parses what the checker prints. */
export const checkerOutput = z.union([verdictSchema, z.object({ too_many: z.int(), most: z.int() })]);

/** What the checker found. */
export type CheckerVerdict = z.output<typeof verdictSchema>;

/** One invariant: it held when it was checked last, it is broken, or nothing is known of it. */
export type Light = {
  readonly invariant: string;
} & (
  | { readonly state: 'held' }
  | { readonly state: 'broken'; readonly findings: readonly Finding[]; readonly total: number }
  | { readonly state: 'unknown'; readonly why: string }
);

/** Lights of which nothing is known. */
export function unknownLights(why: string): readonly Light[] {
  return INVARIANTS.map((invariant) => ({ invariant, state: 'unknown', why }));
}

/**
 * Turns the lights after a check. The tables cannot be read at one instant, so a light turns to broken only with a finding
 * that the check before had too. It keeps its colour while nothing is certain.
 *
 * @param before undefined for the first check in a row
 */
export function turnLights(
  lights: readonly Light[],
  verdict: CheckerVerdict,
  before: CheckerVerdict | undefined,
): readonly Light[] {
  if (verdict.orders === 0) {
    return unknownLights('There is no order yet.');
  }
  return verdict.invariants.map(({ invariant, unchecked, findings, total }): Light => {
    if (unchecked !== undefined) {
      return { invariant, state: 'unknown', why: unchecked };
    }
    if (total === 0) {
      return { invariant, state: 'held' };
    }
    const earlier = before?.invariants.find((each) => each.invariant === invariant)?.findings ?? [];
    const known = new Set(earlier.map((finding) => JSON.stringify(finding)));
    const lasting = findings.filter((finding) => known.has(JSON.stringify(finding)));
    if (lasting.length > 0) {
      return { invariant, state: 'broken', findings: lasting, total };
    }
    const light = lights.find((each) => each.invariant === invariant);
    return light !== undefined && light.state !== 'unknown'
      ? light
      : { invariant, state: 'unknown', why: 'Something does not fit. The next check shows whether it lasts.' };
  });
}
