import type { Json } from '../json.ts';

/** What a path found: one value, or why there is none, in Jayway's words as AWS passes them on. */
export type Selection =
  | { readonly found: true; readonly value: Json }
  | { readonly found: false; readonly reason: string };
