/** What whoever checks knows beforehand, beyond what must hold of every snapshot. */
export interface Expectations {
  /** Whether no record was dropped with age: then a finished order still has its execution, and every order its lines. */
  readonly records_kept?: boolean;
  /** How many pieces each item was stocked with, as those know who stocked it. */
  readonly stocked?: ReadonlyMap<string, number>;
}
