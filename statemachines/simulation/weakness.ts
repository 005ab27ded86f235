/**
 * Ways to break a model service on purpose, so that a test can show that the simulation notices.
 *
 * - `no release tombstone`: a Reserve that comes after its Release holds stock again (the hanging hazard)
 * - `no void tombstone`: an Authorize or Capture that comes after its Void takes money
 * - `no reserve idempotency`: a repeated Reserve holds the stock once more
 * - `no capture idempotency`: a repeated Capture takes the money once more
 */
export type Weakness =
  | 'no release tombstone'
  | 'no void tombstone'
  | 'no reserve idempotency'
  | 'no capture idempotency';
