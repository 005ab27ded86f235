import { createHash } from 'node:crypto';

/** The parts of a place request that make it the same request. */
export interface HashedRequest {
  readonly lines: readonly { readonly item_id: string; readonly count: number }[];
  readonly payment_method: string | undefined;
  readonly payment_window_seconds: number | undefined;
}

/** SHA-256 (hex) over what a place request asks for. The sequence of the lines does not matter. */
export function requestHash({ lines, payment_method, payment_window_seconds }: HashedRequest): string {
  const sorted = lines
    .map(({ item_id, count }) => [item_id, count] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  const canonical = JSON.stringify([sorted, payment_method ?? null, payment_window_seconds ?? null]);
  return createHash('sha256').update(canonical).digest('hex');
}
