/**
 * Flags for Node processes of which several share a laptop. V8 lets the part of the heap for new objects grow to three times
 * 16 MB, which a start fills once and keeps; 4 MB are collected more often.
 */
export const MODEST_HEAP = ['--max-semi-space-size=4'] as const;
