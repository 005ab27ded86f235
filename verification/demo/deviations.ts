import type { InvariantReport } from '../invariants/invariants.ts';
import type { Evidence, OrderedItem } from './evidence-reader.ts';
import type { StateVisit } from './saga-path.ts';
import type { Expectation } from './scenario.ts';

/** How one scenario came out. */
export interface ScenarioResult {
  readonly name: string;
  /** What differs from the expectation, a sentence each; empty for a success. */
  readonly deviations: readonly string[];
}

/** Compares how an order stands with how it must; one sentence for each difference. */
export function deviationsFrom(
  expects: Expectation,
  { order, tables, execution_status, path, items }: Evidence,
): readonly string[] {
  const captures = tables.charges.reduce((sum, charge) => sum + charge.captures, 0);
  return [
    ...differs('the order is', order.status, expects.status),
    ...differs('its reason is', order.reason_code, expects.reasonCode),
    ...differs('its record is', tables.order?.status, expects.status),
    ...differs('its execution', execution_status, 'SUCCEEDED'),
    ...differs('its reservation is', tables.reservation?.state, expects.reservation),
    ...differs('its payment is', tables.payment?.state ?? 'absent', expects.payment),
    ...differs('times its money was taken:', captures, expects.captures),
    ...items.flatMap((item) => stockDeviations(expects.stock, item)),
    ...pathDeviations(expects, path),
  ];
}

/** 0 only if at least one scenario ran, all of them came out as they must, and all invariants hold. */
export function exitCodeOf(results: readonly ScenarioResult[], invariants: InvariantReport['verdict']): 0 | 1 {
  const allWell = results.length > 0 && results.every(({ deviations }) => deviations.length === 0);
  return allWell && invariants === 'all hold' ? 0 : 1;
}

function differs(what: string, is: unknown, mustBe: unknown): readonly string[] {
  return is === mustBe ? [] : [`${what} ${String(is)}, but must be ${String(mustBe)}`];
}

function stockDeviations(stock: Expectation['stock'], { item_id, count, now }: OrderedItem): readonly string[] {
  if (now === undefined) {
    return [`item ${item_id} is gone`];
  }
  const sold = stock === 'sold' ? count : 0;
  return [
    ...differs(`item ${item_id}: held`, now.held, 0),
    ...differs(`item ${item_id}: sold`, now.sold, sold),
    ...differs(`item ${item_id}: available`, now.available, now.stocked - sold),
  ];
}

function pathDeviations({ passes, avoids }: Expectation, path: readonly StateVisit[]): readonly string[] {
  const states = path.map(({ state }) => state);
  let from = 0;
  const missing = passes.filter((state) => {
    const at = states.indexOf(state, from);
    if (at >= 0) {
      from = at + 1;
    }
    return at < 0;
  });
  return [
    ...missing.map((state) => `its saga did not pass ${state} where it must`),
    ...avoids.filter((state) => states.includes(state)).map((state) => `its saga passed ${state}, which it must not`),
  ];
}
