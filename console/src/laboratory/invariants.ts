import { usePolled } from '../api/polling.ts';

/** What does not fit, in a sentence, and where. */
export interface Finding {
  readonly order_id?: string;
  readonly item_id?: string;
  readonly finding: string;
}

/** One invariant: it held when it was checked last, it is broken, or nothing is known of it. */
export type Light = { readonly invariant: string } & (
  | { readonly state: 'held' }
  | { readonly state: 'broken'; readonly findings: readonly Finding[]; readonly total: number }
  | { readonly state: 'unknown'; readonly why: string }
);

/** `GET /laboratory/invariants`. */
export interface Lights {
  readonly lights: readonly Light[];
  readonly checked?: {
    /** ISO time. */
    readonly at: string;
    readonly orders: number;
    readonly on_their_way: number;
  };
}

const EVERY_MS = 2_000;

/** The invariants as lights. The checker turns them while this asks. */
export function useLights(): Lights | undefined {
  return usePolled<Lights>('/laboratory/invariants', EVERY_MS).data;
}
