/** The time in milliseconds since the epoch. It is injected, so that tests decide when a hold expires. */
export type Clock = () => number;

/** The machine's clock. */
export const systemClock: Clock = () => Date.now();

/** A time as it is stored and logged: ISO 8601 in UTC. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
