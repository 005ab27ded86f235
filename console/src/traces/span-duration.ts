import { duration } from 'resilient-stepfunctions/console';

/** A duration in short. Spans may take less than a millisecond: `0.25 ms`, `7.1 ms`, `340 ms`. */
export function spanDuration(ms: number): string {
  if (ms < 1) {
    return `${ms.toFixed(2)} ms`;
  }
  return ms < 10 ? `${ms.toFixed(1)} ms` : duration(ms);
}
